using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>Sees that nobody else can put another key or room code into the relay's state directory.</summary>
/// <remarks>
/// Whoever can is the relay for its players. Where everybody or a group can write, the relay does not start. A relay that is root's does start in a
/// directory of another user, and says so: that user was named by root, with --state; nothing there is ever executed; and it is how containers see a
/// volume of the user who runs them.
/// </remarks>
internal static class StateTrust
{
    private static readonly string[] Files =
        [ResetSecret.FileName, RoomSuggestion.FileName, RelayCertificates.ChainFile, RelayCertificates.KeyFile];

    /// <summary>To be called before the first file is read. On Windows <see cref="WindowsRelay"/> has looked.</summary>
    /// <exception cref="SoftlanException">Another user can write there.</exception>
    public static void Require(string directory, ILogger logger)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            LookAt(directory, PrivateDirectory.RequireOwn);
        }
        catch (SoftlanException foreign) when (Environment.IsPrivilegedProcess)
        {
            LookAt(directory, PrivateDirectory.RequireClosed);
            RelayLog.ForeignState(logger, foreign.Message);
        }
    }

    private static void LookAt(string directory, Action<string> require)
    {
        require(directory);
        foreach (string file in Files.Select(name => Path.Combine(directory, name)).Where(File.Exists))
        {
            require(file);
        }
    }
}
