using System.Net;
using Softlan.Roles.Client;
using Softlan.Tests.Fakes;
using Softlan.Tests.Wire;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Client;

public sealed class AddressClaimTests : IDisposable
{
    private const string Other = "00:16:3e:00:00:05";
    private static readonly MacAddress Own = MacAddress.FromUInt64(0x02_00_5e_10_00_21);
    private static readonly MacAddress OtherCard = MacAddress.FromUInt64(0x00_16_3e_00_00_09);
    private static readonly IPAddress Address = IPAddress.Parse("10.0.0.9");
    private static readonly PeerInfo Gateway = new(7, PeerRole.Gateway, MacAddress.Zero, "");

    private readonly ManualLane _lane = new();
    private readonly List<byte[]> _sent = [];
    private readonly List<(IPAddress Address, MacAddress Owner, PeerInfo Source)> _found = [];
    private readonly AddressClaim _claim;

    public AddressClaimTests() =>
        _claim = new AddressClaim(_lane, Own, mac => mac == OtherCard, _sent.Add, (address, owner, source) => _found.Add((address, owner, source)));

    public void Dispose() => _claim.Dispose();

    [Fact]
    public void Ask_NobodyAnswers_AsksThreeTimes_AndAgainWhenMoreCanHear()
    {
        _claim.Ask(Address);
        _lane.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(AddressClaim.Probes, _sent.Count);
        _claim.Ask(Address);
        _lane.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2 * AddressClaim.Probes, _sent.Count);
        Assert.Empty(_found);
    }

    [Fact]
    public void Listen_SomebodyHasTheAddress_IsToldOnce_AndAsksNoMore()
    {
        _claim.Ask(Address);
        _claim.Listen(From(Other), Gateway);
        _claim.Listen(From("00:16:3e:00:00:06"), Gateway);
        _claim.Listen(From(Other), Gateway);
        _lane.Advance(AddressClaim.Quiet - TimeSpan.FromSeconds(1));
        _claim.Listen(From(Other), Gateway);
        Assert.Equal([(Address, MacAddress.Read(Packets.Mac(Other)), Gateway)], _found);
        Assert.Single(_sent);
    }

    [Fact]
    public void Listen_ItIsStillInUseAMinuteLater_IsToldAgain()
    {
        _claim.Follow(Address);
        _claim.Listen(From(Other), Gateway);
        _lane.Advance(AddressClaim.Quiet);
        _claim.Listen(From(Other), Gateway);
        Assert.Equal(2, _found.Count);
    }

    /// <summary>Linux answers on each card for the addresses of all, and a card of this machine may be at the party as well.</summary>
    [Fact]
    public void Listen_AnotherCardOfThisMachineAnswers_SaysNothing()
    {
        _claim.Follow(Address);
        _claim.Listen(From(OtherCard.ToString()), Gateway);
        Assert.Empty(_found);
    }

    [Fact]
    public void Listen_OwnFrameThatComesBack_SaysNothing()
    {
        _claim.Follow(Address);
        _claim.Listen(From(Own.ToString()), Gateway);
        Assert.Empty(_found);
    }

    [Fact]
    public void Follow_AnotherAddress_IsAskedFor_AndToldOfAtOnce()
    {
        IPAddress before = IPAddress.Parse("10.0.0.8");
        _claim.Follow(before);
        _claim.Listen(From(Other), Gateway);
        Assert.Empty(_found);
        _claim.Listen(From(Other, 8), Gateway);
        _claim.Follow(Address);
        _claim.Follow(Address);
        _lane.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1 + AddressClaim.Probes, _sent.Count);
        _claim.Listen(From(Other), Gateway);
        Assert.Equal([before, Address], _found.Select(found => found.Address));
    }

    [Fact]
    public void NoAddress_NothingIsAskedNorTold()
    {
        _claim.Ask(null);
        _claim.Listen(From(Other, [0, 0, 0, 0]), Gateway);
        _claim.Follow(Address);
        _claim.Follow(null);
        _lane.Advance(TimeSpan.FromSeconds(10));
        _claim.Listen(From(Other), Gateway);
        Assert.Single(_sent);
        Assert.Empty(_found);
    }

    private static byte[] From(string mac) => From(mac, 9);

    private static byte[] From(string mac, byte last) => From(mac, [10, 0, 0, last]);

    private static byte[] From(string mac, byte[] address) => Packets.Ethernet(EtherTypes.Arp, Packets.Arp(2, mac, Own.ToString(), address));
}
