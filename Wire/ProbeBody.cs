using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>The body of a probe or probe reply: target peer id, then 8 bytes that only the prober understands (protocol.md, section 4).</summary>
internal static class ProbeBody
{
    /// <summary>The relay itself.</summary>
    public const ushort RelayId = 0;

    /// <summary>Target id and the opaque bytes.</summary>
    public const int Length = OpaqueOffset + sizeof(long);

    private const int OpaqueOffset = sizeof(ushort);

    /// <summary>Writes a prober's own body.</summary>
    public static void Write(Span<byte> body, ushort target, long opaque)
    {
        BinaryPrimitives.WriteUInt16BigEndian(body, target);
        BinaryPrimitives.WriteInt64BigEndian(body[OpaqueOffset..], opaque);
    }

    /// <summary>What <see cref="Write"/> was given.</summary>
    public static long Opaque(ReadOnlySpan<byte> body) => BinaryPrimitives.ReadInt64BigEndian(body[OpaqueOffset..]);

    public static ushort Target(ReadOnlySpan<byte> body) => BinaryPrimitives.ReadUInt16BigEndian(body);

    /// <summary>Copies the body with another target.</summary>
    public static void Readdress(ReadOnlySpan<byte> body, ushort target, Span<byte> readdressed)
    {
        body.CopyTo(readdressed);
        BinaryPrimitives.WriteUInt16BigEndian(readdressed, target);
    }
}
