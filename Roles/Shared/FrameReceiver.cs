using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Shared;

// From the relay to the owner, in the order in which a frame meets it:
//
//   DatagramHeader        version, kind, lengths; probes go to the prober
//   source peer           known, and not this peer itself
//   FrameReassembler      head and tail become one frame
//   source MAC            a client's own, or anything but a client's from the gateway
//   SafetyPolicy          again: the relay is not trusted to have done it
//   room MTU
//   MssClamp              answers must fit one datagram on this hop
//   IRelaySessionOwner    writes it to its port

/// <summary>The receiving half of a session while it is in a room. Lives as long as one link.</summary>
internal sealed class FrameReceiver(
    IFrameLink link, JoinedRoom room, PeerRole role, MacAddress ownMac, RemotePeers peers, Prober prober, IRelaySessionOwner owner)
{
    private readonly FrameReassembler _reassembler = new();
    private readonly byte[] _syn = new byte[FrameLimits.MaxLength];
    private readonly int _maxFrameLength = FrameLimits.MaxLengthIn(room.Mtu);

    public void OnDatagram(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        PeerCounters counters = link.Counters;
        if (!DatagramHeader.TryParse(datagram, out DatagramHeader header, out ReadOnlySpan<byte> body))
        {
            counters.Drop(DropReason.Malformed);
            return;
        }

        switch (header.Kind)
        {
            case DatagramKind.Frame:
                OnFrame(header.Source, body);
                break;
            case DatagramKind.Head or DatagramKind.Tail:
                // Judged before it takes room in the reassembler: a source that nobody knows gets none.
                if (FindSource(header.Source) is not null
                    && _reassembler.Add(header, body, now, counters, out ReadOnlySpan<byte> frame) == PieceResult.Complete)
                {
                    OnFrame(header.Source, frame);
                }

                break;
            case DatagramKind.Probe:
                prober.OnProbe(link, room.Self, header.Source, body, now);
                break;
            case DatagramKind.ProbeReply:
                prober.OnReply(room.Self, header.Source, body, now);
                break;
        }
    }

    /// <summary>Counts frames whose rest has not come in time, also while nothing else arrives.</summary>
    /// <param name="now"><see cref="TimeSpan.MaxValue"/> when nothing can come any more.</param>
    public void CountIncomplete(TimeSpan now) => _reassembler.Expire(now, link.Counters);

    private void OnFrame(ushort sourceId, ReadOnlySpan<byte> bytes)
    {
        if (FindSource(sourceId) is not { } source)
        {
            return;
        }

        PeerCounters counters = link.Counters;
        DropReason reason = Check(bytes, source);
        if (reason != DropReason.None)
        {
            counters.Drop(reason);
            return;
        }

        counters.FramesIn++;
        counters.BytesIn += bytes.Length;
        if ((bytes[0] & 1) != 0)
        {
            counters.BroadcastIn++;
        }

        if (MssClamp.MayBeSyn(bytes))
        {
            // The datagram is borrowed and not to be changed, and a SYN is rare: a copy costs nothing that anybody would notice.
            Span<byte> syn = _syn.AsSpan(0, bytes.Length);
            bytes.CopyTo(syn);
            MssClamp.Clamp(syn, link.MaxDatagramLength - DatagramHeader.Length);
            bytes = syn;
        }

        owner.OnFrame(bytes, source);
    }

    /// <summary>Finds who sent a frame; null: nobody in the room, or this peer itself, counted.</summary>
    private PeerInfo? FindSource(ushort id)
    {
        if (id != room.Self && peers.TryGet(id, out PeerInfo? source))
        {
            return source;
        }

        link.Counters.Drop(DropReason.UnauthorizedSourceMac);
        return null;
    }

    private DropReason Check(ReadOnlySpan<byte> bytes, PeerInfo source)
    {
        if (!EthernetFrame.TryParse(bytes, out EthernetFrame frame))
        {
            return DropReason.Malformed;
        }

        MacAddress mac = frame.Source;
        if (!mac.IsUsableSource)
        {
            return DropReason.InvalidSourceMac;
        }

        if (source.Role == PeerRole.Client)
        {
            if (mac != source.Mac)
            {
                return DropReason.UnauthorizedSourceMac;
            }
        }
        else if (role == PeerRole.Gateway)
        {
            return DropReason.UnauthorizedSourceMac; // A room has one gateway, and that is this one.
        }
        else if (mac == ownMac || peers.IsClientMac(mac))
        {
            return DropReason.LoopedSourceMac;
        }

        DropReason reason = SafetyPolicy.Check(bytes, source.Role);
        return reason == DropReason.None && bytes.Length > _maxFrameLength ? DropReason.MtuExceeded : reason;
    }
}
