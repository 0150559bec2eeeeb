using Softlan.Platform;

namespace Softlan.Roles.Shared;

/// <summary>Where a MAC lies in a flat table. Whoever chooses MACs cannot choose ones that collide, and MACs in a row, as makers of cards give them
/// out, are spread over the whole table.</summary>
/// <param name="secret">Any number; what follows from it is not sent to anybody.</param>
internal readonly struct MacHash(ulong secret)
{
    // Those of MurmurHash3's fmix64.
    private const ulong First = 0xff51_afd7_ed55_8ccd;
    private const ulong Second = 0xc4ce_b9fe_1a85_ec53;

    private readonly ulong _multiplier = secret | 1;

    /// <summary>One with a secret that nobody knows.</summary>
    public static MacHash Random() => new(SecureRandom.NextUInt64());

    /// <summary>The slot.</summary>
    /// <param name="key">48 bits of a MAC.</param>
    /// <param name="shift">64 less the binary logarithm of how many slots there are.</param>
    /// <remarks>The multiplication by a secret number alone makes steps of equal size of MACs in a row, and with an unlucky number some slots are
    /// never met. The other two make all bits depend on all.</remarks>
    public int Slot(ulong key, int shift)
    {
        ulong mixed = key * _multiplier;
        mixed = (mixed ^ (mixed >> 32)) * First;
        return (int)(((mixed ^ (mixed >> 32)) * Second) >> shift);
    }
}
