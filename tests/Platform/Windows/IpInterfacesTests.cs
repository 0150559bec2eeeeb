using System.Net;
using Softlan.Platform.Windows;
using Softlan.Wire;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Tests.Platform.Windows.FakeIpHelper;

namespace Softlan.Tests.Platform.Windows;

public sealed class IpInterfacesTests
{
    private static readonly IpInterfaceState Party = new(AutomaticMetric: false, Metric: 1, DefaultRoutesDisabled: true, Mtu: 1400);

    private readonly FakeIpHelper _ip = new();
    private readonly IpInterfaces _interfaces;

    public IpInterfacesTests() => _interfaces = new IpInterfaces(_ip);

    [Theory]
    [InlineData(AF_INET)]
    [InlineData(AF_INET6)]
    public void Write_ChangesTheFourFieldsAndNoOther(ushort family)
    {
        MIB_IPINTERFACE_ROW before = _ip.Interfaces[(family, Tap)] with { DadTransmits = 3, WeakHostSend = 1, ForwardingEnabled = 1 };
        _ip.Interfaces[(family, Tap)] = before;
        Assert.True(_interfaces.Write(Tap, family, Party));
        Assert.True(_interfaces.Read(Tap, family)!.Satisfies(Party));
        MIB_IPINTERFACE_ROW after = _ip.Interfaces[(family, Tap)];
        Assert.Equal((3u, 1, 1), (after.DadTransmits, after.WeakHostSend, after.ForwardingEnabled));
    }

    [Fact]
    public void Write_IPv4_ClearsTheSitePrefixLength_WhichGetFillsAndSetRefuses()
    {
        Assert.True(_interfaces.Write(Tap, AF_INET, Party));
        Assert.Equal(0u, _ip.Interfaces[(AF_INET, Tap)].SitePrefixLength);
        _interfaces.Write(Tap, AF_INET6, Party);
        Assert.Equal(64u, _ip.Interfaces[(AF_INET6, Tap)].SitePrefixLength);
    }

    [Fact]
    public void NotThereYet_IsNoFailure()
    {
        _ip.Interfaces.Remove((AF_INET, Tap));
        Assert.Null(_interfaces.Read(Tap, AF_INET));
        Assert.False(_interfaces.Write(Tap, AF_INET, Party));
    }

