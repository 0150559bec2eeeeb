using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Softlan.Roles.Shared;

/// <summary>Looks into PEM text (RFC 7468), to say in which file what is wrong: of those that refuse it, no TLS library does.</summary>
internal static class PemText
{
    public const string Certificate = "CERTIFICATE";

    /// <summary>Ends the labels of all kinds of private keys.</summary>
    public const string PrivateKey = "PRIVATE KEY";

    private const string Begin = "-----BEGIN ";
    private const string Dashes = "-----";

    /// <summary>A DER file begins with a SEQUENCE (X.690, section 8.9).</summary>
    private const byte DerSequence = 0x30;

    /// <summary>Whether it looks like DER.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> file) => file is [DerSequence, ..];

    /// <param name="file">The content of a file.</param>
    /// <param name="label">How the label of a block ends.</param>
    public static bool Has(ReadOnlySpan<byte> file, string label) => BlocksOf(file, label).Count > 0;

    /// <param name="file">The content of a file.</param>
    /// <param name="label">What it is to hold: <see cref="Certificate"/> or <see cref="PrivateKey"/>.</param>
    /// <returns>What keeps it from being that, as a clause; null: nothing that can be seen from outside the blocks.</returns>
    public static string? FaultOf(ReadOnlySpan<byte> file, string label)
    {
        List<string?> bodies = BlocksOf(file, label);
        if (bodies.Count == 0)
        {
            string other = label == Certificate ? PrivateKey : Certificate;
            return IsBinary(file) ? "it is binary, not PEM text"
                : Has(file, other) ? $"it has no {label} block, but a {other} block"
                : $"it has no {label} block";
        }

        return bodies.Contains(null) ? $"its {label} block has no end, as if the file were cut off"
            : bodies.TrueForAll(body => TryDecode(body!, out _)) ? null
            : $"its {label} block is damaged: what is in it is not Base64";
    }

    /// <summary>The first certificate as DER: in a chain, the server's own.</summary>
    public static bool TryReadCertificate(ReadOnlySpan<byte> file, [NotNullWhen(true)] out byte[]? der)
    {
        der = null;
        return BlocksOf(file, Certificate) is [{ } body, ..] && TryDecode(body, out der);
    }

    /// <returns>What stands in each block with such a label; null where its end is missing.</returns>
    private static List<string?> BlocksOf(ReadOnlySpan<byte> file, string label)
    {
        string text = Encoding.ASCII.GetString(file);
        List<string?> bodies = [];
        int at = text.IndexOf(Begin, StringComparison.Ordinal);
        while (at >= 0 && text.IndexOf(Dashes, at + Begin.Length, StringComparison.Ordinal) is >= 0 and var labelEnd)
        {
            string found = text[(at + Begin.Length)..labelEnd];
            int body = labelEnd + Dashes.Length;
            int end = text.IndexOf($"-----END {found}{Dashes}", body, StringComparison.Ordinal);
            if (found.EndsWith(label, StringComparison.Ordinal))
            {
                bodies.Add(end < 0 ? null : text[body..end]);
            }

            at = text.IndexOf(Begin, end < 0 ? body : end, StringComparison.Ordinal);
        }

        return bodies;
    }

    private static bool TryDecode(string body, [NotNullWhen(true)] out byte[]? bytes)
    {
        byte[] buffer = new byte[body.Length];
        bool isBase64 = Convert.TryFromBase64String(body, buffer, out int length) && length > 0;
        bytes = isBase64 ? buffer[..length] : null;
        return isBase64;
    }
}
