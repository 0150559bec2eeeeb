using System.Text.RegularExpressions;
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

    [GeneratedRegex("`([A-Z][a-zA-Z]+)`")]
    private static partial Regex CamelCase();
}
