using System.Runtime.CompilerServices;
using System.Text;

namespace Softlan.Tests.Architecture;

/// <summary>One C# file of this repository, as text and as code without its comments and strings.</summary>
internal sealed class SourceFile
{
    private static readonly string[] NotSource = ["bin", "obj", "artifacts", "bench-results", "TestResults", ".git"];

    private SourceFile(string path, string text)
    {
        Path = path;
        Text = text;
        Code = WithoutCommentsAndStrings(text);
    }

    /// <summary>From the root of the repository, with slashes.</summary>
    public string Path { get; }

    public string Text { get; }

    public string Code { get; }

    public static string Root { get; } = FindRoot();

    /// <summary>Every C# file of the repository, the tests included.</summary>
    public static IReadOnlyList<SourceFile> All { get; } = [.. Enumerate(Root, "*.cs").Order(StringComparer.Ordinal).Select(Read)];

    public static IEnumerable<SourceFile> In(string folder) =>
        All.Where(file => file.Path.StartsWith(folder + "/", StringComparison.Ordinal));

    public override string ToString() => Path;

    /// <summary>Blanks what a search for identifiers must not find. Line breaks stay.</summary>
    internal static string WithoutCommentsAndStrings(string text)
    {
        StringBuilder code = new(text.Length);
        int i = 0;
        while (i < text.Length)
        {
            int end = EndOfBlank(text, i);
            if (end == i)
            {
                code.Append(text[i++]);
                continue;
            }

            for (; i < end; i++)
            {
                code.Append(text[i] == '\n' ? '\n' : ' ');
            }
        }

        return code.ToString();
    }

    /// <summary>Where the comment, string or character literal that starts at <paramref name="start"/> ends; <paramref name="start"/> itself where
    /// none does.</summary>
    private static int EndOfBlank(string text, int start)
    {
        ReadOnlySpan<char> rest = text.AsSpan(start);
        if (rest.StartsWith("//"))
        {
            return After(text, "\n", start);
        }

        if (rest.StartsWith("/*"))
        {
            return After(text, "*/", start + 2);
        }

        if (rest.StartsWith("\"\"\""))
        {
            int quotes = rest.IndexOfAnyExcept('"');
            return After(text, new string('"', quotes), start + quotes);
        }

        if (rest.StartsWith("@\"") || rest.StartsWith("@$\"") || rest.StartsWith("$@\""))
        {
            return EndOfVerbatim(text, text.IndexOf('"', start) + 1);
        }

        return rest[0] is '"' or '\'' ? EndOfLiteral(text, start + 1, rest[0]) : start;
    }

    private static int EndOfLiteral(string text, int from, char quote)
    {
        while (from < text.Length && text[from] != quote && text[from] != '\n')
        {
            from += text[from] == '\\' ? 2 : 1;
        }

        return Math.Min(from + 1, text.Length);
    }

    private static int EndOfVerbatim(string text, int from)
    {
        while (from < text.Length)
        {
            if (text[from] != '"')
            {
                from++;
            }
            else if (from + 1 < text.Length && text[from + 1] == '"')
            {
                from += 2;
            }
            else
            {
                return from + 1;
            }
        }

        return text.Length;
    }

    private static int After(string text, string end, int from)
    {
        int at = text.IndexOf(end, from, StringComparison.Ordinal);
        return at < 0 ? text.Length : at + end.Length;
    }

    private static SourceFile Read(string path) =>
        new(System.IO.Path.GetRelativePath(Root, path).Replace('\\', '/'), File.ReadAllText(path));

    /// <summary>The files of that kind, without what is made from them.</summary>
    internal static IEnumerable<string> Enumerate(string folder, string pattern)
    {
        foreach (string file in Directory.EnumerateFiles(folder, pattern))
        {
            yield return file;
        }

        foreach (string inner in Directory.EnumerateDirectories(folder))
        {
            if (!NotSource.Contains(System.IO.Path.GetFileName(inner)))
            {
                foreach (string file in Enumerate(inner, pattern))
                {
                    yield return file;
                }
            }
        }
    }

    private static string FindRoot([CallerFilePath] string thisFile = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(thisFile)!, "..", ".."));
}
