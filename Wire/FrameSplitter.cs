using System.Diagnostics;

namespace Softlan.Wire;

/// <summary>Cuts frames that do not fit one datagram (protocol.md, section 4), in the place where they wait. Each link has its own.</summary>
/// <remarks>
/// Whoever sends cuts, for the hop in front of it, and numbers the frames that it cuts: <b>one 8-bit counter per link and direction, one step
/// per frame that is cut, whatever its source</b>. The receiver relies on that: an id that is much further than another one on the same link means
/// that the older frame will never be completed, which is how it tells a wrapped id from an old one. So a frame is cut at the moment at which its
/// head leaves, and nothing leaves between its head and its tail.
/// </remarks>
internal sealed class FrameSplitter
{
    /// <summary>Of the frame that was cut last. One that is shown, but has not left, has not used up its own.</summary>
    private byte _id;

    /// <summary>Bytes of the head that was shown last, header included; 0: what was shown is all there is.</summary>
    private int _headLength;

    /// <summary>What <see cref="FirstPiece"/> gave is a head, and a tail is to follow.</summary>
    public bool IsHead => _headLength > 0;

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

    /// <summary>What of a datagram leaves first: all of it, or the head of a frame that is too long. May be asked again, with another length, as long
    /// as it has not left.</summary>
    /// <param name="datagram">Header and whole body. Its header is written anew for what leaves.</param>
    /// <param name="maxLength">As of <see cref="HeadLength"/>.</param>
    public Span<byte> FirstPiece(Span<byte> datagram, int maxLength)
    {
        DatagramKind kind = DatagramHeader.KindOf(datagram);
        if (datagram.Length > maxLength && kind is (DatagramKind.Frame or DatagramKind.Head))
        {
            _headLength = DatagramHeader.Length + HeadLength(datagram.Length - DatagramHeader.Length, maxLength);
            new DatagramHeader(DatagramKind.Head, (byte)(_id + 1), DatagramHeader.SourceOf(datagram)).Write(datagram);
            return datagram[.._headLength];
        }

        _headLength = 0;
        if (kind == DatagramKind.Head)
        {
            DatagramHeader.ForFrame(DatagramHeader.SourceOf(datagram)).Write(datagram); // It was shown when datagrams had to be shorter.
        }

        return datagram;
    }

    /// <summary>The head that was shown has left. Its last bytes, which nobody needs any more, become the header of its tail.</summary>
    /// <param name="datagram">As of <see cref="FirstPiece"/>.</param>
    /// <returns>Where the tail, header included, begins.</returns>
    public int BeginTail(Span<byte> datagram)
    {
        Debug.Assert(IsHead, "Only a head has a tail.");
        int start = _headLength - DatagramHeader.Length;
        _headLength = 0;
        new DatagramHeader(DatagramKind.Tail, ++_id, DatagramHeader.SourceOf(datagram)).Write(datagram[start..]);
        return start;
    }
}
