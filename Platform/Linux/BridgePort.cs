using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>A TAP that is a port of a Linux bridge: how a gateway joins a LAN that this host bridges already. The bridge reaches the host's own stack
/// by itself.</summary>
/// <remarks>A bridge may be deleted and made anew under its name, as happens when a host's networking is restarted: the port joins the new one. A
/// port that somebody put into another bridge stays there: two programs that take it from each other would cut both networks again and
/// again.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class BridgePort : IFramePort
{
    private const string NameTemplate = "slport%d";

    /// <summary>Between two attempts to join the bridge again, in case somebody else takes the port out each time.</summary>
    private static readonly TimeSpan JoinPause = TimeSpan.FromSeconds(5);

    private readonly EventLoop _loop;
    private readonly LinuxTap _tap;
    private readonly NetlinkSocket _netlink;
    private readonly NetworkMonitor _monitor;
    private readonly ILaneTimer _again;
    private readonly string _bridge;
    private readonly string _root;
    private IFramePortHandler? _handler;
    private readonly WireWatch _wire;
    private TimeSpan? _joinedAt;
    private bool _saidFiltered;

    private BridgePort(EventLoop loop, LinuxTap tap, NetlinkSocket netlink, LinkEntry bridge, string root)
    {
        _root = root;
        _loop = loop;
        _tap = tap;
        _netlink = netlink;
        _bridge = bridge.Name;
        _wire = new WireWatch(bridge.Mtu);
        _again = loop.CreateTimer(Look);
        _monitor = NetworkMonitor.Open(loop, Look);
    }

    /// <summary>A bridge without an address of its own takes the lowest of its ports', and its host would vanish for everybody who knows the old one.
    /// This beginning is never the lowest: libvirt's ports begin with fe:54:00, and a random one hardly begins like this.</summary>
    private static ReadOnlySpan<byte> HighestPrefix => [0xfe, 0xff, 0xff];

    public string Name => _tap.Name;

    public MacAddress Address => _tap.Address;

    public PeerCounters Counters => _tap.Counters;

    /// <param name="bridge">From <see cref="InterfaceCheck.RequireBridge"/>.</param>
    /// <param name="moderation">As <see cref="LinuxTapOptions.Moderation"/>.</param>
    /// <param name="root">Where /proc and /sys are, for <see cref="BridgeFilter"/>.</param>
    /// <exception cref="SoftlanException">It cannot be made or attached; nothing is left behind.</exception>
    public static BridgePort Open(EventLoop loop, LinkEntry bridge, PortModeration moderation = PortModeration.Auto, string root = "/")
    {
        Span<byte> address = stackalloc byte[MacAddress.Length];
        Random.Shared.NextBytes(address);
        HighestPrefix.CopyTo(address);
        LinuxTap tap = LinuxTap.Open(loop, new LinuxTapOptions
        {
            Name = NameTemplate,
            Address = MacAddress.Read(address),
            Mtu = bridge.Mtu, // A bridge without an MTU of its own takes the smallest of its ports'.
            DisableIPv6 = true,
            Up = false,
            Moderation = moderation,
        });
        NetlinkSocket? netlink = null;
        try
        {
            netlink = NetlinkSocket.Open();
            if (!bridge.IsBridge)
            {
                throw SoftlanException.Create($"Cannot join bridge '{bridge.Name}'", "it is not a bridge", $"give it with --interface {bridge.Name}");
            }

            NetlinkLinks.SetMaster(netlink, tap.InterfaceIndex, bridge.Index).ThrowIfFailed($"Cannot join bridge '{bridge.Name}'");
            tap.SetUp(true);
            return new BridgePort(loop, tap, netlink, bridge, root);
        }
        catch
        {
            netlink?.Dispose();
            tap.Dispose();
            throw;
        }
    }

    public void Start(IFramePortHandler handler)
    {
        _handler = handler;
        _tap.Start(handler);
        Look();
    }

    public void Write(ReadOnlySpan<byte> frame) => _tap.Write(frame);

    public void Dispose()
    {
        _handler = null;
        _again.Dispose();
        _monitor.Dispose();
        _netlink.Dispose();
        _tap.Dispose();
    }

    private void Look()
    {
        if (_handler is null)
        {
            return;
        }

        try
        {
            IReadOnlyList<LinkEntry> links = NetlinkLinks.List(_netlink);
            if (links.FirstOrDefault(link => link.Index == _tap.InterfaceIndex) is not { } port)
            {
                return; // The TAP itself says so.
            }

            LinkEntry? bridge = links.FirstOrDefault(link => link.Name == _bridge && link.IsBridge);
            Tell(Judge(links, bridge, port));
            if (bridge is null)
            {
                return;
            }

            if (port.MasterIndex == 0 || (port.MasterIndex == bridge.Index && !port.IsUp))
            {
                Join(bridge, port);
            }

            _wire.TellMtu(bridge.Mtu, _handler);
            TellFilter();
        }
        catch (SoftlanException)
        {
            _again.Set(JoinPause); // The kernel did not answer this time.
        }
    }

    private static WireState Judge(IReadOnlyList<LinkEntry> links, LinkEntry? bridge, LinkEntry port)
    {
        if (bridge is null)
        {
            return WireState.Gone;
        }

        if (port.MasterIndex != bridge.Index)
        {
            return port.MasterIndex == 0 ? WireState.Detached : WireState.Taken;
        }

        if (!bridge.IsUp || !port.IsUp)
        {
            return WireState.Down;
        }

        // A bridge without another port is a LAN of this host alone.
        LinkEntry[] others = [.. links.Where(link => link.MasterIndex == bridge.Index && link.Index != port.Index)];
        return others.Length == 0 || others.Any(other => other is { IsUp: true, HasCarrier: true }) ? WireState.Connected : WireState.Unplugged;
    }

    private void Join(LinkEntry bridge, LinkEntry port)
    {
        TimeSpan pause = _joinedAt is { } before ? before + JoinPause - _loop.Now : TimeSpan.Zero;
        if (pause > TimeSpan.Zero)
        {
            _again.Set(pause);
            return;
        }

        _joinedAt = _loop.Now;
        // A new bridge has no port yet, and takes the smallest MTU of those that come.
        bool joined = NetlinkLinks.SetMtu(_netlink, port.Index, Math.Max(port.Mtu, bridge.Mtu)).Succeeded
            && NetlinkLinks.SetMaster(_netlink, port.Index, bridge.Index).Succeeded
            && NetlinkLinks.SetUp(_netlink, port.Index, up: true).Succeeded;
        _again.Set(joined ? TimeSpan.Zero : JoinPause);
    }

    /// <summary>The switches change without a word from the kernel; but what loads the module mostly makes bridges of its own, and then this port
    /// looks again.</summary>
    private void TellFilter()
    {
        if (!_saidFiltered && BridgeFilter.FindFamilies(_bridge, _root) is { } families)
        {
            _saidFiltered = true;
            _handler?.OnBridgeFiltered(families);
        }
    }

    private void Tell(WireState wire)
    {
        // Nobody took the port out of a bridge that is made anew: it is about to join.
        if ((wire, _wire.State) is not (WireState.Detached, WireState.Gone))
        {
            _wire.TellState(wire, _handler);
        }
    }
}
