using System.Net;
using Softlan.Platform;
using Softlan.Roles.Relay;
using Xunit;

namespace Softlan.Tests.Roles.Relay;

/// <summary>How often one address may join: the count alone. Time is an argument.</summary>
public sealed class JoinLimitTests
{
    private static readonly TimeSpan Start = TimeSpan.FromDays(3);

    private static readonly TimeSpan Instant = TimeSpan.FromTicks(1);

    [Fact]
    public void TryTake_ABurst_PassesAndThenOneEachRefill()
    {
        JoinLimit limit = new(64);
        Assert.Equal(64, Take(limit, "192.0.2.1", Start, 100));
        Assert.Equal(0, Take(limit, "192.0.2.1", Start + JoinLimit.Refill - Instant));
        Assert.Equal(1, Take(limit, "192.0.2.1", Start + JoinLimit.Refill));
        Assert.Equal(5, Take(limit, "192.0.2.1", Start + (6 * JoinLimit.Refill)));
        Assert.Equal(64, Take(limit, "192.0.2.1", Start + TimeSpan.FromDays(1)));
    }

    [Fact]
    public void TryTake_OfABurstOfOne_PassesOnceEachRefill()
    {
        JoinLimit limit = new(1);
        Assert.Equal(1, Take(limit, "192.0.2.1", Start));
        Assert.Equal(0, Take(limit, "192.0.2.1", Start + JoinLimit.Refill - Instant));
        Assert.Equal(1, Take(limit, "192.0.2.1", Start + JoinLimit.Refill));
    }

    [Fact]
    public void TryTake_OneAddressHasNoMore_TheOthersHave()
    {
        JoinLimit limit = new(8);
        Take(limit, "192.0.2.1", Start);
        Take(limit, "2001:db8::1", Start);
        Assert.Equal(0, Take(limit, "::ffff:192.0.2.1", Start));
        Assert.Equal(0, Take(limit, "2001:db8::2", Start));
        Assert.Equal(8, Take(limit, "192.0.2.2", Start));
        Assert.Equal(8, Take(limit, "2001:db8:0:1::1", Start));
    }

    [Fact]
    public void TryTake_ManyNetworksOfOneLine_HaveFourTimesAsManyTogether()
    {
        JoinLimit limit = new(8);
        int taken = Enumerable.Range(0, 1000).Sum(i => Take(limit, $"2001:db8:0:{i:x}::1", Start, 2));
        Assert.Equal(AddressTally.NetworkFactor * 8, taken);
        Assert.Equal(8, Take(limit, "2001:db8:1::1", Start));

        taken = Enumerable.Range(0, 1000).Sum(i => Take(limit, $"2001:db8:0:{i:x}::1", Start + JoinLimit.Refill, 1));
        Assert.Equal(AddressTally.NetworkFactor, taken);
    }

    /// <summary>The turn of another worker that began a little earlier.</summary>
    [Fact]
    public void TryTake_TimeGoesBackAndForth_GivesNothing()
    {
        JoinLimit limit = new(2);
        Take(limit, "192.0.2.1", Start);
        for (int i = 0; i < 2000; i++)
        {
            Assert.Equal(0, Take(limit, "192.0.2.1", Start - TimeSpan.FromMilliseconds(5), 1));
            Assert.Equal(0, Take(limit, "192.0.2.1", Start, 1));
        }

        Assert.Equal(1, Take(limit, "192.0.2.1", Start + JoinLimit.Refill));
    }

    [Fact]
    public void Table_AddressesHaveTheirBurstAgain_AreForgottenForOthers()
    {
        JoinLimit limit = new(8);
        for (uint i = 0; i < JoinLimit.MaxAddresses; i++)
        {
            Assert.True(limit.TryTake(new IPAddress(i + 1), Start));
        }

        Assert.True(limit.TryTake(new IPAddress(uint.MaxValue), Start + JoinLimit.Refill));
        Assert.Equal(1, limit.Count);
    }

    [Fact]
    public void Table_Full_TheOneThatLacksLeastGoes()
    {
        JoinLimit limit = new(2);
        Assert.Equal(2, Take(limit, "192.0.2.1", Start));
        Assert.Equal(1, Take(limit, "192.0.2.2", Start, 1));
        for (uint i = 0; i < 3 * JoinLimit.MaxAddresses; i++)
        {
            Assert.True(limit.TryTake(new IPAddress(i + 1), Start + Instant));
        }

        Assert.Equal(JoinLimit.MaxAddresses, limit.Count);
        Assert.Equal(0, Take(limit, "192.0.2.1", Start + Instant));
        Assert.Equal(2, Take(limit, "192.0.2.2", Start + Instant));
    }

    private static int Take(JoinLimit limit, string address, TimeSpan now, int attempts = 100) =>
        Enumerable.Range(0, attempts).Count(_ => limit.TryTake(IPAddress.Parse(address), now));
}
