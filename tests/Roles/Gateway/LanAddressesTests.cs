using Softlan.Roles.Gateway;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

public sealed class LanAddressesTests
{
    private static readonly MacAddress Mac = MacAddress.FromUInt64(0x02_00_00_00_00_01);

    private readonly LanAddresses _lan = new();

    [Fact]
    public void Heard_IsKnownForItsLifetimeSinceTheLastTime()
    {
        Assert.False(_lan.Refresh(Mac, At(0)));
        Assert.False(_lan.Knows(Mac, At(0)));
        _lan.Add(Mac, At(0));
        Assert.True(_lan.Knows(Mac, At(299)));
        Assert.True(_lan.Refresh(Mac, At(299)));
        Assert.True(_lan.Knows(Mac, At(598)));
        Assert.False(_lan.Knows(Mac, At(599)));
        Assert.False(_lan.Refresh(Mac, At(599)));
        Assert.False(_lan.Knows(Mac, At(0) + LanAddresses.Lifetime + LanAddresses.Lifetime));
    }

    [Fact]
    public void HeardAgainAfterItsLifetime_BeginsAnew()
    {
        _lan.Add(Mac, At(0));
        _lan.Add(Mac, At(1000));
        _lan.Refresh(Mac, At(1010));
        Assert.True(_lan.TryGet(Mac, At(1020), out TimeSpan since, out TimeSpan last));
        Assert.Equal((At(1000), At(1010)), (since, last));
    }

    [Fact]
    public void Forgotten_IsNotKnown()
    {
        _lan.Add(Mac, At(0));
        _lan.Forget(Mac);
        Assert.False(_lan.Knows(Mac, At(0)));
        Assert.False(_lan.Knows(MacAddress.Zero, At(0)));
    }

    /// <summary>Whatever the secret of its table: if each MAC had eight slots in a row, one or the other would find them taken.</summary>
    [Fact]
    public void ALargeLan_FitsIn()
    {
        const int Machines = LanAddresses.Capacity / 2;
        for (int round = 0; round < 100; round++)
        {
            LanAddresses lan = new();
            for (int i = 0; i < Machines; i++)
            {
                lan.Add(Numbered(i), At(0));
            }

            Assert.Equal(Machines, Enumerable.Range(0, Machines).Count(i => lan.Knows(Numbered(i), At(1))));
        }
    }

    [Fact]
    public void MoreThanFit_TheLongestSilentGiveWay()
    {
        for (int i = 0; i < 20 * LanAddresses.Capacity; i++)
        {
            _lan.Add(Numbered(i), TimeSpan.FromMilliseconds(i));
            Assert.True(_lan.Knows(Numbered(i), TimeSpan.FromMilliseconds(i)));
        }

        TimeSpan now = TimeSpan.FromMilliseconds(20 * LanAddresses.Capacity);
        int known = Enumerable.Range(0, 20 * LanAddresses.Capacity).Count(i => _lan.Knows(Numbered(i), now));
        Assert.InRange(known, LanAddresses.Capacity / 2, LanAddresses.Capacity);
        Assert.Equal(0, Enumerable.Range(0, LanAddresses.Capacity).Count(i => _lan.Knows(Numbered(i), now)));
    }

    private static MacAddress Numbered(int i) => MacAddress.FromUInt64(0x3c_00_00_00_00_00 + (ulong)i + 1);

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
