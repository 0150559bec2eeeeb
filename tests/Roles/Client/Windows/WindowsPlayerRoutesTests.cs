using System.Net;
using Softlan.Platform.Windows;
using Softlan.Roles.Client;
using Softlan.Roles.Client.Windows;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Tests.Platform.Windows.FakeIpHelper;

namespace Softlan.Tests.Roles.Client.Windows;

/// <summary>Routes that a player has set on the TAP adapter, and has again when softlan has ended.</summary>
public sealed class WindowsPlayerRoutesTests : WindowsHostBench
{
    private const int NlroDhcp = 2;
    private const int NlroRouterAdvertisement = 3;

    private static readonly string[] Gateways = ["0.0.0.0/0 via 10.73.42.1 if 77", "::/0 via fe80::1 if 77"];

    private IEnumerable<string> OnTap => Machine.FakeIp.Table.Where(row => row.EndsWith("if 77", StringComparison.Ordinal));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gateway_SetByHand_IsThereAfterwards_ThePartysIsNot(bool isKilled)
    {
        Machine.FakeIp.AddRoute("0.0.0.0/0", "10.73.42.1", Tap, 256);
        Machine.FakeIp.AddRoute("::/0", "fe80::1", Tap, 256);
        Join();
        Machine.FakeIp.AddRoute("0.0.0.0/0", "10.73.42.254", Tap);
        Machine.FakeIp.AddRoute("::/0", "fe80::254", Tap);
        Host!.Maintain();
        Assert.Equal(4, OnTap.Count()); // Switched off, all of them.
        Assert.Equal(1, Machine.FakeIp.Interfaces[(AF_INET, Tap)].DisableDefaultRoutes);

        End(isKilled);
        Assert.Equal(Gateways, OnTap);
        Assert.Equal(0, Machine.FakeIp.Interfaces[(AF_INET, Tap)].DisableDefaultRoutes);
        Assert.Equal(0, Log.Count("Cannot undo"));
    }

    [Fact]
    public void Gateway_OfAnEarlierParty_IsNotTakenForThePlayersOwn()
    {
        // The driver is set to be always connected, and the lease has not ended.
        Machine.FakeIp.Addresses.Add(Address("10.73.42.17", Tap, IpPrefixOriginDhcp, dadState: 1));
        Machine.FakeIp.AddRoute("0.0.0.0/0", "10.73.42.1", Tap);
        Machine.FakeIp.AddRoute("::/0", "fe80::1", Tap, lifetime: 1800);
        Machine.FakeIp.AddRoute("::/0", "fe80::2", Tap, origin: NlroRouterAdvertisement);
        Join();
        End(isKilled: false);
        Assert.Empty(OnTap);
    }

    [Fact]
    public void Gateway_FromDhcpAsWindowsSays_IsNotTakenForThePlayersOwn()
    {
        Machine.FakeIp.AddRoute("0.0.0.0/0", "10.73.42.1", Tap, origin: NlroDhcp);
        Join();
        End(isKilled: false);
        Assert.Empty(OnTap);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Routes_SetByHand_AreTakenAwayOnceAndPutBack(bool isKilled)
    {
        Machine.FakeIp.AddRoute("10.8.0.0/16", "10.73.42.1", Tap, 7);
        Machine.FakeIp.AddRoute("64.0.0.0/6", null, Tap, 8);
        string[] before = [.. OnTap];
        Join();
        for (int i = 0; i < 2; i++)
        {
            Host!.Maintain();
            Assert.Empty(OnTap);
            Machine.FakeIp.AddRoute("10.8.0.0/16", "10.73.42.1", Tap, 7); // Windows brings it along, with the cable.
            Machine.FakeIp.AddRoute("10.9.0.0/16", "10.73.42.1", Tap);
        }

        Host!.Maintain();
        Assert.Equal(1, Log.Count("Party had the route 10.8.0.0/16 via 10.73.42.1, which is taken away until softlan ends"));
        Assert.Equal(1, Log.Count("Party had the route 64.0.0.0/6, which"));
        Assert.Equal(1, Log.Count("Something added the route 10.9.0.0/16 via 10.73.42.1 to Party: removed"));

        End(isKilled);
        Assert.Equal(before.Order(), OnTap.Order());
        Assert.Equal([7u, 8u], Machine.FakeIp.Routes.Where(row => row.InterfaceLuid == Tap).Select(row => row.Metric).Order());
        Assert.Equal(0, Log.Count("Cannot undo"));
    }

    [Fact]
    public void Route_ThatWindowsKeeps_IsNotInTheJournal_UntilItIsGone()
    {
        Machine.FakeIp.AddRoute("10.8.0.0/16", "10.73.42.1", Tap);
        Join();
        Machine.FakeIp.Refuses = ("DeleteIpForwardEntry2", Win32Error.ERROR_ACCESS_DENIED);
        Host!.Maintain();
        Assert.Equal(1, Log.Count("the route 10.8.0.0/16 via 10.73.42.1 to Party: DeleteIpForwardEntry2: "));
        string journal = Assert.Single(Journals);
        Assert.DoesNotContain("adapterRouteRemoved", File.ReadAllText(journal), StringComparison.Ordinal);

        File.SetLastWriteTimeUtc(journal, DateTime.UnixEpoch);
        Host.Maintain();
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(journal)); // Looked at every few seconds, it is not written each time.

        Machine.FakeIp.Refuses = null;
        Host.Maintain();
        Assert.Empty(OnTap);
        Assert.Contains("adapterRouteRemoved", File.ReadAllText(journal), StringComparison.Ordinal);
        End(isKilled: true);
        Assert.Equal(["10.8.0.0/16 via 10.73.42.1 if 77"], OnTap);
    }

