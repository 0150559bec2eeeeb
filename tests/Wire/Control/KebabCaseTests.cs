using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Wire.Control;

public sealed class KebabCaseTests
{
    [Fact]
    public void RejectReasons_AreTheProtocolsInItsOrder() =>
        Assert.Equal(
            [
                "bad-version", "bad-hello", "bad-mac", "mac-taken", "room-full", "gateway-taken",
                "mtu-too-small", "not-admitted", "server-full", "draining",
            ],
            Enum.GetValues<RejectReason>().Select(KebabCase<RejectReason>.ToText));

    [Fact]
    public void CloseReasons_AreTheProtocolsInItsOrder() =>
        Assert.Equal(
            ["normal", "timed-out", "replaced", "protocol-error", "kicked", "shutting-down"],
            Enum.GetValues<CloseReason>().Select(KebabCase<CloseReason>.ToText));

    [Fact]
    public void TryParse_EveryName_IsRead()
    {
        foreach (RejectReason reason in Enum.GetValues<RejectReason>())
        {
            Assert.True(KebabCase<RejectReason>.TryParse(KebabCase<RejectReason>.ToText(reason), out RejectReason read));
            Assert.Equal(reason, read);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("BadMac")]
    [InlineData("Bad-Mac")]
    [InlineData("bad_mac")]
    [InlineData("2")]
    [InlineData("bad-mac ")]
    [InlineData("bad-mac,draining")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(KebabCase<RejectReason>.TryParse(text, out _));
}
