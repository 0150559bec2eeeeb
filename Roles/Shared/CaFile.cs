using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>The file of --relay-ca-cert, looked at before anything on this machine is changed for a session that could not trust any relay.</summary>
internal static class CaFile
{
    private const string Hint = "give a PEM or DER file with the CA's certificate with --relay-ca-cert";

    /// <param name="path">Null: there is none to look at.</param>
    /// <exception cref="SoftlanException">It cannot be read, or holds no certificate.</exception>
    public static void Require(string? path)
    {
        if (path is null)
        {
            return;
        }

        byte[] content = StateFiles.Read(path) ?? throw SoftlanException.Create($"Cannot read the CA file '{path}'", "there is no such file", Hint);

        // What is binary is DER, and the engine's to judge.
        if (PemText.FaultOf(content, PemText.Certificate) is { } fault && !PemText.IsBinary(content))
        {
            throw SoftlanException.Create($"Cannot use the CA file '{path}'", fault, Hint);
        }
    }
}
