using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Shared;

// From the owner's port to the relay, in the order in which a frame meets it:
//
//   SafetyPolicy    what may not cross is not even sent
//   room MTU
//   MssClamp        full TCP segments must fit one datagram on this hop
//   FrameSender     into the link's queue
//
// The other direction stands at the top of FrameReceiver.

/// <summary>A session's part while it is in a room: the peers, frames both ways, probes and statistics. Outside a room it drops what it is
/// given.</summary>
internal sealed class RoomMembership : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>Ticks between two stats messages.</summary>
    private const int StatsTicks = 10;

    /// <summary>Probes are answered every second, so this much silence means that the path is in trouble: look for another.</summary>
    private static readonly TimeSpan SilenceBeforeHint = TimeSpan.FromSeconds(3);

    /// <summary>After this much silence a new connection is more likely to help than waiting: QUIC itself would wait for 30 s.</summary>
    private static readonly TimeSpan SilenceBeforeReconnect = TimeSpan.FromSeconds(15);

    /// <summary>Lines about peers that come and go, a second and at once; a relay that says more is not repeated.</summary>
    private const int PeerLinesPerSecond = 5;
    private const int PeerLinesBurst = 128;

    /// <summary>Lines about the gateway's LAN, a second and at once, and as many about a machine there that has our MAC: apart from the others, since
    /// those who come and go may use up theirs.</summary>
    private const double LanLinesPerSecond = 0.2;
    private const int LanLinesBurst = 16;

    /// <summary>How often malformed datagrams are reported, in ticks.</summary>
    private const int MalformedTicks = 60;

    private readonly ILane _lane;
    private readonly IQuicEngine _engine;
    private readonly RelaySessionOptions _options;
    private readonly IRelaySessionOwner _owner;
    private readonly ILogger _logger;
    private readonly Action<string> _onSilence;
    private readonly ILaneTimer _timer;
    private readonly TokenBucket _peerLines = new(PeerLinesPerSecond, PeerLinesBurst);
    private readonly TokenBucket _lanLines = new(LanLinesPerSecond, LanLinesBurst);
    private readonly TokenBucket _outsideLines = new(LanLinesPerSecond, LanLinesBurst);
    private IFrameLink? _link;
    private readonly GatewaySilence _gatewaySilence;
    private FrameSender? _sender;
    private FrameReceiver? _receiver;
    private int _maxFrameLength;
    private TimeSpan _lastHeard;
    private long _datagramsHeard;
    private bool _hinted;
    private bool _lanIsOut;
    private int _ticks;
    private long _malformedTold;

    /// <param name="onSilence">Nothing has come from the relay for too long, as the text says: its link is to be given up.</param>
    public RoomMembership(
        ILane lane, IQuicEngine engine, RelaySessionOptions options, IRelaySessionOwner owner, ILogger logger, Action<string> onSilence)
    {
        _lane = lane;
        _engine = engine;
        _options = options;
        _owner = owner;
        _logger = logger;
        _onSilence = onSilence;
        _gatewaySilence = new GatewaySilence(logger);
        _timer = lane.CreateTimer(OnTick);
    }

    public RemotePeers Peers { get; } = new();

    public Prober Prober { get; } = new();

    public JoinedRoom? Room { get; private set; }

    /// <summary>A gateway is there, and has not said that it is cut off from its LAN.</summary>
    public bool ReachesLan => Peers.Gateway is not null && !_lanIsOut;

    public DropReason Send(Span<byte> frame, PeerCounters counters)
    {
        if (_sender is not { } sender)
        {
            counters.Drop(DropReason.NotConnected);
            return DropReason.NotConnected;
        }

        DropReason reason = SafetyPolicy.Check(frame, _options.Role);
        if (reason == DropReason.None && frame.Length > _maxFrameLength)
        {
            reason = DropReason.MtuExceeded;
        }

        if (reason != DropReason.None)
        {
            counters.Drop(reason);
            return reason;
        }

        if (MssClamp.MayBeSyn(frame))
        {
            MssClamp.Clamp(frame, _link!.MaxDatagramLength - DatagramHeader.Length);
        }

        return sender.Send(Room!.Self, frame);
    }

    public void Say(ControlMessage message) => _link?.SendControl(ControlCodec.Write(message));

    public void OnDatagram(ReadOnlySpan<byte> datagram, PeerCounters counters)
    {
        if (_receiver is not { } receiver)
        {
            counters.Drop(DropReason.NotConnected);
            return;
        }

        _datagramsHeard++;
        receiver.OnDatagram(datagram, _lane.Now);
    }

    /// <remarks>It names the limit that the operator set, and not what the path was measured to carry so far: that grows within milliseconds, and
    /// each hop knows its own.</remarks>
    public HelloMessage MakeHello(string? resumeToken) => new()
    {
        Role = _options.Role,
        Room = _options.Room,
        Mac = _options.Mac,
        Name = _options.Name,
        Mtu = _options.Mtu,
        MaxDatagram = _options.DatagramLimit ?? FrameLimits.MaxDatagramLength,
        Resume = resumeToken,
        Software = SoftlanVersion.Text,
    };

    /// <returns>False when the relay names peers that cannot be.</returns>
    public bool Enter(IFrameLink link, JoinedRoom room, IReadOnlyList<PeerInfo> peers)
    {
        Peers.Clear();
        foreach (PeerInfo peer in peers)
        {
            // The relay may count us among those who are in the room.
            if (peer.Id != room.Self && !Peers.TryAdd(peer))
            {
                Peers.Clear();
                return false;
            }
        }

        Prober.Reset();
        _link = link;
        Room = room;
        _maxFrameLength = FrameLimits.MaxLengthIn(room.Mtu);
        _sender = new FrameSender(link);
        _receiver = new FrameReceiver(link, room, _options.Role, _options.Mac, Peers, Prober, _owner);
        _lastHeard = _lane.Now;
        _hinted = false;
        _lanIsOut = false;
        _ticks = 0;
        return true;
    }

    /// <summary>Tells operator and owner that the session is in the room, and begins to probe. Of the gateway, once the owner has what it takes to
    /// reach it.</summary>
    public void Announce()
    {
        SessionLog.Joined(
            _logger, Room!.Room,
            _options.Relay.ToString() is var name && name == Room.Relay.ToString() ? name : $"{name} ({Room.Relay})",
            PeerNames.DescribeAll(Peers.All),
            Room.Mtu);
        _owner.OnJoined(Room);
        if (_link is not null)
        {
            TellGateway();
        }

        OnTick();
    }

    public void Leave()
    {
        _timer.Cancel();
        Peers.Clear();
        Prober.Reset();
        _receiver?.CountIncomplete(TimeSpan.MaxValue);
        _link = null;
        _sender = null;
        _receiver = null;
        Room = null;
    }

    public void Dispose() => _timer.Dispose();

    /// <returns>False when the relay breaks the protocol.</returns>
    public bool OnControl(ControlMessage message)
    {
        switch (message)
        {
            case JoinedMessage joined:
                return OnJoined(joined.Peer);
            case LeftMessage left:
                OnLeft(left.Id, left.Reason);
                return true;
            case LanMessage lan:
                OnLan(lan.IsConnected);
                return true;
            case OutsideMessage outside:
                OnOutside(outside);
                return true;
            default:
                return true;
        }
    }

    private bool OnJoined(PeerInfo peer)
    {
        if (peer.Id == Room!.Self)
        {
            return true;
        }

        PeerInfo? gateway = Peers.Gateway;
        if (Peers.TryGet(peer.Id, out PeerInfo? former) && former == peer)
        {
            return true; // Said twice.
        }

        if (!Peers.TryAdd(peer))
        {
            return false;
        }

        _lanIsOut &= peer.Role != PeerRole.Gateway;
        if (Tells())
        {
            SessionLog.PeerJoined(_logger, PeerNames.DescribeFirst(peer));
        }

        TellGatewayUnless(gateway);
        _owner.OnPeerJoined(peer);
        return true;
    }

    private void OnLeft(ushort id, CloseReason reason)
    {
        PeerInfo? gateway = Peers.Gateway;
        if (Peers.Remove(id) is not { } peer)
        {
            return;
        }

        if (Tells())
        {
            SessionLog.PeerLeft(_logger, PeerNames.DescribeFirst(peer), Departures.Describe(reason));
        }

        TellGatewayUnless(gateway);
        _owner.OnPeerLeft(peer, reason);
    }

    private void OnOutside(OutsideMessage outside)
    {
        if (outside.Id != Room!.Self || !_outsideLines.TryTake(1, _lane.Now))
        {
            return;
        }

        if (outside.IsOutside)
        {
            SessionLog.Outside(_logger, _options.Mac, _options.MacAdvice);
        }
        else
        {
            SessionLog.InsideAgain(_logger, _options.Mac);
        }
    }

    private void OnLan(bool isConnected)
    {
        if (_options.Role != PeerRole.Client || _lanIsOut != isConnected)
        {
            return;
        }

        _lanIsOut = !isConnected;
        if (_lanLines.TryTake(1, _lane.Now))
        {
            if (isConnected)
            {
                SessionLog.LanBack(_logger);
            }
            else
            {
                SessionLog.LanGone(_logger);
            }
        }

        _owner.OnLanChanged(isConnected);
    }

    private bool Tells() => _peerLines.TryTake(1, _lane.Now);

    private void TellGatewayUnless(PeerInfo? before)
    {
        if (before is null != Peers.Gateway is null && Tells())
        {
            TellGateway();
        }
    }

    private void TellGateway()
    {
        if (_options.Role != PeerRole.Client)
        {
            return;
        }

        if (Peers.Gateway is null)
        {
            SessionLog.GatewayMissing(_logger);
        }
        else
        {
            SessionLog.GatewayConnected(_logger);
        }
    }

    private void OnTick()
    {
        if (_link is not { } link)
        {
            return;
        }

        _timer.Set(Tick);
        _receiver?.CountIncomplete(_lane.Now);
        WatchSilence();
        if (link != _link)
        {
            return; // Given up.
        }

        _gatewaySilence.Look(Prober.Gateway, Prober.Relay, _lane.Now);
        Prober.SendProbes(link, Room!.Self, _options.Role == PeerRole.Client ? Peers.Gateway?.Id ?? ProbeBody.RelayId : ProbeBody.RelayId, _lane.Now);
        _ticks++;
        if (_ticks % StatsTicks == 0)
        {
            link.SendControl(ControlCodec.Write(new StatsMessage(link.Counters, link.Statistics.SmoothedRtt)));
        }

        if (_ticks % MalformedTicks == 0)
        {
            TellMalformed(link.Counters.Dropped(DropReason.Malformed));
        }
    }

    private void WatchSilence()
    {
        if (_datagramsHeard > 0)
        {
            _datagramsHeard = 0;
            _lastHeard = _lane.Now;
            _hinted = false;
            return;
        }

        TimeSpan silence = _lane.Now - _lastHeard;
        if (silence >= SilenceBeforeReconnect)
        {
            _onSilence($"nothing came from it for {silence.TotalSeconds:0} s");
        }
        else if (silence >= SilenceBeforeHint && !_hinted)
        {
            _hinted = true;
            SessionLog.Silent(_logger, _options.Relay, silence);
            _engine.NetworkChanged();
        }
    }

    private void TellMalformed(long count)
    {
        if (count > _malformedTold)
        {
            SessionLog.MalformedDatagrams(_logger, _options.Relay, count - _malformedTold);
            _malformedTold = count;
        }
    }
}
