using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>A connection id of up to 20 bytes as a key. Hashing is seeded by the process, so that a peer that chooses ids cannot aim at one
/// bucket.</summary>
[SupportedOSPlatform("linux")]
internal readonly record struct CidKey
{
    private readonly ulong _low;
    private readonly ulong _middle;
    private readonly uint _high;
    private readonly int _length;

    /// <param name="cid">At most 20 bytes.</param>
    public CidKey(ReadOnlySpan<byte> cid)
    {
        Span<byte> bytes = stackalloc byte[24];
        bytes.Clear();
        cid.CopyTo(bytes);
        _low = MemoryMarshal.Read<ulong>(bytes);
        _middle = MemoryMarshal.Read<ulong>(bytes[8..]);
        _high = MemoryMarshal.Read<uint>(bytes[16..]);
        _length = cid.Length;
    }

    /// <summary>It is as long as the ids that we choose, and <see cref="Short"/> is all of it.</summary>
    public bool IsShort => _length == Ngtcp2Engine.CidLength;

    public ShortCid Short => new(_low);

    // HashCode is seeded by the process.
    public override int GetHashCode() => HashCode.Combine(_low, _middle, _high, _length);

    public static unsafe CidKey From(NativeNgtcp2.Cid* cid) => new(((ReadOnlySpan<byte>)cid->Data)[..(int)cid->DataLength]);
}
