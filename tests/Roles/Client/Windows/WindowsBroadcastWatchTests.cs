using System.Net;
using Softlan.Platform.Windows;
using Softlan.Roles.Client.Windows;
using Softlan.Tests.Platform.Windows;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Tests.Platform.Windows.FakeIpHelper;

namespace Softlan.Tests.Roles.Client.Windows;

/// <summary>Where Windows sends what games search with.</summary>
public sealed class WindowsBroadcastWatchTests : WindowsHostBench
{
    private const string Said =
        "What this PC sends to 255.255.255.255 and 239.255.255.250, where games search, goes to Ethernet, and not to the party";

    private const string Over = "where games search, goes to the party again";

    private FakeIpHelper Ip => Machine.FakeIp;

    [Fact]
    public void VpnWithMetric0_IsNamedOnce_WithTheNextStep_AndSoIsTheEnd()
    {
        JoinWithAddress();
        SetMetric(0);
        Host!.Maintain();
        Assert.Equal(0, Log.Count(Said)); // One look may fall into the middle of a change.
        Host.Maintain();
        Host.Maintain();
        Assert.Equal(1, Log.Count(Said));
        Assert.Equal(1, Log.Count("Set-NetIPInterface -InterfaceAlias 'Ethernet' -AddressFamily IPv4 -InterfaceMetric 50"));

        SetMetric(50);
        Host.Maintain();
        Assert.Equal(0, Log.Count(Over));
        Host.Maintain();
        Host.Maintain();
        Assert.Equal(1, Log.Count(Over));

        SetMetric(0);
        Host.Maintain();
        Host.Maintain();
        Assert.Equal(2, Log.Count(Said));
    }

    [Fact]
    public void MulticastAlone_IsToldAsThat()
    {
        JoinWithAddress();
        Ip.AddRoute("239.0.0.0/8", null, Wifi);
        Host!.Maintain();
        Host.Maintain();
        Assert.Equal(1, Log.Count("What this PC sends to 239.255.255.250, where games search, goes to Wi-Fi"));
    }

    [Fact]
    public void TheParty_IsNoNews()
    {
        JoinWithAddress();
        Host!.Maintain();
        Host.Maintain();
        Host.Maintain();
        Assert.Equal(0, Log.Count("where games search"));
    }

    /// <summary>Without one the TAP has none of these routes.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("169.254.7.8")]
    public void NoAddressAtTheParty_NothingIsSaid(string? address)
    {
        JoinWithAddress(address);
        SetMetric(0);
        Host!.Maintain();
        Host.Maintain();
        Assert.Equal(0, Log.Count("where games search"));
    }

    [Fact]
    public void WindowsDoesNotSay_ItIsNeitherNewsNorAFailure()
    {
        FakeIpHelper ip = new() { Refuses = ("GetIpForwardTable2", Win32Error.ERROR_GEN_FAILURE) };
        WindowsBroadcastWatch watch = new(ip, Tap, Log);
        OwnAddress[] addresses = [new(IPAddress.Parse("10.73.42.17"), AddressOrigin.Dhcp, IPNetwork.Parse("10.73.42.0/24"), Tap)];
        watch.Look(addresses); // GetBestRoute2 knows no way.
        ip.Refuses = ("GetBestRoute2", Win32Error.ERROR_GEN_FAILURE);
        for (int i = 0; i < 2 * OddAnswers.Max; i++)
        {
            watch.Look(addresses);
        }

        Assert.Equal(0, Log.Count("where games search"));
    }

    [Fact]
    public void VpnThatComesAndGoes_IsSaidSoOftenAndNotForEver()
    {
        JoinWithAddress();
        for (int i = 0; i < 40; i++)
        {
            SetMetric(i % 2 == 0 ? 0u : 50u);
            Host!.Maintain();
            Host.Maintain();
        }

        Assert.Equal(16, Log.Count(Said));
        Assert.Equal(16, Log.Count(Over));
    }

    [Fact]
    public void Quote_DoublesQuotes() => Assert.Equal("'Ann''s VPN'", PowerShell.Quote("Ann's VPN"));

    private void SetMetric(uint metric) => Ip.Interfaces[(AF_INET, Cable)] = Ip.Interfaces[(AF_INET, Cable)] with { Metric = metric };

    private void JoinWithAddress(string? address = "10.73.42.17")
    {
        foreach (ulong card in (ulong[])[Cable, Tap])
        {
            Ip.AddRoute("224.0.0.0/4", null, card, 256);
            Ip.AddRoute("255.255.255.255/32", null, card, 256);
        }

        Open();
        Host!.OnJoined(1400);
        if (address is not null)
        {
            Ip.Addresses.Add(Address(address, Tap, IpPrefixOriginDhcp));
        }
    }
}
