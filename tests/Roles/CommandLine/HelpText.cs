using System.Text.RegularExpressions;

namespace Softlan.Tests.Roles.CommandLine;

/// <summary>Reads help texts, whatever the width in which they are written.</summary>
internal static partial class HelpText
{
    /// <summary>Each option as one line.</summary>
    public static string Joined(string help) => Continuation().Replace(help, " ");

    /// <summary>A line that goes on in the column of the descriptions.</summary>
    [GeneratedRegex(@" *\r?\n {4,}")]
    private static partial Regex Continuation();
}
