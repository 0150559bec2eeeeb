using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>LLC and SNAP behind an IEEE 802.3 length: AA-AA-03, then the OUI of RFC 1042 or that of the bridge tunnel (IEEE 802.1H), then an
/// EtherType.</summary>
internal static class SnapHeader
{
    private const int Length = 8;

    /// <summary>A wireless access point turns 802.3 + SNAP into what its stations take for a plain frame of this type (CVE-2021-27853), so it is
    /// judged as one.</summary>
    /// <param name="etherType">The frame's; then the one in the SNAP header.</param>
    /// <param name="payload">Behind the Ethernet header; then behind the SNAP header.</param>
    /// <returns>False: there is none, and nothing has changed.</returns>
    public static bool TryRemove(ref ushort etherType, ref ReadOnlySpan<byte> payload)
    {
        if (etherType >= EtherTypes.FirstType || !IsOne(payload))
        {
            return false;
        }

        etherType = BinaryPrimitives.ReadUInt16BigEndian(payload[(Length - 2)..]);
        payload = payload[Length..];
        return true;
    }

    private static bool IsOne(ReadOnlySpan<byte> payload) =>
        payload.Length >= Length
        && (payload.StartsWith((ReadOnlySpan<byte>)[0xaa, 0xaa, 0x03, 0, 0, 0])
            || payload.StartsWith((ReadOnlySpan<byte>)[0xaa, 0xaa, 0x03, 0, 0, 0xf8]));
}
