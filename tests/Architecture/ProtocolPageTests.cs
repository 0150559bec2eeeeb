using System.Globalization;
using System.Text.RegularExpressions;
using Softlan.Platform.Quic;
using Softlan.Roles.Gateway;
using Softlan.Roles.Relay;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Architecture;

/// <summary>docs/protocol.md names what the code names, no more and no less.</summary>
public sealed partial class ProtocolPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SourceFile.Root, "docs", "protocol.md"));

    [Fact]
    public void Kinds_AreThoseOfDatagrams() =>
        Assert.Equal(
            Enum.GetValues<DatagramKind>().Select(kind => $"{(int)kind} {KebabCase<DatagramKind>.ToText(kind)}"),
            Rows(Section(4), "kind").Select(row => $"{row[0]} {row[1]}"));

    [Fact]
    public void Types_AreThoseOfControlMessages() =>
        Assert.Equal(
            typeof(ControlMessage).Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(ControlMessage)) && type != typeof(UnknownMessage))
                .Select(type => type.Name.Replace("Message", "", StringComparison.Ordinal).ToLowerInvariant()).Order(),
            Rows(Section(2), "type").Select(row => row[0]).Order());

    [Fact]
    public void RejectReasons_AreTheRelays() =>
        Assert.Equal(Enum.GetValues<RejectReason>().Select(KebabCase<RejectReason>.ToText), Rows(Section(2), "reject reason").Select(row => row[0]));

    [Fact]
    public void CloseReasons_HaveTheirCodes() =>
        Assert.Equal(
            Enum.GetValues<CloseReason>().Select(reason => $"{(int)reason} {KebabCase<CloseReason>.ToText(reason)}"),
            Rows(Section(2), "code").Select(row => $"{row[0]} {row[1]}"));

    [Fact]
    public void DropReasons_Exist()
    {
        string[] named = [.. CamelCase().Matches(Section(5) + Section(7)).Select(match => match.Groups[1].Value).Distinct()];
        Assert.True(named.Length > 15);
        Assert.All(named, name => Assert.True(Enum.TryParse<DropReason>(name, out _), name));
    }

    [Fact]
    public void Numbers_AreTheCodes()
    {
        Assert.Contains($"`length` is 1 to {ControlCodec.MaxMessageLength}", Section(2), StringComparison.Ordinal);
        Assert.Contains($"at most {ControlCodec.MaxMessageFromPeer} bytes", Section(2), StringComparison.Ordinal);
        Assert.Contains($"at least {FrameLimits.MinMaxDatagramLength}", Section(2), StringComparison.Ordinal);
        Assert.Contains($"up to {ControlCodec.MaxPeersInWelcome} of `{{id", Section(2), StringComparison.Ordinal);
        Assert.Contains($"{FrameLimits.MinMtu} to {FrameLimits.MaxMtu}", Section(3), StringComparison.Ordinal);
        Assert.Contains(
            $"at most {FrameReassembler.MaxUnfinishedPerSource} unfinished frames of a source and {FrameReassembler.MaxUnfinished} of a link",
            Section(4),
            StringComparison.Ordinal);
        Assert.Contains($"dies after {FrameReassembler.Lifetime.TotalMilliseconds} ms", Section(4), StringComparison.Ordinal);
        Assert.Contains($"below {MssClamp.MinIPv4} (IPv4) or {MssClamp.MinIPv6} (IPv6)", Section(4), StringComparison.Ordinal);
    }

    /// <summary>What the other side has to reckon with, and what only these constants decide.</summary>
    public static TheoryData<int, string> Sentences => new()
    {
        { 1, $"a keep-alive after {Seconds(QuicLimits.KeepAlive)} without a packet;" },
        { 1, $"both sides give up after {Seconds(QuicLimits.IdleTimeout)} of silence" },
        { 2, $"A hello must arrive within {Seconds(RelayPeer.HelloTimeout)} of the handshake." },
        { 2, $"A peer may send {RelayPeer.ControlBurst} control messages at once and {RelayPeer.ControlRate} a second;" },
        { 2, $"For {Seconds(SeatBook.Memory)} after the loss it gets its old place and id back;" },
        { 2, $"then one more every {Seconds(JoinLimit.Refill)};" },
        { 3, $"not reassigned for {Seconds(SeatBook.Memory)}." },
        { 5, $"({RelayPeer.MalformedLimit} of them in {Seconds(RelayPeer.MalformedWindow)} close the connection with" },
        { 7, $"heard on its LAN in the last {Seconds(LanAddresses.Lifetime)}." },
        { 7, $"or left within {Seconds(PlayerMacs.Memory)}, from the LAN" },
        { 7, $"and of all every {Seconds(CamRefresh.Interval)}:" },
        { 7, $"it reminds {CamReminders.NewBurst} at once, and one a second;" },
        { 7, $"of new ones they note {PlayerMacs.OthersPerSecond} a second, {PlayerMacs.OthersBurst} at once." },
        { 7, $"A gateway remembers for {Seconds(EchoMemory.Lifetime)} what it has brought to the LAN" },
        { 7, $"{LoopGuard.Threshold} in {Words(LoopGuard.Window)} stop bridging for {Seconds(LoopGuard.PauseLength)}." },
        { 7, $"{LanPlayer.StrangersThreshold} in {Seconds(LanPlayer.StrangersWindow)} that are not among these" },
        { 7, $"where nothing has come back for {Words(LoopWatch.EchoShadow)}, make the MAC" },
        { 7, $"limited to {LanPlayer.UnknownPerSecond} frames a second, {LanPlayer.UnknownBurst} at once," },
        { 7, $"pass under {Words(DhcpQuota.MaxIdentifiers)} different client identifiers" },
    };

    /// <param name="section">Of the page.</param>
    /// <param name="sentence">Or part of one, with the code's numbers; wherever its lines break.</param>
    [Theory]
    [MemberData(nameof(Sentences))]
    public void Sentence_HasTheCodesNumbers(int section, string sentence) =>
        Assert.Contains(sentence, Spaces().Replace(Section(section), " "), StringComparison.Ordinal);

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s");

    private static string Words(TimeSpan time) => time.TotalSeconds switch { 1 => "a second", 60 => "a minute", _ => Seconds(time) };

    private static string Words(int number) => number == 4 ? "four" : number.ToString(CultureInfo.InvariantCulture);

    private static string Section(int number)
    {
        int start = Page.IndexOf($"\n## {number}. ", StringComparison.Ordinal);
        Assert.True(start >= 0);
        int end = Page.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return end < 0 ? Page[start..] : Page[start..end];
    }

    /// <summary>The cells of the table whose first column has this head, without backticks.</summary>
    private static List<string[]> Rows(string section, string head)
    {
        string[] lines = section.Split('\n');
        int at = Array.FindIndex(lines, line => line.StartsWith($"| {head} |", StringComparison.Ordinal));
        Assert.True(at >= 0);
        return
        [
            .. lines
                .Skip(at + 2)
                .TakeWhile(line => line.StartsWith('|'))
                .Select(line => line.Replace("`", "", StringComparison.Ordinal).Split('|', StringSplitOptions.TrimEntries)[1..^1])
        ];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex("`([A-Z][a-zA-Z]+)`")]
    private static partial Regex CamelCase();
}
