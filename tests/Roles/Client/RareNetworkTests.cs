using System.Net;
using Softlan.Roles.Client;
using Xunit;

namespace Softlan.Tests.Roles.Client;

public sealed class RareNetworkTests
{
    [Theory]
    [InlineData("192.168.1.0/24", "10.73.42.0/24")]
    [InlineData("10.73.42.0/24", "10.91.17.0/24")]
    [InlineData("10.73.0.0/16", "10.91.17.0/24")]
    [InlineData("fd42:73::/64", "10.73.42.0/24")]
    public void RareBeside_IsNotTheNetworkThatThePartyHas(string party, string expected) =>
        Assert.Equal(expected, ClientLog.RareBeside(IPNetwork.Parse(party)).ToString());
}
