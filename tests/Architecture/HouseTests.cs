using System.Text.RegularExpressions;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Architecture;

/// <summary>House rules that no analyzer knows.</summary>
public sealed partial class HouseTests
{
    /// <summary>Lines in one file; a longer one is two files that have not been told apart yet.</summary>
    private const int MaxLines = 400;

    [Fact]
    public void Files_AreShort() =>
        Assert.Empty(
            SourceFile.All
                .Select(file => (file.Path, Lines: file.Text.AsSpan().Count('\n')))
                .Where(file => file.Lines > MaxLines));

    /// <summary>Lines of all files of one type together: three files' worth. A link meets queue, timers, path and peer and takes that much; what goes
    /// beyond is a collaborator that has not been told apart yet, and would hide from <see cref="MaxLines"/> behind <c>partial</c>.</summary>
    private const int MaxLinesOfType = 3 * MaxLines;

    [Fact]
    public void Types_AreShort_InHoweverManyFiles() =>
        Assert.Empty(
            SourceFile.All
                .GroupBy(file => file.Path[..(file.Path.LastIndexOf('/') + 1)] + Path.GetFileName(file.Path).Split('.')[0])
                .Select(type => (Type: type.Key, Lines: type.Sum(file => file.Text.AsSpan().Count('\n'))))
                .Where(type => type.Lines > MaxLinesOfType));

    /// <summary>max_line_length of .editorconfig, which no tool enforces.</summary>
    private const int MaxLine = 150;

    [Fact]
    public void Lines_CanBeReadWithoutScrolling() =>
        Assert.Empty(
            SourceFile.All
                .SelectMany(file => file.Text.Split('\n').Select((line, number) => (Line: line, Where: $"{file.Path}:{number + 1}")))
                .Where(found => found.Line.Length > MaxLine)
                .Select(found => found.Where));

    /// <summary>Columns of a line of prose in Markdown.</summary>
    private const int MaxMarkdownLine = 120;

    [Fact]
    public void MarkdownProse_CanBeReadWithoutScrolling() =>
        Assert.Empty(
            SourceFile.Enumerate(SourceFile.Root, "*.md")
                .SelectMany(page => ProseOf(page).Select(found => (Page: page, found.Line, found.Number)))
                .Where(found => found.Line.Length > MaxMarkdownLine)
                .Select(found => $"{Path.GetRelativePath(SourceFile.Root, found.Page)}:{found.Number}"));

    [Fact]
    public void Files_HoldOneTypeEach_AndAreNamedForIt() =>
        Assert.Empty(
            SourceFile.All
                .Where(file => !file.Path.StartsWith("tests/", StringComparison.Ordinal))
                .SelectMany(file => Types().Matches(file.Text).Select(type => (file.Path, Type: type.Groups[1].Value)))
                .Where(found => Path.GetFileName(found.Path).Split('.')[0] != found.Type));

    [Fact]
    public void DropReasons_AreExplained()
    {
        string page = File.ReadAllText(Path.Combine(SourceFile.Root, "docs", "troubleshooting.md"));
        Assert.Empty(
            Enum.GetValues<DropReason>()
                .Where(reason => reason != DropReason.None && !page.Contains($"| `{reason}` |", StringComparison.Ordinal)));
    }

    /// <summary>An operator's collector tells messages apart by their ids.</summary>
    [Fact]
    public void LogMessages_HaveIdsOfTheirOwn()
    {
        string[] ids =
        [
            .. SourceFile.All
                .Where(file => !file.Path.StartsWith("tests/", StringComparison.Ordinal))
                .SelectMany(file => EventIds().Matches(file.Text).Select(found => found.Groups[1].Value))
        ];
        Assert.NotEmpty(ids);
        Assert.Empty(ids.GroupBy(id => id).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    /// <summary>What can be broken anywhere: no code and no tables.</summary>
    private static IEnumerable<(string Line, int Number)> ProseOf(string page)
    {
        bool isCode = false;
        int number = 0;
        foreach (string line in File.ReadLines(page))
        {
            number++;
            bool isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            isCode ^= isFence;
            if (!isCode && !isFence && !line.StartsWith('|'))
            {
                yield return (line, number);
            }
        }
    }

    [GeneratedRegex(
        @"^(?:(?:internal|public|static|sealed|abstract|readonly|unsafe|partial|ref) )*"
        + @"(?:class|record struct|record|struct|interface|enum|delegate (?!\*)\S+) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Types();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(\d+)")]
    private static partial Regex EventIds();
}