    [Fact]
    public void Write_Refused_NamesTheCallAndTheCode()
    {
        _ip.Refuses = ("SetIpInterfaceEntry", Win32Error.ERROR_INVALID_PARAMETER);
        string message = Assert.Throws<SoftlanException>(() => _interfaces.Write(Tap, AF_INET, Party)).Message;
        Assert.StartsWith("Cannot change the IPv4 settings of the TAP adapter: SetIpInterfaceEntry: ", message, StringComparison.Ordinal);
        Assert.Contains("(error 87)", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GetIpInterfaceEntry")]
    [InlineData("SetIpInterfaceEntry")]
    public void Write_OddAnswer_IsNotThere_UntilItIsSaid(string api)
    {
        _ip.Refuses = (api, Win32Error.ERROR_NOT_SUPPORTED);
        for (int i = 0; i < OddAnswers.Max; i++)
        {
            Assert.False(_interfaces.Write(Tap, AF_INET, Party));
        }

        Assert.Contains($"{api}: ", Assert.Throws<SoftlanException>(() => _interfaces.Write(Tap, AF_INET, Party)).Message, StringComparison.Ordinal);
        _ip.Refuses = null;
        Assert.True(_interfaces.Write(Tap, AF_INET, Party));
        _ip.Refuses = (api, Win32Error.ERROR_NOT_SUPPORTED);
        Assert.False(_interfaces.Write(Tap, AF_INET, Party)); // Counted anew.
    }

    /// <summary>IPv4 that answers does not hide that IPv6 never does, nor reading that writing fails.</summary>
    [Fact]
    public void OddAnswers_AreCountedByFamilyAndCall()
    {
        _ip.Refuses = ("SetIpInterfaceEntry", Win32Error.ERROR_NOT_SUPPORTED);
        for (int i = 0; i < OddAnswers.Max; i++)
        {
            Assert.False(_interfaces.Write(Tap, AF_INET, Party));
            Assert.NotNull(_interfaces.Read(Tap, AF_INET));
            _interfaces.Write(Tap, AF_INET6, Party);
        }

        Assert.Throws<SoftlanException>(() => _interfaces.Write(Tap, AF_INET, Party));
    }

    [Theory]
    [InlineData("GetIpInterfaceEntry")]
    [InlineData("SetIpInterfaceEntry")]
    public void AccessDenied_IsSaidAtOnce(string api)
    {
        _ip.Refuses = (api, Win32Error.ERROR_ACCESS_DENIED);
        Assert.Contains(
            "Run as administrator",
            Assert.Throws<SoftlanException>(() => _interfaces.Write(Tap, AF_INET, Party)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void OddAnswer_ToWhoMustKnow_IsSaidAtOnce()
    {
        _ip.Refuses = ("GetIpInterfaceEntry", Win32Error.ERROR_NOT_SUPPORTED);
        Assert.Throws<SoftlanException>(() => new IpInterfaces(_ip, maxOdd: 0).Read(Tap, AF_INET));
    }

    [Theory]
    [InlineData(false, 1u, true, 1400u, true)]
    [InlineData(true, 1u, true, 1400u, false)]
    [InlineData(false, 2u, true, 1400u, false)]
    [InlineData(false, 1u, false, 1400u, false)]
    [InlineData(false, 1u, true, 1500u, false)]
    public void Satisfies_LooksAtEachField(bool automatic, uint metric, bool disabled, uint mtu, bool satisfies) =>
        Assert.Equal(satisfies, new IpInterfaceState(automatic, metric, disabled, mtu).Satisfies(Party));

    [Fact]
    public void Satisfies_AutomaticMetric_MayBeAny() =>
        Assert.True(new IpInterfaceState(true, 25, false, 1500).Satisfies(new IpInterfaceState(true, 35, false, 1500)));

    [Fact]
    public void Addresses_ThatAreUsable_WithTheirNetworks()
    {
        _ip.Addresses.Clear();
        _ip.Addresses.Add(FakeIpHelper.Address("127.0.0.1", 1, IpPrefixOriginWellKnown));
        _ip.Addresses.Add(FakeIpHelper.Address("192.168.1.20", Wifi, IpPrefixOriginDhcp));
        _ip.Addresses.Add(FakeIpHelper.Address("10.73.42.17", Tap, IpPrefixOriginDhcp) with { OnLinkPrefixLength = 16 });
        _ip.Addresses.Add(FakeIpHelper.Address("169.254.3.4", Tap, IpPrefixOriginWellKnown));
        _ip.Addresses.Add(FakeIpHelper.Address("10.0.0.9", Tap, IpPrefixOriginManual) with { OnLinkPrefixLength = 255 });
        _ip.Addresses.Add(FakeIpHelper.Address("10.73.42.18", Tap, IpPrefixOriginDhcp, dadState: 1));
        Assert.Equal(
            [
                (Wifi, "192.168.1.20", AddressOrigin.Dhcp, "192.168.1.0/24"),
                (Tap, "10.73.42.17", AddressOrigin.Dhcp, "10.73.0.0/16"),
                (Tap, "169.254.3.4", AddressOrigin.LinkLocal, "169.254.3.0/24"),
                (Tap, "10.0.0.9", AddressOrigin.Other, "10.0.0.9/32"),
            ],
            new IpAddresses(_ip).List().Select(own => (own.InterfaceLuid, own.Address.ToString(), own.Origin, own.Network.ToString())));
    }

    [Theory]
    [InlineData("192.168.1.20", true)]
    [InlineData("127.0.0.5", true)]
    [InlineData("::1", true)]
    [InlineData("192.168.1.21", false)]
    public void IsOwn_KnowsLocalAddresses(string address, bool isOwn) => Assert.Equal(isOwn, new IpAddresses(_ip).IsOwn(IPAddress.Parse(address)));

    [Theory]
    [InlineData("203.0.113.7")]
    [InlineData("2001:db8::7")]
    public void SocketAddresses_ThereAndBack(string text)
    {
        IPAddress address = IPAddress.Parse(text);
        Assert.Equal(address, SocketAddresses.FromNative(SocketAddresses.ToNative(address)));
    }
}
