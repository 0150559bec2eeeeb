using System.Net;
using Softlan.Roles.Client.Windows;
using Xunit;

namespace Softlan.Tests.Roles.Client.Windows;

public sealed class AddressWatchTests
{
    private static readonly IPAddress Lease = IPAddress.Parse("10.73.42.17");

    private readonly AddressWatch _watch = new();

    [Fact]
    public void Lease_IsNewsOnce_AndItsLossToo()
    {
        Assert.Equal(AddressNews.None, Look(0, null));
        Assert.Equal(AddressNews.New, Look(1, Lease));
        Assert.Equal(AddressNews.None, Look(2, Lease));
        Assert.Equal(AddressNews.Lost, Look(3, null));
        Assert.Equal(Lease, _watch.Lost);
        Assert.Equal(AddressNews.None, Look(4, null));
    }

    [Fact]
    public void NoLease_IsToldAfterAWhile_AndOnce()
    {
        Assert.Equal(AddressNews.None, Look(0, null));
        Assert.Equal(AddressNews.None, Look(14, null));
        Assert.Equal(AddressNews.NoAnswer, Look(15, null));
        Assert.Equal(AddressNews.None, Look(60, null));
    }

    [Fact]
    public void NoLease_WithoutAGateway_IsNoNews()
    {
        Assert.Equal(AddressNews.None, Look(0, null, canAnswer: false));
        Assert.Equal(AddressNews.None, Look(60, null, canAnswer: false));
        Assert.Equal(AddressNews.None, Look(61, null));
        Assert.Equal(AddressNews.NoAnswer, Look(76, null));
    }

    [Fact]
    public void NoLease_WithAnAddressSetByHand_IsNoNews()
    {
        Look(0, null, hasAnother: true);
        Assert.Equal(AddressNews.None, Look(60, null, hasAnother: true));
    }

    private AddressNews Look(int seconds, IPAddress? lease, bool canAnswer = true, bool hasAnother = false) =>
        _watch.Look(TimeSpan.FromSeconds(seconds), canAnswer, lease, hasAnother);
}
