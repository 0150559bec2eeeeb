using Softlan.Wire.Control;

namespace Softlan.Roles.Shared;

/// <summary>Text from the other side of a link, made fit for a terminal and a log: no control characters (they could move the cursor or forge lines),
/// not endless, never empty.</summary>
internal static class PlainText
{
    /// <summary>Characters that are shown; the rest is cut off.</summary>
    public const int MaxLength = 200;

    public static string Of(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "no reason given";
        }

        // A full stop at the end would double: every such text becomes part of a sentence.
        return PrintableText.Clean(text, MaxLength).TrimEnd('.', ' ');
    }
}
