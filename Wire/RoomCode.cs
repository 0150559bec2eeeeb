using System.Diagnostics.CodeAnalysis;

namespace Softlan.Wire;

/// <summary>The name of a room, checked: 1 to 64 of <c>A-Z a-z 0-9 - _</c>, compared without case (protocol.md, section 3).</summary>
internal readonly record struct RoomCode
{
    public const int MaxLength = 64;

    /// <summary>Letters and digits that the codes have which the relay makes; one with fewer may be guessed.</summary>
    public const int SymbolsHardToGuess = 12;

    private readonly string? _text;

    private RoomCode(string text) => _text = text;

    public static bool TryParse([NotNullWhen(true)] string? text, out RoomCode room)
    {
        bool valid = text is { Length: >= 1 and <= MaxLength } && !text.AsSpan().ContainsAnyExcept(Alphabet);
        room = valid ? new RoomCode(text!) : default;
        return valid;
    }

    /// <summary>Whether it is so short that somebody may guess it, who is on the party's LAN then.</summary>
    public bool MayBeGuessed => ToString().Count(char.IsAsciiLetterOrDigit) < SymbolsHardToGuess;

    /// <summary>Whether it begins or ends with a hyphen, as one does that a line break has cut in two.</summary>
    public bool LooksCutOff => _text is ['-', ..] or [.., '-'];

    public bool Equals(RoomCode other) => string.Equals(_text, other._text, StringComparison.OrdinalIgnoreCase);

    /// <summary>A number that all who join this room have in common, whatever case they write it in: FNV-1a of the code in lower case, folded to a
    /// byte.</summary>
    public byte Affinity
    {
        get
        {
            const uint OffsetBasis = 2166136261;
            const uint Prime = 16777619;
            uint hash = OffsetBasis;
            foreach (char letter in _text ?? "")
            {
                hash = (hash ^ char.ToLowerInvariant(letter)) * Prime;
            }

            return (byte)(hash ^ (hash >> 8) ^ (hash >> 16) ^ (hash >> 24));
        }
    }

    public override int GetHashCode() => _text is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_text);

    /// <summary>As it was written, upper and lower case kept.</summary>
    public override string ToString() => _text ?? "";

    private static readonly System.Buffers.SearchValues<char> Alphabet =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}
