using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>The four bytes in front of every QUIC DATAGRAM.</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
/// +-------+-------+---------------+-------------------------------+
/// | ver=1 | kind  |    split id   |  source peer id, big-endian   |
/// +-------+-------+---------------+-------------------------------+
/// </code>
/// </remarks>
internal readonly record struct DatagramHeader(DatagramKind Kind, byte SplitId, ushort Source)
{
    public const int Length = 4;

    public const int Version = 1;

    public static DatagramHeader ForFrame(ushort source) => new(DatagramKind.Frame, 0, source);

    /// <summary>Reads the header and checks the body's length against its kind; false means <see cref="DropReason.Malformed"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out DatagramHeader header, out ReadOnlySpan<byte> body)
    {
        header = default;
        body = default;
        if (datagram.Length < Length || datagram[0] >> 4 != Version)
        {
            return false;
        }

        header = new DatagramHeader((DatagramKind)(datagram[0] & 0xf), datagram[1], BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]));
        body = datagram[Length..];
        return header.Kind switch
        {
            DatagramKind.Frame => header.SplitId == 0 && body.Length is >= FrameLimits.MinLength and <= FrameLimits.MaxLength,
            DatagramKind.Head or DatagramKind.Tail => body.Length is >= 1 and < FrameLimits.MaxLength,
            DatagramKind.Probe or DatagramKind.ProbeReply => header.SplitId == 0 && body.Length == ProbeBody.Length,
            DatagramKind.Padding or DatagramKind.AckRequest => true,
            _ => false,
        };
    }

    /// <summary>Links send these to each other; roles need not see them.</summary>
    public static bool IsForLink(ReadOnlySpan<byte> datagram) => IsOfKind(datagram, DatagramKind.Padding) || IsAckRequest(datagram);

    public static bool IsAckRequest(ReadOnlySpan<byte> datagram) => IsOfKind(datagram, DatagramKind.AckRequest);

    /// <summary>The kind of a datagram that <see cref="Write"/> wrote.</summary>
    public static DatagramKind KindOf(ReadOnlySpan<byte> datagram) => (DatagramKind)(datagram[0] & 0xf);

    /// <summary>The source of a datagram that <see cref="Write"/> wrote.</summary>
    public static ushort SourceOf(ReadOnlySpan<byte> datagram) => BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);

    private static bool IsOfKind(ReadOnlySpan<byte> datagram, DatagramKind kind) =>
        datagram.Length >= Length && datagram[0] == ((Version << 4) | (int)kind);

    /// <summary>Writes <see cref="Length"/> bytes to the start of <paramref name="datagram"/>.</summary>
    public void Write(Span<byte> datagram)
    {
        datagram[0] = (byte)((Version << 4) | (int)Kind);
        datagram[1] = SplitId;
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], Source);
    }
}
