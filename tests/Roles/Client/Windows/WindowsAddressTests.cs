using System.Net;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Tests.Platform.Windows.FakeIpHelper;

namespace Softlan.Tests.Roles.Client.Windows;

/// <summary>Addresses of the TAP that are not from the party's DHCP, and when the cable is plugged anew for another.</summary>
public sealed class WindowsAddressTests : WindowsHostBench
{
    [Fact]
    public void ByHand_TheCableStaysIn_WhateverTheGatewayDoes()
    {
        Join("10.73.42.50", IpPrefixOriginManual);
        Host!.OnGatewayPresent(isNew: true);
        Lane.Advance(TimeSpan.FromSeconds(2));
        Host.OnGatewayGone();
        Host.OnGatewayPresent(isNew: true);
        Lane.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([false, true], Device.Media);
    }

    [Fact]
    public void LinkLocal_TheRelayIsJoinedAgain_TheCableStaysIn()
    {
        Join("169.254.7.8", IpPrefixOriginWellKnown);
        Host!.OnGatewayPresent(isNew: true);
        PassWithoutAnAnswer();
        Assert.Equal([false, true, false, true], Device.Media);
        for (int i = 0; i < 3; i++)
        {
            Host.OnGatewayGone();
            Host.OnJoined(1400);
            Host.OnGatewayPresent(isNew: false);
            Lane.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([false, true, false, true], Device.Media);
        Host.OnGatewayGone();
        Host.OnGatewayPresent(isNew: true);
        Lane.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([false, true, false, true, false, true], Device.Media);
    }

    [Fact]
    public void LinkLocal_TheRelayWasLostBeforeAnAnswerHadItsTime_TheCableIsPluggedAnewOnce()
    {
        Join("169.254.7.8", IpPrefixOriginWellKnown);
        Host!.OnGatewayPresent(isNew: true);
        Lane.Advance(TimeSpan.FromSeconds(2));
        Host.Maintain();
        Lane.Advance(TimeSpan.FromSeconds(10));
        Host.Maintain();
        int before = Device.Media.Count;
        Host.OnGatewayGone();
        Host.OnJoined(1400);
        Host.OnGatewayPresent(isNew: false);
        Lane.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([false, true], Device.Media.Skip(before));
    }

    [Fact]
    public void Lease_EndsWhileTheRelayIsAway_TheCableIsPluggedAnewWithTheRelay()
    {
        Join("10.73.42.17", IpPrefixOriginDhcp);
        Host!.OnGatewayPresent(isNew: true);
        Host.OnGatewayGone();
        Machine.FakeIp.Addresses.RemoveAll(row => row.InterfaceLuid == Tap);
        Host.Maintain();
        Host.OnJoined(1400);
        Host.OnGatewayPresent(isNew: false);
        Lane.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([false, true, false, true], Device.Media);
        PassWithoutAnAnswer();
        int before = Device.Media.Count;
        Host.OnGatewayGone();
        Host.OnGatewayPresent(isNew: false);
        Lane.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(before, Device.Media.Count);
    }

    [Fact]
    public void ByHand_IsToldOnce_AndShown()
    {
        Join("10.73.42.50", IpPrefixOriginManual);
        Host!.Maintain();
        Host.Maintain();
        Assert.Equal(1, Log.Count("Address 10.73.42.50, set by hand on Party: the party's DHCP is not asked"));
        Assert.Equal(IPAddress.Parse("10.73.42.50"), Host.ShownAddress);

        Machine.FakeIp.Addresses.RemoveAll(row => row.InterfaceLuid == Tap);
        Host.Maintain();
        Assert.Null(Host.ShownAddress);
        Machine.FakeIp.Addresses.Add(Address("10.73.42.51", Tap, IpPrefixOriginManual));
        Host.Maintain();
        Assert.Equal(1, Log.Count("Address 10.73.42.51, set by hand on Party"));
    }

    /// <summary>Where both are allowed (netsh, dhcpstaticipcoexistence).</summary>
    [Fact]
    public void ByHand_BesideALease_IsNotTold()
    {
        Machine.FakeIp.Addresses.Add(Address("10.73.42.17", Tap, IpPrefixOriginDhcp));
        Join("10.73.42.50", IpPrefixOriginManual);
        Assert.Equal(0, Log.Count("set by hand"));
        Assert.Equal(IPAddress.Parse("10.73.42.17"), Host!.ShownAddress);
    }

    private void Join(string address, int origin)
    {
        Open();
        Host!.OnJoined(1400);
        Machine.FakeIp.Addresses.Add(Address(address, Tap, origin));
        Host.Maintain();
        Lane.Advance(TimeSpan.FromMinutes(1));
    }

    private void PassWithoutAnAnswer()
    {
        for (int i = 0; i < 30; i++)
        {
            Lane.Advance(TimeSpan.FromSeconds(2));
            Host!.Maintain();
        }
    }
}
