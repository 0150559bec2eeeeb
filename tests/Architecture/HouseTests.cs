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

    /// <summary>max_line_length of .editorconfig, which no tool enforces. Drawings, which have runs of spaces, may be wider.</summary>
    private const int MaxLine = 150;

    [Fact]
    public void Lines_CanBeReadWithoutScrolling() =>
        Assert.Empty(
            SourceFile.All
                .SelectMany(file => file.Text.Split('\n').Select((line, number) => (Line: line, Where: $"{file.Path}:{number + 1}")))
                .Where(found => found.Line.Length > MaxLine && !IsDrawing(found.Line.TrimStart()))
                .Select(found => found.Where));

    [Fact]
    public void Files_HoldOneTypeEach_AndAreNamedForIt() =>
        Assert.Empty(
            SourceFile.All
                .Where(file => !file.Path.StartsWith("tests/", StringComparison.Ordinal))
                .SelectMany(file => Types().Matches(file.Text).Select(type => (file.Path, Type: type.Groups[1].Value)))
                .Where(found => Path.GetFileName(found.Path).Split('.')[0] != found.Type));

    [Fact]
    public void DropReasons_AreExplainedInTheReadme()
    {
        string path = Path.Combine(SourceFile.Root, "README.md");
        Assert.SkipUnless(File.Exists(path), "README.md is not written yet.");
        string readme = File.ReadAllText(path);
        Assert.Empty(
            Enum.GetValues<DropReason>()
                .Where(reason => reason != DropReason.None && !readme.Contains($"`{reason}`", StringComparison.Ordinal)));
    }

    private static bool IsDrawing(string line) =>
        line.StartsWith("//", StringComparison.Ordinal) && line.TrimStart('/').TrimStart().Contains("  ", StringComparison.Ordinal);

    [GeneratedRegex(
        @"^(?:(?:internal|public|static|sealed|abstract|readonly|unsafe|partial|ref) )*"
        + @"(?:class|record struct|record|struct|interface|enum|delegate (?!\*)\S+) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Types();
}
