using System.Diagnostics.CodeAnalysis;

namespace Softlan.Roles.CommandLine;

/// <summary>The kinds of values that only options of Linux take.</summary>
internal static class LinuxValueKinds
{
    /// <summary>The name of an interface.</summary>
    public static ValueKind<string> InterfaceName(string name, string example) => ValueKinds.Of(
        (string text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text;
            return Platform.Linux.InterfaceName.IsValid(text);
        },
        name,
        $"1 to {Platform.Linux.InterfaceName.MaxLength} printable characters without spaces",
        example);
}
