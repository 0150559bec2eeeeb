using Softlan.Roles.Shared;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class MacHashTests
{
    private const int Bits = 10;
    private const int Slots = 1 << Bits;

    /// <summary>How many MACs there are for one slot.</summary>
    private const int Load = 8;

    // After the first multiplication alone such MACs meet a few slots only, with 1, 2^54 + 1 and others for a secret.
    [Theory]
    [InlineData(0x3c00_0000_0000, 1)]
    [InlineData(0x0200_0000_0001, 2)]
    [InlineData(0x0200_0000_0000, 256)]
    [InlineData(0x0200_0000_0000, 65536)]
    [InlineData(0x0200_0000_0000, 0x0100_0000)]
    public void Slot_MacsInARow_MeetAllSlotsAlike(long first, long step)
    {
        for (int number = 0; number < 300; number++)
        {
            MacHash hash = new(Secret(number));
            int[] met = new int[Slots];
            for (int i = 0; i < Load * Slots; i++)
            {
                met[hash.Slot((ulong)(first + (i * step)), 64 - Bits)]++;
            }

            // By chance alone: none is not met (one of 3,000 slots), and none more than 30 times (one of 10^9 slots).
            Assert.InRange(met.Count(count => count == 0), 0, 8);
            Assert.InRange(met.Max(), Load, 30);
        }
    }

    [Fact]
    public void Slot_OtherSecret_OtherPlaces()
    {
        MacHash one = new(1);
        MacHash other = new(2);
        int same = Enumerable.Range(0, Slots).Count(i => one.Slot((ulong)i, 64 - Bits) == other.Slot((ulong)i, 64 - Bits));
        Assert.InRange(same, 0, 20);
    }

    /// <summary>The numbers with few bits first, which are the unlucky ones.</summary>
    private static ulong Secret(int number) => number switch
    {
        < 64 => 1UL << number,
        < 128 => (1UL << (number - 64)) - 1,
        _ => (ulong)number * 0x1234_5678_9abc_def1,
    };
}
