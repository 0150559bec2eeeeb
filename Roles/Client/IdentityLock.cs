using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>Holds an identity for one running client: two with one MAC would take each other's frames. The operating system lets go of it however the
/// process ends.</summary>
internal sealed class IdentityLock : IDisposable
{
    // The file stays, empty: deleting it would race with the next client that opens it.
    private readonly FileStream? _file;

    private IdentityLock(FileStream? file) => _file = file;

    /// <summary>Takes the lock. Where no lock file can be made, it says so and goes without.</summary>
    /// <exception cref="SoftlanException">Another client that runs now uses this identity, or its directory is not where it should be.</exception>
    public static IdentityLock Take(string identityPath, ILogger logger)
    {
        string path = identityPath + ".lock";
        try
        {
            MakeDirectory(path);
            return new IdentityLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (IsHeld(path))
            {
                throw SoftlanException.Create(
                    $"Cannot use the identity '{identityPath}'",
                    "another softlan client on this machine is using it",
                    "stop that one, or give this one its own --identity FILE and --tap NAME");
            }

            ClientLog.IdentityNotLocked(logger, path, e.Message.TrimEnd('.'));
            return new IdentityLock(null);
        }
    }

    public void Dispose() => _file?.Dispose();

    private static void MakeDirectory(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is not { } directory || Directory.Exists(directory))
        {
            return;
        }

        // One directory is made for whoever names a file in it; a whole path that is not there is more likely a slip of the keys.
        if (directory != StateFiles.DefaultDirectory() && Path.GetDirectoryName(directory) is { } parent && !Directory.Exists(parent))
        {
            throw SoftlanException.Create(
                $"Cannot keep an identity in '{directory}'",
                $"there is no '{parent}'",
                $"check the path that {StateFiles.OptionOfIdentity} gives, or make that directory");
        }

        PrivateDirectory.Create(directory);
    }

    /// <summary>Whether somebody holds the lock; false when something else is wrong with the file.</summary>
    private static bool IsHeld(string path)
    {
        try
        {
            // A shared lock is not given while another one is exclusive.
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
