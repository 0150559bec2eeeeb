using Microsoft.Extensions.Logging;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>Forwards the frames of one room. Nothing on this path allocates, locks or throws.</summary>
/// <param name="room">For the log.</param>
/// <param name="limit">Of the room.</param>
/// <param name="logger">Asked once whether it traces.</param>
internal sealed class RoomSwitch(RoomCode room, RoomLimit limit, ILogger logger)
{
    private readonly bool _traces = logger.IsEnabled(LogLevel.Trace);
    private readonly MacTable _clients = new();
    private readonly Dictionary<ushort, Member> _targetsById = [];
    private Member[] _targets = new Member[8];
    private int _targetCount;
    private Member? _gateway;

    /// <summary>The room's IP MTU in bytes.</summary>
    public int Mtu { get; set; } = FrameLimits.MaxMtu;

    /// <summary>The client that has announced this MAC, in whatever state; null when nobody has.</summary>
    public Member? FindClient(MacAddress address) => _clients.Find(address);

    /// <summary>From now on the MAC is this client's, and nobody else can send from it.</summary>
    public void Reserve(Member client) => _clients.Add(client.Mac, client);

    /// <summary>From now on frames go to the member.</summary>
    public void AddTarget(Member member)
    {
        if (_targetCount == _targets.Length)
        {
            Array.Resize(ref _targets, _targets.Length * 2);
        }

        _targets[_targetCount++] = member;
        _targetsById[member.Id] = member;
        if (member.IsGateway)
        {
            _gateway = member;
        }
    }

    /// <summary>The member neither sends nor receives any more, and its MAC is free.</summary>
    public void Remove(Member member)
    {
        if (!member.IsGateway)
        {
            _clients.Remove(member.Mac);
        }

        if (!_targetsById.Remove(member.Id))
        {
            return;
        }

        int index = Array.IndexOf(_targets, member, 0, _targetCount);
        _targets[index] = _targets[--_targetCount];
        _targets[_targetCount] = null!;
        if (ReferenceEquals(_gateway, member))
        {
            _gateway = null;
        }
    }

    /// <summary>Rules 2 to 7 of protocol.md, section 5: the first that says no names the reason.</summary>
    /// <param name="from">A joined member.</param>
    /// <param name="frame">14 to 1518 bytes. Borrowed.</param>
    public void Forward(Member from, ReadOnlySpan<byte> frame)
    {
        MacAddress destination = MacAddress.Read(frame);
        bool isBroadcast = destination.IsMulticast;
        PeerCounters counters = from.Counters;
        counters.FramesIn++;
        counters.BytesIn += frame.Length;
        counters.BroadcastIn += isBroadcast ? 1 : 0;

        int sent = 0;
        DropReason reason = Judge(from, frame, destination, out Member? target);
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
    public void RouteProbe(Member from, DatagramKind kind, ReadOnlySpan<byte> body)
    {
        if (!from.Limits.MaySend(DatagramHeader.Length + body.Length) || (kind == DatagramKind.Probe && !from.Limits.MayProbe()))
        {
            from.Counters.Drop(DropReason.RateLimited);
            return;
        }

        ushort target = ProbeBody.Target(body);
        if (target == ProbeBody.RelayId && kind == DatagramKind.Probe)
        {
            Span<byte> reply = stackalloc byte[ProbeBody.Length];
            ProbeBody.Readdress(body, from.Id, reply);
            from.SendProbe(DatagramKind.ProbeReply, ProbeBody.RelayId, reply);
        }
        else if (target != from.Id && _targetsById.TryGetValue(target, out Member? to))
        {
            to.SendProbe(kind, from.Id, body);
        }
        else
        {
            from.Counters.Drop(DropReason.UnknownDestination);
        }
    }

    /// <param name="target">Who gets the frame when None is returned; null: everybody else.</param>
    private DropReason Judge(Member from, ReadOnlySpan<byte> frame, MacAddress destination, out Member? target)
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

        DropReason unsafeFor = SafetyPolicy.Check(frame, from.Info.Role);
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
            isKnown = target is { State: MemberState.Active } && !ReferenceEquals(target, from);
        }

        // What a gateway has for somebody who has just left goes to nobody, and must not use up what its LAN's ARP needs.
        bool isForAll = destination.IsMulticast || (!isKnown && !from.IsGateway);
        if (!from.Limits.MaySend(frame.Length) || (isForAll && !from.Limits.MaySendToAll(destination)))
        {
            return DropReason.RateLimited;
        }

        // Asked last, so that what its sender may not send does not use up what the room may.
        if (destination.IsMulticast && !limit.MaySendToAll())
        {
            return DropReason.RateLimited;
        }

        return isKnown ? DropReason.None : DropReason.UnknownDestination;
    }

    /// <summary>The client that has this MAC, and not a machine on the LAN.</summary>
    private Member? FindInside(MacAddress address) => _clients.Find(address) is { IsOutside: false } client ? client : null;

    private int SendToOthers(Member from, ReadOnlySpan<byte> frame)
    {
        int sent = 0;
        ushort source = from.Id;
        for (int i = 0; i < _targetCount; i++)
        {
            Member target = _targets[i];
            if (!ReferenceEquals(target, from) && target.SendFrame(source, frame) == DropReason.None)
            {
                sent++;
            }
        }

        return sent;
    }

    private void Trace(Member from, ReadOnlySpan<byte> frame, DropReason reason, int targets)
    {
        if (EthernetFrame.TryParse(frame, out EthernetFrame parsed))
        {
            RelayLog.Forwarded(
                logger, room, from.Id, parsed.Source, parsed.Destination, parsed.EtherType, frame.Length,
                reason == DropReason.None ? "forwarded" : "dropped", reason, targets);
        }
    }
}
