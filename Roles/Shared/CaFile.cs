using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>The file of --relay-ca-cert, looked at before anything on this machine is changed for a session that could not trust any relay.</summary>
internal static class CaFile
{
    /// <summary>Bytes of such a file: a hundred times those of a system's bundle. A larger one is refused.</summary>
    private const int MaxLength = 16 << 20;

    private const string Hint = "give a PEM or DER file with the CA's certificate with --relay-ca-cert";

    /// <param name="path">Null: there is none to look at.</param>
    /// <exception cref="SoftlanException">It cannot be read, or holds no certificate.</exception>
    public static void Require(string? path)
    {
        if (path is null)
        {
            return;
        }

        byte[] content = Read(path);

        // What is binary is DER, and the engine's to judge.
        if (PemText.FaultOf(content, PemText.Certificate) is { } fault && !PemText.IsBinary(content))
        {
            throw SoftlanException.Create($"Cannot use the CA file '{path}'", fault, Hint);
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            string? fault = !file.CanSeek ? "it can only be read once, and each connection reads it"
                : file.Length > MaxLength ? $"it has {file.Length} bytes, more than the {MaxLength} that such a file can have"
                : null;
            if (fault is not null)
            {
                throw SoftlanException.Create($"Cannot use the CA file '{path}'", fault, Hint);
            }

            byte[] content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception failure) when (StateFiles.IsFileTrouble(failure))
        {
            string why = failure is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : StateFiles.Sentence(failure);
            throw SoftlanException.Create($"Cannot read the CA file '{path}'", why, Hint);
        }
    }
}
