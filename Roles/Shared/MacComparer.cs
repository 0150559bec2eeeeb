using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>For dictionaries with MACs that strangers choose. Everybody can compute the hash that .NET gives a number, and choose thousands of MACs
/// that have the same; each look into the dictionary would pass all of them.</summary>
internal sealed class MacComparer : IEqualityComparer<MacAddress>
{
    /// <summary>Of the hash's 64 bits the upper half.</summary>
    private const int Shift = 32;

    private readonly MacHash _hash = MacHash.Random();

    public bool Equals(MacAddress x, MacAddress y) => x == y;

    public int GetHashCode(MacAddress obj) => _hash.Slot(obj.ToUInt64(), Shift);
}
