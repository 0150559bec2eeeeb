using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class DatagramHeaderTests
{
    [Theory]
    [InlineData(0x10, 0, 14, true)]      // frame
    [InlineData(0x10, 0, 1518, true)]
    [InlineData(0x10, 0, 13, false)]
    [InlineData(0x10, 0, 1519, false)]
    [InlineData(0x10, 0, 0, false)]
    [InlineData(0x10, 1, 14, false)]     // split id outside kinds 1 and 2
    [InlineData(0x11, 0, 1, true)]       // head
    [InlineData(0x11, 255, 1517, true)]
    [InlineData(0x11, 7, 0, false)]
    [InlineData(0x11, 7, 1518, false)]
    [InlineData(0x12, 255, 1, true)]     // tail
    [InlineData(0x12, 255, 1517, true)]
    [InlineData(0x12, 255, 0, false)]
    [InlineData(0x12, 255, 1518, false)]
    [InlineData(0x13, 0, 10, true)]      // probe
    [InlineData(0x13, 0, 9, false)]
    [InlineData(0x13, 0, 11, false)]
    [InlineData(0x13, 3, 10, false)]
    [InlineData(0x14, 0, 10, true)]      // probe reply
    [InlineData(0x14, 0, 2, false)]
    [InlineData(0x15, 0, 0, true)]       // padding
    [InlineData(0x15, 9, 1400, true)]
    [InlineData(0x16, 0, 0, true)]       // request for an acknowledgement
    [InlineData(0x17, 0, 14, false)]     // unknown kinds
    [InlineData(0x1f, 0, 14, false)]
    [InlineData(0x00, 0, 14, false)]     // other versions
    [InlineData(0x20, 0, 14, false)]
    [InlineData(0xf0, 0, 14, false)]
    public void TryParse_EachKind_HasItsLimits(byte first, byte splitId, int bodyLength, bool valid) =>
        Assert.Equal(valid, DatagramHeader.TryParse([first, splitId, 0x12, 0x34, .. new byte[bodyLength]], out _, out _));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void TryParse_LessThanAHeader_IsRefused(int length) =>
        Assert.False(DatagramHeader.TryParse(new byte[] { 0x15, 0, 0, 0 }.AsSpan(0, length), out _, out _));

    [Fact]
    public void Write_PutsEveryFieldInItsPlace()
    {
        byte[] datagram = new byte[4];
        new DatagramHeader(DatagramKind.Tail, 0xab, 0x1234).Write(datagram);
        Assert.Equal([0x12, 0xab, 0x12, 0x34], datagram);
    }

    [Fact]
    public void WriteThenRead_AnyHeader_IsTheSame()
    {
        byte[] datagram = new byte[4 + 10];
        foreach (DatagramKind kind in Enum.GetValues<DatagramKind>().Where(kind => kind != DatagramKind.Frame))
        {
            DatagramHeader written = new(kind, kind is DatagramKind.Head or DatagramKind.Tail ? (byte)200 : (byte)0, 65535);
            written.Write(datagram);
            Assert.True(DatagramHeader.TryParse(datagram, out DatagramHeader read, out ReadOnlySpan<byte> body));
            Assert.Equal(written, read);
            Assert.Equal(10, body.Length);
        }
    }

    [Fact]
    public void TryParse_AnyBytes_NeverThrows()
    {
        Random random = new(3);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] datagram = new byte[random.Next(40)];
            random.NextBytes(datagram);
            if (DatagramHeader.TryParse(datagram, out DatagramHeader header, out ReadOnlySpan<byte> body))
            {
                Assert.Equal(datagram.Length - DatagramHeader.Length, body.Length);
                Assert.True(Enum.IsDefined(header.Kind));
            }
        }
    }

    [Theory]
    [InlineData(0x15, true, false)]
    [InlineData(0x16, true, true)]
    [InlineData(0x10, false, false)]
    [InlineData(0x26, false, false)]
    public void IsForLink_PaddingAndRequests(byte first, bool isForLink, bool isRequest)
    {
        byte[] datagram = [first, 0, 0, 0];
        Assert.Equal(isForLink, DatagramHeader.IsForLink(datagram));
        Assert.Equal(isRequest, DatagramHeader.IsAckRequest(datagram));
        Assert.False(DatagramHeader.IsForLink(datagram.AsSpan(0, 3)));
    }
}
