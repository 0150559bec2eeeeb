using Softlan.Platform.Linux;

namespace Softlan.Platform;

/// <summary>Directories and files that nobody but their owner can write to: what lies in them is trusted by a process with all rights.</summary>
internal static class PrivateDirectory
{
    private const UnixFileMode FileOwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnly = FileOwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Makes it where it is missing. One that is there is left as it is; on Windows, where common places are open to all, it must be one
    /// that nobody else made or may write to.</summary>
    /// <exception cref="Wire.SoftlanException">On Windows: it is a link, or somebody else's.</exception>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            PrivatePlace.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    /// <summary>Makes a file, for writing, that only its owner can read. Fails where there is one.</summary>
    public static FileStream CreateFile(string path) => OperatingSystem.IsWindows()
        ? PrivatePlace.CreateFile(path)
        : new FileStream(
            path,
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = FileOwnerOnly });

    /// <summary>On Linux, the half of <see cref="RequireOwn"/> that is about rights: whoever owns the place, nobody else may write to it.</summary>
    /// <exception cref="Wire.SoftlanException">Somebody else may.</exception>
    public static void RequireClosed(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            FileTrust.RequireClosed(path);
        }
    }

    /// <summary>Looks whether a place was written by somebody who may have this process act on it: a file in such a directory, or on Linux also the
    /// directory itself.</summary>
    /// <exception cref="Wire.SoftlanException">It is somebody else's, or on Windows a link.</exception>
    public static void RequireOwn(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            PrivatePlace.RequireOwn(path);
        }
        else if (OperatingSystem.IsLinux())
        {
            FileTrust.RequireOwn(path);
        }
    }
}
