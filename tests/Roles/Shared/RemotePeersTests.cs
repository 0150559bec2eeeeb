using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class RemotePeersTests
{
    private readonly RemotePeers _peers = new();

    [Fact]
    public void TryAdd_ThenFind_ByIdAndByMac()
    {
        Assert.True(_peers.TryAdd(Client(2, 2)));
        Assert.True(_peers.TryAdd(new PeerInfo(1, PeerRole.Gateway, MacAddress.Zero, "")));

        Assert.True(_peers.TryGet(2, out PeerInfo? byId) && _peers.TryGet(Mac(2), out PeerInfo? byMac) && byId == byMac);
        Assert.True(_peers.IsClientMac(Mac(2)));
        Assert.Equal(1, _peers.Gateway!.Id);
        Assert.False(_peers.IsClientMac(MacAddress.Zero));
    }

    [Fact]
    public void TryAdd_SameIdAgain_ReplacesTheOldMac()
    {
        _peers.TryAdd(Client(2, 2));
        _peers.TryAdd(Client(2, 3));
        Assert.Equal(1, _peers.Count);
        Assert.False(_peers.IsClientMac(Mac(2)));
        Assert.True(_peers.IsClientMac(Mac(3)));
    }

    [Fact]
    public void TryAdd_SameMacUnderAnotherId_ReplacesTheOldPeer()
    {
        _peers.TryAdd(Client(2, 2));
        _peers.TryAdd(Client(3, 2));
        Assert.Equal(1, _peers.Count);
        Assert.True(_peers.TryGet(Mac(2), out PeerInfo? peer));
        Assert.Equal(3, peer.Id);
        Assert.Null(_peers.Remove(2));
        Assert.True(_peers.IsClientMac(Mac(2)));
    }

    [Fact]
    public void TryAdd_SecondGateway_ReplacesTheFirst()
    {
        _peers.TryAdd(new PeerInfo(1, PeerRole.Gateway, MacAddress.Zero, ""));
        _peers.TryAdd(new PeerInfo(2, PeerRole.Gateway, MacAddress.Zero, ""));
        Assert.Equal(2, _peers.Gateway!.Id);
        Assert.Equal(1, _peers.Count);
    }

    [Fact]
    public void TryAdd_GatewayBecomesClient_IsNoGatewayAnyMore()
    {
        _peers.TryAdd(new PeerInfo(1, PeerRole.Gateway, MacAddress.Zero, ""));
        _peers.TryAdd(Client(1, 2));
        Assert.Null(_peers.Gateway);
        _peers.Remove(1);
        Assert.Equal(0, _peers.Count);
        Assert.False(_peers.IsClientMac(Mac(2)));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(0xffffffffffffUL)]
    [InlineData(0x001122334455UL)]
    [InlineData(0x01005e000001UL)]
    public void TryAdd_ClientWithoutAUsableMac_IsRefused(ulong mac)
    {
        Assert.False(_peers.TryAdd(new PeerInfo(2, PeerRole.Client, MacAddress.FromUInt64(mac), "")));
        Assert.Equal(0, _peers.Count);
    }

    [Fact]
    public void TryAdd_MoreThanARoomCanHave_IsRefused()
    {
        for (int i = 1; i <= RemotePeers.MaxPeers; i++)
        {
            Assert.True(_peers.TryAdd(Client((ushort)i, i)));
        }

        Assert.False(_peers.TryAdd(Client(RemotePeers.MaxPeers + 1, RemotePeers.MaxPeers + 1)));
        Assert.Equal(RemotePeers.MaxPeers, _peers.Count);
    }

    private static PeerInfo Client(ushort id, int mac) => new(id, PeerRole.Client, Mac(mac), "");

    private static MacAddress Mac(int number) => MacAddress.FromUInt64(0x02_00_00_00_00_00 + (ulong)number);
}
