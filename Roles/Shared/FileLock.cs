using Softlan.Platform;

namespace Softlan.Roles.Shared;

/// <summary>Holds a file for one running process. The operating system lets go of it however the process ends.</summary>
internal sealed class FileLock : IDisposable
{
    // The file stays, empty: deleting it would race with the next process that opens it.
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, if nobody holds it. Makes the file, and its directory, where they are missing.</summary>
    /// <param name="path">The lock file.</param>
    /// <param name="trouble">Why no lock file can be made, without a full stop; null where there is one and somebody else holds it.</param>
    /// <returns>Null when it could not be taken.</returns>
    public static FileLock? TryTake(string path, out string? trouble)
    {
        trouble = null;
        try
        {
            MakeDirectory(path);
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            trouble = IsHeld(path) ? null : e.Message.TrimEnd('.');
            return null;
        }
    }

    public void Dispose() => _file.Dispose();

    private static void MakeDirectory(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory && !Directory.Exists(directory))
        {
            PrivateDirectory.Create(directory);
        }
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
