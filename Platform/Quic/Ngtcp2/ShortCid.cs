namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>A connection id of eight bytes as a key.</summary>
/// <param name="Value">The bytes as they lie in memory.</param>
internal readonly record struct ShortCid(ulong Value)
{
    // Clients choose the first id, so without a secret multiplier they could choose ids that collide.
    private static readonly ulong Multiplier = SecureRandom.NextUInt64() | 1;

    public override int GetHashCode() => (int)((Value * Multiplier) >> 32);
}
