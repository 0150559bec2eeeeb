using System.Diagnostics;

namespace Softlan.Wire;

/// <summary>Decides where a frame is cut that does not fit one datagram (protocol.md, section 4).</summary>
/// <remarks>
/// Whoever sends cuts, for the hop in front of it, and numbers the frames that it cuts: <b>one 8-bit counter per link and direction, one step
/// per frame that is cut, whatever its source</b>. The receiver relies on that: an id that is much further than another one on the same link means
/// that the older frame will never be completed, which is how it tells a wrapped id from an old one.
/// </remarks>
internal static class FrameSplitter
{
    /// <summary>Where to cut. Two pieces of equal size (the tail may be one byte shorter) pass as one UDP GSO batch, and neither is more likely to be
    /// lost.</summary>
    /// <param name="frameLength">14 to 1518 bytes.</param>
    /// <param name="maxDatagramLength">Of the link, our header included; at least <see cref="FrameLimits.MinMaxDatagramLength"/>, so that two pieces
    /// are always enough.</param>
    /// <returns>The head's length in bytes; 0: the frame fits whole.</returns>
    public static int HeadLength(int frameLength, int maxDatagramLength)
    {
        Debug.Assert(frameLength is >= FrameLimits.MinLength and <= FrameLimits.MaxLength, "A frame outside its limits was to be sent.");
        Debug.Assert(maxDatagramLength >= FrameLimits.MinMaxDatagramLength, "A link offers less than QUIC guarantees.");
        return frameLength <= maxDatagramLength - DatagramHeader.Length ? 0 : (frameLength + 1) / 2;
    }
}
