using Softlan.Roles.Shared;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class MacComparerTests
{
    private readonly MacComparer _comparer = new();

    [Fact]
    public void Equals_IsWhatTheMacsSay()
    {
        MacAddress mac = MacAddress.FromUInt64(0x02_00_00_00_00_01);
        Assert.True(_comparer.Equals(mac, MacAddress.FromUInt64(0x02_00_00_00_00_01)));
        Assert.False(_comparer.Equals(mac, MacAddress.FromUInt64(0x02_00_00_00_00_02)));
        Assert.Equal(_comparer.GetHashCode(mac), _comparer.GetHashCode(mac));
    }

    /// <summary>The upper half of a number xor its lower half, as .NET's own hash of it, is zero for all of these.</summary>
    [Fact]
    public void GetHashCode_OfMacsThatAreChosenForIt_IsNotTheSame()
    {
        MacAddress[] chosen = [.. Enumerable.Range(0x0200, 64).Select(number => MacAddress.FromUInt64(((ulong)number << 32) | (uint)number))];
        Assert.Single(chosen.Select(mac => mac.ToUInt64().GetHashCode()).Distinct());
        Assert.InRange(chosen.Select(_comparer.GetHashCode).Distinct().Count(), 60, 64);
    }
}
