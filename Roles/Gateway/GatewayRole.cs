using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Hosting;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Gateway;

// From the LAN to the relay, in the order in which a frame meets it:
//
//   PriorityTag      a tag without a VLAN is taken off
//   source MAC       a remote client's: somebody bridges twice or has the same MAC (LoopWatch), or this host injected it; else the LAN's (PlayerMacs)
//   destination MAC  broadcast, multicast or a remote client's; everything else stays on the LAN (most frames end here)
//   MulticastWatch   much for one group is told of, and passes
//   RelaySession     safety policy, room MTU, MSS; then the link
//
// From the relay to the LAN:
//
//   RelaySession     known source peer, its own MAC, safety policy, room MTU, MSS
//   LoopWatch        nothing while bridging is stopped
//   PlayerMacs       no MAC that a machine on the LAN has; not many frames to MACs that nobody has, nor names for the DHCP server (DhcpGuard)
//   IFramePort       the wire, and this host's own stack where it is concerned

/// <summary>Bridges one Ethernet port of this host and one room. Owns the port; lives on its lane.</summary>
internal sealed class GatewayRole : IRole, IFramePortHandler, IRelaySessionOwner
{
    /// <summary>Drops that are nothing to worry about on any LAN: its own traffic, its switches' talk, what comes while there is no room, and the
    /// hints by which TCP finds its rate.</summary>
    private static readonly DropReason[] ExpectedDrops =
        [DropReason.UnknownDestination, DropReason.SwitchControl, DropReason.NotConnected, DropReason.Congested];

    /// <summary>A gateway that is alone for longer says so once: players mostly come later, but its room code may be mistyped.</summary>
    public static readonly TimeSpan PlayerPatience = TimeSpan.FromMinutes(1);

    /// <summary>From the last goodbye to the end, so that it leaves the machine.</summary>
    private static readonly TimeSpan FarewellTime = TimeSpan.FromMilliseconds(50);

    private readonly ILane _lane;
    private readonly IFramePort _port;
    private readonly GatewayOptions _options;
    private readonly ResumeFile? _resume;
    private readonly ILogger _logger;
    private readonly bool _traces;
    private readonly RelaySession _session;
    private readonly LoopWatch _loops;
    private readonly PlayerMacs _macs;
    private readonly PlayerRefusals _refusals;
    private readonly LanNews _lan;
    private readonly SessionReporter _reporter;
    private readonly AbsenceWatch _players;
    private readonly MulticastWatch _multicast = new();
    private readonly IUplink? _uplink;
    private readonly ILaneTimer _camTimer;
    private readonly CamReminders _cam;
    private Action<SoftlanException?>? _ended;
    private ILaneTimer? _farewellTimer;
    private bool _hasBridged;
    private bool _hasMetPlayers;
    private bool _isDisposed;

    /// <param name="port">An open port. The role owns it from here on.</param>
    /// <param name="resume">Null: nothing is kept beyond this process.</param>
    /// <param name="console">The terminal for the live line; null: none.</param>
    /// <param name="resolver">Null: the system's.</param>
    /// <param name="random">See <see cref="RelaySession"/>.</param>
    /// <param name="uplink">The role owns it from here on. Null: nobody says when the relay may be reached again.</param>
    public GatewayRole(
        ILane lane,
        IQuicEngine engine,
        GatewayPort port,
        GatewayOptions options,
        ResumeFile? resume,
        ILogger logger,
        StatusConsole? console = null,
        IRelayResolver? resolver = null,
        Func<double>? random = null,
        IUplink? uplink = null)
    {
        _lane = lane;
        _port = port.Port;
        _macs = new PlayerMacs(port.Port, port.HostAddresses);
        _options = options;
        _resume = resume;
        _uplink = uplink;
        _logger = logger;
        _traces = logger.IsEnabled(LogLevel.Trace);
        RelaySessionOptions session = new()
        {
            Relay = options.Relay,
            Trust = options.Join.Trust,
            ServerName = options.Join.ServerName,
            Room = options.Join.Room,
            Role = PeerRole.Gateway,
            Name = options.Join.Name,
            Mtu = port.Mtu,
            DatagramLimit = options.Join.DatagramLimit,
            ResumeToken = resume?.Find(),
        };
        _session = new RelaySession(lane, engine, session, this, logger, resolver, random);
        _reporter = new SessionReporter(lane, _session, console, logger, ExpectedDrops);
        _refusals = new PlayerRefusals(lane, _session, _macs, options.Interface, logger);
        _lan = new LanNews(lane, _session, port.Port, options.Interface, logger);
        _players = new AbsenceWatch(lane, PlayerPatience, () => GatewayLog.NoPlayers(logger, options.Join.Room));
        _loops = new LoopWatch(lane, logger, options.Interface, options.Join.Room, _macs, OnRefused, OnCamTimer);
        _cam = new CamReminders(lane, port.Port, options.IsBridge, _macs, _loops);
        _camTimer = lane.CreateTimer(OnCamTimer);
    }

