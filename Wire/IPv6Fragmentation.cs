namespace Softlan.Wire;

/// <summary>What a Fragment header, where there is one, makes of an IPv6 packet (RFC 8200, section 4.5).</summary>
internal enum IPv6Fragmentation
{
    /// <summary>No Fragment header.</summary>
    None,

    /// <summary>A Fragment header, but nothing is missing (RFC 6946).</summary>
    Atomic,

    /// <summary>The first of several.</summary>
    First,

    /// <summary>A later one: its bytes begin somewhere inside the upper layer.</summary>
    Later,
}
