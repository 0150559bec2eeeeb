using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>A file with certificates of authorities, as bytes for a TLS library to read.</summary>
internal static class AuthorityFile
{
    /// <summary>Bytes of such a file: a hundred times those of a system's bundle. A larger one is refused.</summary>
    private const int MaxLength = 16 << 20;

    private const string Hint = "give a PEM or DER file with the CA's certificate with --relay-ca-cert";

    /// <exception cref="SoftlanException">It cannot be read, or not again: each connection reads it.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            string? fault = !file.CanSeek ? "it can only be read once, and each connection reads it"
                : file.Length > MaxLength ? $"it has {file.Length} bytes, more than the {MaxLength} that such a file can have"
                : null;
            if (fault is not null)
            {
                throw CannotUse(path, fault);
            }

            byte[] content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception failure) when (FileErrors.IsTrouble(failure))
        {
            string why = failure is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : FileErrors.Sentence(failure);
            throw SoftlanException.Create($"Cannot read the CA file '{path}'", why, Hint);
        }
    }

    /// <summary>PEM, otherwise DER.</summary>
    public static bool IsPem(ReadOnlySpan<byte> content) => content.IndexOf("-----BEGIN"u8) >= 0;

    /// <param name="path">The file.</param>
    /// <param name="reason">What the TLS library says; null: it found none.</param>
    public static SoftlanException HoldsNoCertificate(string path, string? reason = null) => CannotUse(path, reason ?? "it holds no certificate");

    /// <param name="path">The file.</param>
    /// <param name="fault">Of its content, as a clause.</param>
    public static SoftlanException CannotUse(string path, string fault) => SoftlanException.Create($"Cannot use the CA file '{path}'", fault, Hint);
}
