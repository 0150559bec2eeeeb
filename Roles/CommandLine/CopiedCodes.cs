using System.Globalization;
using System.Text;
using Softlan.Wire;

namespace Softlan.Roles.CommandLine;

/// <summary>What is wrong with a room code or a pin that was copied from a message; see <see cref="ValueKind{T}.Explain"/>.</summary>
internal static class CopiedCodes
{
    private const string CutOff = ", so a part seems to be cut off";

    /// <summary>Why <see cref="RoomCode"/> does not take it.</summary>
    public static string? ExplainRoom(string text) =>
        text.Length == 0 ? "it is empty"
        : CopyMistakes.WrongCharacter(text, rune => IsLetterOrDigit(rune) || rune.Value is '-' or '_')
            ?? (text.Length > RoomCode.MaxLength
                ? string.Create(CultureInfo.InvariantCulture, $"it has {text.Length} characters, at most {RoomCode.MaxLength}")
                : text[0] == '-' ? $"it begins with '-'{CutOff}"
                : text[^1] == '-' ? $"it ends with '-'{CutOff}"
                : null);

    /// <summary>Why <see cref="CertificatePin"/> does not take it.</summary>
    public static string? ExplainPin(string text)
    {
        if (text.Length == 0)
        {
            return "it is empty";
        }

        if (CopyMistakes.WrongCharacter(text, rune => IsLetterOrDigit(rune) || rune.Value is '-' or '_' or '+' or '/' or '=' or ':') is { } wrong)
        {
            return wrong;
        }

        if (!text.StartsWith(CertificatePin.Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return $"it does not begin with {CertificatePin.Prefix}";
        }

        int length = text[CertificatePin.Prefix.Length..].TrimEnd('=').Length;
        string? guess = length switch
        {
            CertificatePin.EncodedLength - 1 => "the last one seems to be missing",
            < CertificatePin.EncodedLength => "a part seems to be missing",
            > CertificatePin.EncodedLength => "something else seems to stand behind it",
            _ => null,
        };
        return guess is null
            ? "one of its characters is wrong"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"it has {length} characters after {CertificatePin.Prefix} instead of {CertificatePin.EncodedLength}: {guess}");
    }

    private static bool IsLetterOrDigit(Rune rune) => rune.IsAscii && Rune.IsLetterOrDigit(rune);
}
