using Softlan.Wire;
using Softlan.Wire.Offload;

namespace Softlan.Platform.Linux;

/// <summary>What a port has read, on its way to the port's handler: super-frames are cut, checksums finished.</summary>
internal sealed class FrameIntake(PeerCounters counters)
{
    /// <summary>Any segment fits: those of a LAN with jumbo frames are cut as well, to be dropped as what they are.</summary>
    private readonly byte[] _segment = new byte[FrameCoalescer.MaxFrameLength];

    /// <summary>Null before the port is started and after it is closed, also when the handler closes it from within a call.</summary>
    public IFramePortHandler? Handler { get; set; }

    /// <summary>Reports one frame, or each frame of a super-frame. Borrows the bytes and changes them.</summary>
    /// <returns>How many it was.</returns>
    public int Deliver(VirtioNetHeader header, Span<byte> frame, FrameOrigin origin)
    {
        if (frame.Length < FrameLimits.MinLength || !FrameSegmenter.TryBegin(header, frame, _segment.Length, out FrameSegmenter segmenter))
        {
            counters.Drop(DropReason.BadOffload);
            return 1;
        }

        if (segmenter.IsWhole)
        {
            Handler?.OnFrame(frame, origin);
            return 1;
        }

        int count = 0;
        while (Handler is { } handler && segmenter.TryNext(_segment, out int length))
        {
            handler.OnFrame(_segment.AsSpan(0, length), origin);
            count++;
        }

        return count;
    }
}
