namespace Softlan.Wire.Control;

/// <summary>What a peer may be called.</summary>
internal static class PeerName
{
    /// <summary>Characters (Unicode scalar values) in a peer's name.</summary>
    public const int MaxLength = 32;

    /// <summary>What logs call a gateway without a name.</summary>
    public const string Gateway = "the gateway";

    /// <summary>0 to <see cref="MaxLength"/> printable characters; neither blank nor what others would take for the gateway.</summary>
    public static bool IsValid(string text) => PrintableText.IsPrintable(text, MaxLength) && !IsBlank(text) && !IsReserved(text);

    /// <summary>Whether a text that is not empty shows nothing.</summary>
    public static bool IsBlank(string text) => text.Length > 0 && text.EnumerateRunes().All(PrintableText.IsUnseen);

    /// <summary>Whether a player of that name would pass for the gateway.</summary>
    public static bool IsReserved(string text) =>
        string.Concat(text.EnumerateRunes().Where(rune => rune.Value == ' ' || !PrintableText.IsUnseen(rune)))
            .Trim()
            .Equals(Gateway, StringComparison.OrdinalIgnoreCase);
}
