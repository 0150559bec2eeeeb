using System.Text.RegularExpressions;
using Xunit;

namespace Softlan.Tests.Architecture;

/// <summary>The arrows inside Roles: Hosting runs a role and knows none, Shared is what roles have in common, CommandLine reads what was typed and
/// knows no role either, and a role knows these three but no other role. Only the files that stand in Roles itself know all of them.</summary>
public sealed partial class RoleArrowTests
{
    /// <summary>Each folder with those that it may know.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Hosting"] = [],
        ["Shared"] = ["Hosting"],
        ["CommandLine"] = ["Hosting", "Shared"],
        ["Relay"] = ["Hosting", "Shared", "CommandLine"],
        ["Gateway"] = ["Hosting", "Shared", "CommandLine"],
        ["Client"] = ["Hosting", "Shared", "CommandLine"],
        ["Demo"] = ["Hosting", "Shared", "CommandLine"],
    };

    private static readonly string[] Folders =
        [.. SourceFile.In("Roles").Select(file => FolderOf(file.Path)).Where(folder => folder.Length > 0).Distinct()];

    private static readonly ILookup<string, string> TypesByFolder =
        SourceFile.In("Roles").ToLookup(file => FolderOf(file.Path), file => Path.GetFileName(file.Path).Split('.')[0]);

    [Fact]
    public void Folders_KnowTheirNeighboursAlone() =>
        Assert.Empty(
            from arrow in Arrows
            from file in SourceFile.In($"Roles/{arrow.Key}")
            from other in FoldersNamedIn(file.Code).Except([arrow.Key, .. arrow.Value])
            select $"{file.Path}: {other}");

    [Fact]
    public void EveryFolder_HasItsArrows() =>
        Assert.Equal(Folders.Order(), Arrows.Keys.Order());

    /// <summary>The arrows are only as good as the search, so the search is tried on what it must and must not find.</summary>
    [Theory]
    [InlineData("using Softlan.Roles.Relay;", "Relay")]
    [InlineData("using Softlan.Roles.Client.Linux;", "Client")]
    [InlineData("using Lobby = Softlan.Roles.Relay.Lobby;", "Relay")]
    [InlineData("Roles.Relay.RelayRole role;", "Relay")]
    [InlineData("Relay.RelayRole role;", "Relay")]
    [InlineData("string host = Relay.Host;", null)]
    [InlineData("options.Relay.RelayRole();", null)]
    public void Search_FindsFoldersAndNoProperties(string code, string? found) =>
        Assert.Equal(found is null ? [] : [found], FoldersNamedIn(code));

    /// <summary>From inside Softlan.Roles a neighbour can be named without a prefix; it is one then only where a type of that folder
    /// follows.</summary>
    private static IEnumerable<string> FoldersNamedIn(string code) =>
        Neighbours().Matches(code)
            .Where(match => match.Groups["roles"].Success || TypesByFolder[match.Groups["folder"].Value].Contains(match.Groups["next"].Value))
            .Select(match => match.Groups["folder"].Value)
            .Where(Folders.Contains)
            .Distinct();

    /// <summary>The folder below Roles; empty for a file that stands in Roles itself.</summary>
    private static string FolderOf(string path) => path.Split('/') is [_, var folder, _, ..] ? folder : "";

    [GeneratedRegex(@"(?<![\w.])(?<roles>(Softlan\.)?Roles\.)?(?<folder>[A-Z]\w*)(\.(?<next>\w+))?")]
    private static partial Regex Neighbours();
}
