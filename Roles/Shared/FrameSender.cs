using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>Puts frames on one link, and counts what it sent.</summary>
internal sealed class FrameSender(IFrameLink link)
{
    /// <param name="source">The id to write into the header; a relay stamps its own over what a peer writes.</param>
    /// <param name="frame">14 to 1518 bytes. Borrowed.</param>
    /// <returns><see cref="DropReason.None"/>, or why the link did not take it (already counted).</returns>
    public DropReason Send(ushort source, ReadOnlySpan<byte> frame)
    {
        DropReason reason = link.Send(DatagramHeader.ForFrame(source), frame);
        if (reason != DropReason.None)
        {
            return reason;
        }

        PeerCounters counters = link.Counters;
        counters.FramesOut++;
        counters.BytesOut += frame.Length;
        if ((frame[0] & 1) != 0)
        {
            counters.BroadcastOut++;
        }

        return DropReason.None;
    }
}
