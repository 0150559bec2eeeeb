using Microsoft.Extensions.Logging;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>Forwards the frames of one room. Nothing on this path allocates, locks or throws.</summary>
/// <param name="room">For the log.</param>
/// <param name="logger">Asked once whether it traces.</param>
internal sealed class RoomSwitch(RoomCode room, ILogger logger)
{
    private readonly bool _traces = logger.IsEnabled(LogLevel.Trace);
    private readonly MacTable _clients = new();
    private readonly Dictionary<ushort, RelayPeer> _targetsById = [];
    private RelayPeer[] _targets = new RelayPeer[8];
    private int _targetCount;
    private RelayPeer? _gateway;

    /// <summary>The room's IP MTU in bytes.</summary>
    public int Mtu { get; set; } = FrameLimits.MaxMtu;

    /// <summary>The client that has announced this MAC, in whatever state; null when nobody has.</summary>
    public RelayPeer? FindClient(MacAddress address) => _clients.Find(address);

    /// <summary>From now on the MAC is this client's, and nobody else can send from it.</summary>
    public void Reserve(RelayPeer client) => _clients.Add(client.Mac, client);

    /// <summary>From now on frames go to the peer.</summary>
    public void AddTarget(RelayPeer peer)
    {
        if (_targetCount == _targets.Length)
        {
            Array.Resize(ref _targets, _targets.Length * 2);
        }

        _targets[_targetCount++] = peer;
        _targetsById[peer.Id] = peer;
        peer.BecomeTarget();
        if (peer.IsGateway)
        {
            _gateway = peer;
        }
    }

    /// <summary>The peer neither sends nor receives any more, and its MAC is free.</summary>
    public void Remove(RelayPeer peer)
    {
        if (!peer.IsGateway)
        {
            _clients.Remove(peer.Mac);
        }

        if (!peer.IsTarget)
        {
            return;
        }

        peer.StopBeingTarget();
        _targetsById.Remove(peer.Id);
        int index = Array.IndexOf(_targets, peer, 0, _targetCount);
        _targets[index] = _targets[--_targetCount];
        _targets[_targetCount] = null!;
        if (ReferenceEquals(_gateway, peer))
        {
            _gateway = null;
        }
    }

    /// <summary>Rules 2 to 7 of protocol.md, section 5: the first that says no names the reason.</summary>
    /// <param name="from">A joined peer.</param>
    /// <param name="frame">14 to 1518 bytes. Borrowed.</param>
    public void Forward(RelayPeer from, ReadOnlySpan<byte> frame)
    {
        MacAddress destination = MacAddress.Read(frame);
        bool isBroadcast = destination.IsMulticast;
        PeerCounters counters = from.Counters;
        counters.FramesIn++;
        counters.BytesIn += frame.Length;
        counters.BroadcastIn += isBroadcast ? 1 : 0;

        int sent = 0;
        DropReason reason = Judge(from, frame, destination, out RelayPeer? target);
        if (reason != DropReason.None)
        {
            counters.Drop(reason);
        }
        else if (target is null)
        {
            sent = SendToOthers(from, frame);
        }
        else
        {
            reason = target.SendFrame(from.Id, frame);
            sent = reason == DropReason.None ? 1 : 0;
        }

        if (_traces)
        {
            Trace(from, frame, reason, sent);
        }
    }

    /// <summary>Brings a probe or its reply to the target that it names, and answers a probe for the relay.</summary>
    public void RouteProbe(RelayPeer from, DatagramKind kind, ReadOnlySpan<byte> body)
    {
        if (!from.Limits.MaySend(DatagramHeader.Length + body.Length) || (kind == DatagramKind.Probe && !from.Limits.MayProbe()))
        {
            from.Counters.Drop(DropReason.RateLimited);
            return;
        }

        ushort target = ProbeBody.Target(body);
        if (target == ProbeBody.RelayId && kind == DatagramKind.Probe)
        {
            Span<byte> reply = stackalloc byte[DatagramHeader.ProbeBodyLength];
            ProbeBody.Readdress(body, from.Id, reply);
            from.SendProbe(DatagramKind.ProbeReply, ProbeBody.RelayId, reply);
        }
        else if (target != from.Id && _targetsById.TryGetValue(target, out RelayPeer? peer))
        {
            peer.SendProbe(kind, from.Id, body);
        }
        else
        {
            from.Counters.Drop(DropReason.UnknownDestination);
        }
    }

    /// <param name="target">Who gets the frame when None is returned; null: everybody else.</param>
    private DropReason Judge(RelayPeer from, ReadOnlySpan<byte> frame, MacAddress destination, out RelayPeer? target)
    {
        target = null;
        MacAddress source = MacAddress.Read(frame[MacAddress.Length..]);
        if (!source.IsUsableSource)
        {
            return DropReason.InvalidSourceMac;
        }

        if (from.IsGateway ? FindInside(source) is not null : source != from.Mac)
        {
            return from.IsGateway ? DropReason.LoopedSourceMac : DropReason.UnauthorizedSourceMac;
        }

        if (from.IsOutside)
        {
            return DropReason.LanSourceMac;
        }

        DropReason unsafeFor = SafetyPolicy.Check(frame, from.IsGateway ? FrameDirection.FromGateway : FrameDirection.FromClient);
        if (unsafeFor != DropReason.None)
        {
            return unsafeFor;
        }

        if (frame.Length > FrameLimits.MaxLengthIn(Mtu))
        {
            return DropReason.MtuExceeded;
        }

        bool isKnown = true;
        if (!destination.IsMulticast)
        {
            target = FindInside(destination) ?? (from.IsGateway ? null : _gateway);
            isKnown = target is { IsTarget: true } && !ReferenceEquals(target, from);
        }

        // What a gateway has for somebody who has just left goes to nobody, and must not use up what its LAN's ARP needs.
        bool isForAll = destination.IsMulticast || (!isKnown && !from.IsGateway);
        if (!from.Limits.MaySend(frame.Length) || (isForAll && !from.Limits.MaySendToAll(destination)))
        {
            return DropReason.RateLimited;
        }

        return isKnown ? DropReason.None : DropReason.UnknownDestination;
    }

    /// <summary>The client that has this MAC, and not a machine on the LAN.</summary>
    private RelayPeer? FindInside(MacAddress address) => _clients.Find(address) is { IsOutside: false } client ? client : null;

    private int SendToOthers(RelayPeer from, ReadOnlySpan<byte> frame)
    {
        int sent = 0;
        ushort source = from.Id;
        for (int i = 0; i < _targetCount; i++)
        {
            RelayPeer target = _targets[i];
            if (!ReferenceEquals(target, from) && target.SendFrame(source, frame) == DropReason.None)
            {
                sent++;
            }
        }

        return sent;
    }

    private void Trace(RelayPeer from, ReadOnlySpan<byte> frame, DropReason reason, int targets)
    {
        if (EthernetFrame.TryParse(frame, out EthernetFrame parsed))
        {
            RelayLog.Forwarded(
                logger, room, from.Id, parsed.Source, parsed.Destination, parsed.EtherType, frame.Length,
                reason == DropReason.None ? "forwarded" : "dropped", reason, targets);
        }
    }
}
