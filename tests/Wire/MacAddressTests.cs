using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class MacAddressTests
{
    [Theory]
    [InlineData("02:00:5e:10:00:01", "02:00:5e:10:00:01")]
    [InlineData("02-00-5E-10-00-01", "02:00:5e:10:00:01")]
    [InlineData("02005e100001", "02:00:5e:10:00:01")]
    [InlineData("FF:FF:FF:FF:FF:FF", "ff:ff:ff:ff:ff:ff")]
    [InlineData("00:00:00:00:00:00", "00:00:00:00:00:00")]
    public void TryParse_KnownForms_AreUnderstood(string text, string canonical)
    {
        Assert.True(MacAddress.TryParse(text, out MacAddress mac));
        Assert.Equal(canonical, mac.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("02:00:5e:10:00")]
    [InlineData("02:00:5e:10:00:01:02")]
    [InlineData("02:00:5e-10:00:01")]
    [InlineData("02:005:e1:0000:01")]
    [InlineData("020:0:5e:10:00:01")]
    [InlineData("2:0:5e:10:0:1")]
    [InlineData("02.00.5e.10.00.01")]
    [InlineData("0200.5e10.0001")]
    [InlineData("02:00:5e:10:00:0g")]
    [InlineData("+2005e100001")]
    [InlineData("0x005e100001")]
    [InlineData(" 02005e100001")]
    [InlineData("02005e10000 ")]
    [InlineData("02005e1000012")]
    [InlineData("０２005e100001")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(MacAddress.TryParse(text, out _));

    [Theory]
    [InlineData("02:00:00:00:00:01", true, true)]
    [InlineData("fe:ff:ff:ff:ff:ff", true, true)]
    [InlineData("00:1b:21:00:00:01", true, false)]
    [InlineData("03:00:00:00:00:01", false, false)]
    [InlineData("01:00:5e:00:00:fb", false, false)]
    [InlineData("ff:ff:ff:ff:ff:ff", false, false)]
    [InlineData("00:00:00:00:00:00", false, false)]
    public void Kinds_FollowTheBits(string text, bool usableSource, bool clientAddress)
    {
        Assert.True(MacAddress.TryParse(text, out MacAddress mac));
        Assert.Equal(usableSource, mac.IsUsableSource);
        Assert.Equal(clientAddress, mac.IsValidClientAddress);
        Assert.Equal(text == "ff:ff:ff:ff:ff:ff", mac == MacAddress.Broadcast);
        Assert.Equal(text == "00:00:00:00:00:00", mac.IsZero);
    }

    [Fact]
    public void WriteThenRead_AnyAddress_IsTheSame()
    {
        Random random = new(1);
        byte[] bytes = new byte[8];
        for (int i = 0; i < 1000; i++)
        {
            MacAddress mac = MacAddress.FromUInt64((ulong)random.NextInt64());
            bytes.AsSpan().Fill(0xee);
            mac.Write(bytes);
            Assert.Equal(mac, MacAddress.Read(bytes));
            Assert.Equal([0xee, 0xee], bytes[6..]);
            Assert.Equal(mac, MacAddress.FromUInt64(mac.ToUInt64()));
            Assert.True(MacAddress.TryParse(mac.ToString(), out MacAddress parsed));
            Assert.Equal(mac, parsed);
        }
    }

    [Fact]
    public void CreateLocal_AnyRandomBytes_IsAClientAddress()
    {
        Random random = new(2);
        byte[] bytes = new byte[6];
        for (int i = 0; i < 1000; i++)
        {
            random.NextBytes(bytes);
            Assert.True(MacAddress.CreateLocal(bytes).IsValidClientAddress);
        }
    }
}
