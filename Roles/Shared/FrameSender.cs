using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>Puts frames on one link: whole where they fit, otherwise as head and tail. Counts what it sent.</summary>
internal sealed class FrameSender(IFrameLink link)
{
    private byte _lastSplitId;

    /// <param name="source">The id to write into the header; a relay stamps its own over what a peer writes.</param>
    /// <param name="frame">14 to 1518 bytes. Borrowed.</param>
    /// <param name="maxDatagramLength">The link's, or less where the other side wants less.</param>
    /// <returns><see cref="DropReason.None"/>, or why the link did not take it (already counted).</returns>
    public DropReason Send(ushort source, ReadOnlySpan<byte> frame, int maxDatagramLength)
    {
        PeerCounters counters = link.Counters;
        int head = FrameSplitter.HeadLength(frame.Length, maxDatagramLength);
        DropReason reason = head == 0 ? link.Send(DatagramHeader.ForFrame(source), frame) : SendSplit(source, frame, head);
        if (reason != DropReason.None)
        {
            return reason;
        }

        counters.FramesOut++;
        counters.BytesOut += frame.Length;
        if ((frame[0] & 1) != 0)
        {
            counters.BroadcastOut++;
        }

        return DropReason.None;
    }

    private DropReason SendSplit(ushort source, ReadOnlySpan<byte> frame, int head)
    {
        byte id = (byte)(_lastSplitId + 1);
        DropReason reason = link.Send(new DatagramHeader(DatagramKind.Head, id, source), frame[..head]);
        if (reason != DropReason.None)
        {
            return reason; // Without its head the tail would only wait for nothing.
        }

        // One counter for all sources, one step a frame that went out: the receiver tells a wrapped id from an old one by that.
        _lastSplitId = id;
        reason = link.Send(new DatagramHeader(DatagramKind.Tail, id, source), frame[head..]);
        if (reason == DropReason.None)
        {
            link.Counters.SplitFrames++;
        }

        return reason;
    }
}
