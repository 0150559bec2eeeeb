using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Softlan.Wire.Control;

namespace Softlan.Roles.CommandLine;

/// <summary>Names what a copied text has too much or too little of. Chat programs and word processors change characters in ways that
/// nobody sees.</summary>
internal static class CopyMistakes
{
    /// <summary>The first character that does not belong there, and where it stands: <c>it ends with a full stop</c>.</summary>
    /// <param name="text">Any string, broken surrogate pairs included.</param>
    /// <param name="belongs">Whether a character may stand there.</param>
    /// <returns>Null where all belong.</returns>
    public static string? WrongCharacter(string text, Func<Rune, bool> belongs)
    {
        Rune[] runes = [.. text.EnumerateRunes()];
        int index = Array.FindIndex(runes, rune => !belongs(rune));
        return index < 0 ? null
            : index == 0 ? $"it begins with {NameOf(runes[0])}"
            : index == runes.Length - 1 ? $"it ends with {NameOf(runes[^1])}"
            : string.Create(CultureInfo.InvariantCulture, $"its character {index + 1} is {NameOf(runes[index])}");
    }

    /// <summary>Whether a word begins with characters that look like nothing, as copied text may, and what follows them.</summary>
    public static bool BeginsWithBlanks(string word, [NotNullWhen(true)] out string? first, out string rest)
    {
        Rune[] runes = [.. word.EnumerateRunes()];
        first = runes.Length > 0 && PrintableText.IsUnseen(runes[0]) ? NameOf(runes[0]) : null;
        rest = string.Concat(runes.SkipWhile(PrintableText.IsUnseen));
        return first is not null;
    }

    private static string NameOf(Rune rune)
    {
        string code = string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}");
        return rune.Value switch
        {
            ' ' => "a space",
            '\t' => "a tab",
            '\r' or '\n' => "a line break",
            '.' => "a full stop",
            ',' => "a comma",
            '\'' or '"' or '`' => "a quotation mark",
            >= 0x2018 and <= 0x201f or 0xab or 0xbb or 0x2039 or 0x203a => $"a typographic quotation mark ({code})",
            0x2010 => $"a typographic hyphen ({code}): type -",
            0x2011 => $"a non-breaking hyphen ({code}): type -",
            >= 0x2012 and <= 0x2015 or 0x2212 => $"a typographic dash ({code}): type -",
            0xad => $"a soft hyphen ({code}), which shows only at the end of a line",
            0xa0 or 0x2007 or 0x202f => $"a no-break space ({code})",
            0x200d => $"a zero-width joiner ({code}), with which emoji are joined: use single ones",
            0x200e or 0x200f or 0x61c or (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069) =>
                $"an invisible mark for the direction of writing ({code})",
            > 0x20 and < 0x7f => $"'{rune}'",
            _ when Rune.IsControl(rune) => $"a control character ({code})",
            _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.SpaceSeparator => $"an unusual space ({code})",
            _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark => $"a mark that joins the character before it ({code})",
            _ when PrintableText.IsUnseen(rune) => $"an invisible character ({code})",
            _ when Rune.IsLetterOrDigit(rune) || Rune.IsSymbol(rune) || Rune.IsPunctuation(rune) => $"'{rune}' ({code})",
            _ => $"an invisible character ({code})",
        };
    }
}
