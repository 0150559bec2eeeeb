using System.Globalization;
using System.Text;

namespace Softlan.Wire.Control;

/// <summary>What may stand in a text that another peer's terminal will show: no control characters, no line breaks, nothing that turns the direction
/// of writing.</summary>
internal static class PrintableText
{
    /// <param name="text">Any string, broken surrogate pairs included.</param>
    /// <param name="maxLength">In Unicode scalar values.</param>
    public static bool IsPrintable(string text, int maxLength)
    {
        // A scalar value is at most two chars, so a longer text need not be looked at.
        if (text.Length > 2 * maxLength)
        {
            return false;
        }

        int length = 0;
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out Rune rune, out int used) != System.Buffers.OperationStatus.Done || !IsPrintable(rune))
            {
                return false;
            }

            rest = rest[used..];
            length++;
        }

        return length <= maxLength;
    }

    // Format characters (Cf) hold the bidirectional controls and the zero-width ones: they serve to disguise one name as another.
    public static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.SpaceSeparator => rune.Value == ' ',
        _ => true,
    };

    /// <summary>The nearest text that <see cref="IsPrintable(string, int)"/> accepts: every other character becomes a question mark, and what is too
    /// long is cut.</summary>
    public static string Clean(string text, int maxLength)
    {
        // Nearly always: a welcome repeats the names of a whole room.
        if (IsPrintable(text, maxLength))
        {
            return text;
        }

        StringBuilder clean = new(Math.Min(text.Length, maxLength));
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (length++ == maxLength)
            {
                break;
            }

            clean.Append(IsPrintable(rune) ? rune.ToString() : "?");
        }

        return clean.ToString();
    }

    /// <summary>Whether a character shows nothing: white space, format characters, and printable ones of which nothing is seen.</summary>
    public static bool IsUnseen(Rune rune) =>
        Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format || IsEmpty(rune);

    /// <summary>Default_Ignorable_Code_Point of Unicode, as far as it is no format character, and braille's blank. Emoji need some of them, so they
    /// are printable.</summary>
    private static bool IsEmpty(Rune rune) => rune.Value is 0x034f or (>= 0x115f and <= 0x1160) or (>= 0x17b4 and <= 0x17b5)
        or (>= 0x180b and <= 0x180f) or 0x2800 or 0x3164 or (>= 0xfe00 and <= 0xfe0f) or 0xffa0 or (>= 0xe0100 and <= 0xe01ef);
}
