using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Softlan.Wire;

/// <summary>SHA-256 of a certificate's SubjectPublicKeyInfo, written <c>sha256:BASE64URL</c> (43 characters, no padding).</summary>
internal readonly record struct CertificatePin
{
    public const int HashLength = 32;

    /// <summary>Characters behind <see cref="Prefix"/>: <see cref="HashLength"/> bytes in base64url.</summary>
    public const int EncodedLength = 43;

    public const string Prefix = "sha256:";

    private readonly string? _hash;

    private CertificatePin(string hash) => _hash = hash;

    public static CertificatePin FromHash(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, HashLength);
        return new CertificatePin(Base64Url.EncodeToString(hash));
    }

    /// <summary>Standard base64 (with + / and =) is understood as well, since openssl prints that.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CertificatePin pin)
    {
        pin = default;
        if (text is null || !text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        string encoded = text[Prefix.Length..].TrimEnd('=').Replace('+', '-').Replace('/', '_');
        Span<byte> hash = stackalloc byte[HashLength];
        if (encoded.Length != EncodedLength || !Base64Url.IsValid(encoded)
            || !Base64Url.TryDecodeFromChars(encoded, hash, out int written) || written != HashLength)
        {
            return false;
        }

        pin = FromHash(hash);
        return true;
    }

    public override string ToString() => Prefix + _hash;
}
