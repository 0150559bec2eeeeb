using System.Buffers.Binary;

namespace Softlan.Roles.Relay;

/// <summary>The body of a probe or probe reply: target peer id, then 8 bytes that the relay hands on as they are (protocol.md, section 4).</summary>
internal static class ProbeBody
{
    /// <summary>The relay itself.</summary>
    public const ushort RelayId = 0;

    public static ushort Target(ReadOnlySpan<byte> body) => BinaryPrimitives.ReadUInt16BigEndian(body);

    /// <summary>Copies the body with another target.</summary>
    public static void Readdress(ReadOnlySpan<byte> body, ushort target, Span<byte> readdressed)
    {
        body.CopyTo(readdressed);
        BinaryPrimitives.WriteUInt16BigEndian(readdressed, target);
    }
}
