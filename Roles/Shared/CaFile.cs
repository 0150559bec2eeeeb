using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>The file of --relay-ca-cert, looked at before anything on this machine is changed for a session that could not trust any relay.</summary>
internal static class CaFile
{
    /// <param name="path">Null: there is none to look at.</param>
    /// <exception cref="SoftlanException">It cannot be read, or holds no certificate.</exception>
    public static void Require(string? path)
    {
        if (path is null)
        {
            return;
        }

        byte[] content = AuthorityFile.Read(path);

        // What is binary is DER, and the engine's to judge.
        if (PemText.FaultOf(content, PemText.Certificate) is { } fault && !PemText.IsBinary(content))
        {
            throw AuthorityFile.CannotUse(path, fault);
        }
    }
}
