using System.Text;
using Softlan.Platform;
using Softlan.Platform.Quic;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class LinkEndsTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("bye", 3)]
    public void ToCloseText_ShortText_IsWhole(string text, int length)
    {
        byte[] bytes = LinkEnds.ToCloseText(text);
        Assert.Equal((text, length), (Encoding.UTF8.GetString(bytes), bytes.Length));
    }

    [Theory]
    [InlineData("x", 0)]
    [InlineData("ü", 1)]
    [InlineData("€", 2)]
    [InlineData("🎮", 3)]
    public void ToCloseText_TooLong_IsCutBetweenTwoCharacters(string character, int shift)
    {
        string text = new string('a', shift) + string.Concat(Enumerable.Repeat(character, QuicLimits.MaxCloseText));
        byte[] bytes = LinkEnds.ToCloseText(text);
        Assert.InRange(bytes.Length, QuicLimits.MaxCloseText - 3, QuicLimits.MaxCloseText);
        Assert.StartsWith(Encoding.UTF8.GetString(bytes), text, StringComparison.Ordinal);
    }

    [Fact]
    public void ByPeer_TextThatCouldForgeALine_IsMadePrintableAndShort()
    {
        LinkClosed closed = LinkEnds.ByPeer((ulong)CloseReason.Kicked, "a\u202eb\u200bc\n" + new string('d', 2000));
        Assert.Equal((LinkCloseKind.ByPeer, CloseReason.Kicked), (closed.Kind, closed.Reason));
        Assert.StartsWith("a?b?c?ddd", closed.Text, StringComparison.Ordinal);
        Assert.Equal(ControlCodec.MaxTextLength, closed.Text.Length);
    }

    [Fact]
    public void ByPeer_UnknownReasonWithoutText_IsStillASentence() =>
        Assert.Equal(new LinkClosed(LinkCloseKind.ByPeer, CloseReason.Normal, "the other side closed (Normal)"), LinkEnds.ByPeer(4711, ""));

    [Theory]
    [InlineData("", "the other side refuses more connections")]
    [InlineData("full\u202e", "the other side refuses more connections (full?)")]
    public void Refused_PeersText_StandsBehindOurs(string peersText, string text) =>
        Assert.Equal(new LinkClosed(LinkCloseKind.Full, CloseReason.ProtocolError, text), LinkEnds.Full(peersText));
}