    public RelaySession Session => _session;

    public long Frames => _session.Counters.FramesIn + _session.Counters.FramesOut;

    public void Start(Action<SoftlanException?> ended)
    {
        _ended = ended;
        GatewayLog.WarnIfShort(_logger, _options.Join.Room);
        _port.Start(this);
        _camTimer.Set(CamRefresh.Interval);
        _reporter.Start();
        _reporter.OnPortOpened(_port.Counters, hasGateway: false);
        _uplink?.Watch(OnUplinkChanged);
        _session.Start();
    }

    public void Stop()
    {
        if (_ended is null)
        {
            return;
        }

        _session.Stop();
        _resume?.Delete();
        End(null);
    }

    /// <summary>A gateway reads no files again, and its terminal is gone.</summary>
    public void HangUp() => Stop();

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _reporter.Dispose();
        _players.Dispose();
        _uplink?.Dispose();
        _session.Dispose();
        _camTimer.Dispose();
        _loops.Dispose();
        _farewellTimer?.Dispose();
        _port.Dispose();
    }

    void IFramePortHandler.OnFrame(Span<byte> frame, FrameOrigin origin)
    {
        frame = PriorityTag.Remove(frame);
        DropReason reason = Forward(frame, origin);
        if (_traces)
        {
            GatewayLog.ToRelay(_logger, MacAddress.Read(frame[MacAddress.Length..]), MacAddress.Read(frame), frame.Length, reason);
        }
    }

    void IFramePortHandler.OnWireChanged(WireState state) => _lan.OnWireChanged(state);

    void IFramePortHandler.OnMtuChanged(int mtu) => _lan.OnMtuChanged(mtu);

    void IFramePortHandler.OnReturnRefused(SoftlanException reason) => GatewayLog.ReturnRefused(_logger, _options.Interface, reason.Message);

    void IFramePortHandler.OnHostNotReachable(string why) => GatewayLog.HostNotReachable(_logger, _options.Interface, why);

    void IFramePortHandler.OnBridgeFiltered(string families) => GatewayLog.BridgeFiltered(_logger, _options.Interface, families);

    void IFramePortHandler.OnPortFailed(SoftlanException reason)
    {
        _session.Stop(CloseReason.ShuttingDown, "the gateway lost its LAN");
        End(reason);
    }

    void IRelaySessionOwner.OnFrame(ReadOnlySpan<byte> frame, PeerInfo source)
    {
        bool floods = false;
        DropReason reason = _loops.IsPaused
            ? DropReason.LoopedSourceMac
            : _macs.Check(source.Mac, frame, _lane.Now, out floods);
        if (reason == DropReason.None)
        {
            if (floods)
            {
                _loops.OnWritten(frame, source.Mac);
            }

            _port.Write(frame);
        }
        else
        {
            _session.Counters.Drop(reason);
        }

        if (_traces)
        {
            GatewayLog.FromRelay(_logger, source.Mac, MacAddress.Read(frame), frame.Length, reason);
        }
    }

    /// <summary>The gateway's own traffic to the relay is unicast of this host, which is never bridged: there is no route to hold.</summary>
    void IRelaySessionOwner.OnConnecting(IPEndPoint relay) => _uplink?.Remember(relay.Address);

    void IRelaySessionOwner.OnResumeToken(string token) => _resume?.Save(token);

    void IRelaySessionOwner.OnJoined(JoinedRoom room)
    {
        if (!_hasBridged)
        {
            _hasBridged = true;
            GatewayLog.Bridging(_logger, _options.Interface, _port.Address, _options.Join.Room);
        }

        LookForPlayers();
        _lan.OnJoined();
        _macs.EnterRoom(_session.Peers, _lane.Now, _refusals.OnRefused);
        OnCamTimer();
    }

    void IRelaySessionOwner.OnPeerJoined(PeerInfo peer)
    {
        LookForPlayers();
        if (!_macs.Add(peer, _session.Peers, _lane.Now))
        {
            _refusals.OnRefused(peer);
        }

        _cam.Remind(peer);
    }

    /// <summary>The switches forget the MAC by themselves.</summary>
    void IRelaySessionOwner.OnPeerLeft(PeerInfo peer, CloseReason reason) => _macs.Remove(peer, _lane.Now);

    void IRelaySessionOwner.OnLanChanged(bool isConnected)
    {
        // The gateway's own news, by another way.
    }

    /// <summary>The session tells the operator; the port stays as it is.</summary>
    void IRelaySessionOwner.OnDisconnected(string reason, TimeSpan retryIn) => _players.Pause();

    void IRelaySessionOwner.OnFatal(SoftlanException reason) => End(reason);

    private DropReason Forward(Span<byte> frame, FrameOrigin origin)
    {
        RemotePeers peers = _session.Peers;
        MacAddress source = MacAddress.Read(frame[MacAddress.Length..]);
        // Clients' MACs are locally administered, as few on a LAN are: for most frames one bit answers before the table does.
        if (source.IsValidClientAddress && source != _port.Address && peers.IsClientMac(source) && !_macs.IsRefused(source))
        {
            return Drop(OnLooped(frame, source, origin));
        }

        if (CamRefresh.IsOne(frame))
        {
            _macs.OnPlayerOfAnotherGateway(source, _lane.Now);
            return Drop(DropReason.UnknownDestination);
        }

        _macs.OnHeard(source, _session.IsJoined, _lane.Now);
        MacAddress destination = MacAddress.Read(frame);
        if (!destination.IsMulticast && !(destination.IsValidClientAddress && peers.IsClientMac(destination) && !_macs.IsRefused(destination)))
        {
            return Drop(DropReason.UnknownDestination);
        }

        if (!source.IsUsableSource)
        {
            return Drop(DropReason.InvalidSourceMac);
        }

        if (destination.IsMulticast)
        {
            _macs.OnHeardByAll(frame, source, _lane.Now);
        }

        if (_loops.IsPaused)
        {
            return Drop(DropReason.LoopedSourceMac);
        }

        DropReason reason = _session.Send(frame);
        if (reason == DropReason.None && destination.IsMulticast && _multicast.Note(frame, _lane.Now, out MulticastFlood flood))
        {
            string rate = (flood.BitsPerSecond / 1_000_000).ToString("0.0", CultureInfo.InvariantCulture);
            GatewayLog.MuchMulticast(_logger, flood.Source, rate, flood.Group, _options.Interface);
        }

        return reason;
    }

    /// <summary>Whoever has come once has the right code.</summary>
    private void LookForPlayers()
    {
        _hasMetPlayers |= _session.Peers.Count > 0;
        _players.Look(_hasMetPlayers);
    }

    private void OnUplinkChanged()
    {
        if (_ended is not null)
        {
            _session.NetworkChanged();
        }
    }

    private DropReason Drop(DropReason reason)
    {
        _session.Counters.Drop(reason);
        return reason;
    }

    private DropReason OnLooped(ReadOnlySpan<byte> frame, MacAddress source, FrameOrigin origin)
    {
        // What this host itself injects under a client's MAC (this gateway does so all the time) is no loop.
        if (origin == FrameOrigin.Received)
        {
            _loops.OnHeard(frame, source);
        }

        return DropReason.LoopedSourceMac;
    }

    private void OnRefused(MacAddress mac)
    {
        if (_session.Peers.TryGet(mac, out PeerInfo? peer))
        {
            _refusals.OnRefused(peer);
        }
    }

    private void OnCamTimer()
    {
        _camTimer.Set(CamRefresh.Interval);
        if (_session.IsJoined)
        {
            _lan.Tell();
            _macs.Reconsider(_session.Peers, _lane.Now, _refusals.OnReconsidered);
        }

        if (_loops.IsPaused)
        {
            return;
        }

        foreach (PeerInfo peer in _session.Peers.All)
        {
            _refusals.TellRelay(peer);
            _cam.Remind(peer);
        }

        GatewayLog.CamRefreshed(_logger, _session.Peers.Count);
    }

    /// <summary>Reports the end once the goodbye has left the machine.</summary>
    private void End(SoftlanException? reason)
    {
        if (_ended is not { } ended)
        {
            return;
        }

        _ended = null;
        _camTimer.Cancel();
        _players.Pause();
        _loops.Stop();
        _reporter.Finish();
        _port.Dispose();
        if (_hasBridged)
        {
            GatewayLog.Stopped(_logger, _options.Interface);
        }

        _farewellTimer = _lane.CreateTimer(() => ended(reason));
        _farewellTimer.Set(FarewellTime);
    }
}
