using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>A file with certificates of authorities, as bytes for a TLS library to read.</summary>
internal static class AuthorityFile
{
    private const string Hint = "give a PEM or DER file with --relay-ca-cert";

    /// <exception cref="SoftlanException">It cannot be read.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SoftlanException.Create($"Cannot read the CA file '{path}'", e.Message.TrimEnd('.'), Hint);
        }
    }

    /// <summary>PEM, otherwise DER.</summary>
    public static bool IsPem(ReadOnlySpan<byte> content) => content.IndexOf("-----BEGIN"u8) >= 0;

    /// <param name="path">The file.</param>
    /// <param name="reason">What the TLS library says; null: it found none.</param>
    public static SoftlanException HoldsNoCertificate(string path, string? reason = null) =>
        SoftlanException.Create($"Cannot use the CA file '{path}'", reason ?? "it holds no certificate", Hint);
}
