using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class PeerNamesTests
{
    [Theory]
    [InlineData(0, "nobody else")]
    [InlineData(1, "1 other (p1)")]
    [InlineData(2, "2 others (p1, p2)")]
    [InlineData(9, "9 others (p1, p2, p3, p4, p5, p6, p7, p8, ...)")]
    public void DescribeAll_NamesAFew(int count, string text) =>
        Assert.Equal(text, PeerNames.DescribeAll([.. Enumerable.Range(1, count).Select(i => Player(i, $"p{i}"))]));

    [Fact]
    public void DescribeAll_WhoHasNoName_IsKnownByRoleOrMac() =>
        Assert.Equal(
            "2 others (the gateway, 02:00:5e:10:00:01)",
            PeerNames.DescribeAll([new PeerInfo(1, PeerRole.Gateway, MacAddress.Zero, ""), Player(1, "")]));

    private static PeerInfo Player(int number, string name) =>
        new((ushort)number, PeerRole.Client, MacAddress.FromUInt64(0x02_00_5e_10_00_00 + (ulong)number), name);
}
