using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>32 secret bytes that outlive a restart: with them the relay tells peers of its former life that it does not know their connections, so
/// that they come back at once.</summary>
internal static class ResetSecret
{
    public const string FileName = "relay.secret";

    private const int Length = 32;

    /// <summary>Reads the secret, or makes it.</summary>
    public static byte[] LoadOrMake(string stateDirectory)
    {
        string path = Path.Combine(stateDirectory, FileName);
        if (StateFiles.Read(path) is not { } secret)
        {
            secret = new byte[Length];
            SecureRandom.Fill(secret);
            StateFiles.Write(path, secret);
        }

        return secret.Length == Length
            ? secret
            : throw SoftlanException.Create(
                $"Cannot use '{path}'",
                $"it has {secret.Length} bytes instead of {Length}",
                "delete it to have a new one made");
    }
}