    [Fact]
    public void Undo_RouteCannotBePutBack_SaysTheNextStepAndStaysInTheJournal()
    {
        Machine.FakeIp.AddRoute("10.8.0.0/16", "10.73.42.1", Tap);
        Join();
        Host!.Maintain();
        Machine.FakeIp.Refuses = ("CreateIpForwardEntry2", Win32Error.ERROR_INVALID_PARAMETER);
        Host.Changes.UndoAll();
        Assert.Equal(1, Log.Count("Cannot put the former route 10.8.0.0/16 via 10.73.42.1 on Party back: CreateIpForwardEntry2: "));
        Assert.Equal(1, Log.Count("Hint: add it by hand (route add)."));
        Assert.Single(Journals);
    }

    [Fact]
    public void Undo_AdapterIsGoneOrDisabled_IsNoFailure()
    {
        HostChange.AdapterRouteRemoved removed = Removed("10.8.0.0", 16, "10.73.42.1");
        Machine.FakeIp.Interfaces.Remove((AF_INET, Tap));
        Undo(removed);
        Undo(removed with { Adapter = Guid.Parse("77777777-2222-3333-4444-555555555555") });
        Assert.Empty(OnTap);
    }

    [Fact]
    public void Undo_OnlyWhatSoftlanRemoves_AndOnATapAlone()
    {
        Undo(Removed("10.8.0.0", 16, null));
        Undo(Removed("192.168.1.0", 24, null));
        Assert.Empty(OnTap);
        Machine.FakeRegistry.Adapters.Clear();
        Machine.FakeRegistry.Add("0042", "netvwifimp", TapId.ToString("B"), "Party");
        Undo(Removed("0.0.0.0", 1, null));
        Assert.Empty(OnTap);
        Machine.FakeRegistry.Adapters.Clear();
        Machine.FakeRegistry.Add("0042", "tap0901", TapId.ToString("B"), "Party");
        Undo(Removed("0.0.0.0", 1, null));
        Undo(Removed("0.0.0.0", 1, null)); // As after somebody else put it back.
        Assert.Equal(["0.0.0.0/1 via 0.0.0.0 if 77"], OnTap);
    }

    private static HostChange.AdapterRouteRemoved Removed(string destination, int prefixLength, string? nextHop) =>
        new("Party", TapId, IPAddress.Parse(destination), prefixLength, nextHop is null ? null : IPAddress.Parse(nextHop), 1);

    private void Undo(HostChange change) => new WindowsUndo(Machine, new WindowsCategoryTurns(Machine)).Undo(change);

    private void Join()
    {
        Open();
        Host!.OnJoined(1400);
        Assert.True(Device.IsMediaConnected);
    }

    private void End(bool isKilled)
    {
        if (isKilled)
        {
            Host!.Dispose();
            Machine.ThisProcess = Machine.ThisProcess with { Pid = 4712 };
            Create();
            Host.CleanLeftovers();
        }
        else
        {
            Host!.Changes.UndoAll();
        }

        Assert.Empty(Journals);
    }
}
