using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>Small secret files that outlive the process: identity, profile, certificate, resume token. Readable by their owner only, replaced as a
/// whole or not at all.</summary>
internal static class StateFiles
{
    /// <summary>The option that puts the files of a role elsewhere.</summary>
    public const string Option = "--state";

    /// <summary>The options that put a client's identity elsewhere, and with it what lies beside it.</summary>
    public const string OptionOfIdentity = $"{Option} or --identity";

    /// <summary>No state file is larger; a longer one is not ours.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Bytes that have to fit where files are to be written: a full disk still takes empty ones.</summary>
    private const int ProbeLength = 4096;

    /// <summary><c>/var/lib/softlan</c> for root, else <c>$XDG_STATE_HOME/softlan</c> or <c>~/.local/state/softlan</c>; on Windows below the (common)
    /// application data.</summary>
    public static string DefaultDirectory()
    {
        // Unverified: where the directory is missing, an empty name instead would put the files wherever softlan was started.
        if (OperatingSystem.IsWindows())
        {
            Environment.SpecialFolder root = Environment.IsPrivilegedProcess
                ? Environment.SpecialFolder.CommonApplicationData
                : Environment.SpecialFolder.LocalApplicationData;
            return Path.Combine(Environment.GetFolderPath(root, Environment.SpecialFolderOption.DoNotVerify), "softlan");
        }

        if (Environment.IsPrivilegedProcess)
        {
            return "/var/lib/softlan";
        }

        return UserDirectory(
            Environment.GetEnvironmentVariable("XDG_STATE_HOME"),
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify));
    }

    /// <summary>A plain user's state directory, always a full path.</summary>
    /// <param name="xdgStateHome">$XDG_STATE_HOME; the XDG base directory specification ignores a relative one.</param>
    /// <param name="home">The home directory; empty where the user has none.</param>
    internal static string UserDirectory(string? xdgStateHome, string home) => Path.Combine(
        xdgStateHome is not null && Path.IsPathFullyQualified(xdgStateHome)
            ? xdgStateHome
            : Path.Combine(home.Length > 0 ? home : "/", ".local", "state"),
        "softlan");

    /// <summary>Reads a whole file.</summary>
    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="SoftlanException">It exists but cannot be read, or is longer than <see cref="MaxLength"/>.</exception>
    public static byte[]? Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > MaxLength)
            {
                throw SoftlanException.Create(
                    $"Cannot read '{path}'",
                    $"it has {file.Length} bytes, more than the {MaxLength} that such a file can have",
                    "check that the path is right, or delete the file");
            }

            byte[] content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (FileErrors.IsTrouble(failure))
        {
            throw Directory.Exists(path)
                ? SoftlanException.Create($"Cannot read '{path}'", "it is a directory", "give the path of a file")
                : SoftlanException.Create(
                    $"Cannot read '{path}'",
                    FileErrors.Sentence(failure),
                    "make it readable for this user, or start as the user who owns it");
        }
    }

    /// <summary>Writes a whole file that only its owner can read, and makes its directory, which is the owner's alone as well, where it is missing.
    /// The old content stays until the new one is safely on the disk.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">All of it.</param>
    /// <param name="option">What an operator types to have it elsewhere.</param>
    /// <exception cref="SoftlanException">Disk full, no permission, or not a directory; the old file is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, string option = Option)
    {
        string full = Path.GetFullPath(path);
        string directory = Path.GetDirectoryName(full)
            ?? throw SoftlanException.Create(
                $"Cannot save '{path}'",
                "it is not the path of a file",
                "give a path such as /var/lib/softlan/identity.json");
        string temporary = Path.Combine(directory, $".{Path.GetFileName(full)}.{Environment.ProcessId}.tmp");
        try
        {
            PrivateDirectory.Create(directory);
            File.Delete(temporary); // A crash can have left one, with a mode that is not ours.
            using (FileStream file = PrivateDirectory.CreateFile(temporary))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception failure) when (FileErrors.IsTrouble(failure))
        {
            TryDelete(temporary);
            (string reason, string hint) = ExplainWrite(failure, directory, option);
            throw SoftlanException.Create($"Cannot save '{path}'", reason, hint);
        }
    }

    /// <summary>Makes the directory of such files, or sees that it is one whose files can be believed. To be called before the first of them is
    /// read.</summary>
    /// <exception cref="SoftlanException">It cannot be made, or is somebody else's.</exception>
    public static void RequireDirectory(string directory)
    {
        try
        {
            PrivateDirectory.Create(directory);
        }
        catch (Exception failure) when (FileErrors.IsTrouble(failure))
        {
            throw SoftlanException.Create(
                $"Cannot keep files in '{directory}'",
                FileErrors.Sentence(failure),
                $"see that this user may write there, or choose another place with {Option}");
        }
    }

    /// <summary>What keeps files from being written to a directory, whatever their names, and a hint; null where nothing does. Makes the directory
    /// where it is missing.</summary>
    /// <param name="option">What an operator types to have the files elsewhere.</param>
    public static (string Reason, string Hint)? FindTrouble(string directory, string option)
    {
        string probe = Path.Combine(directory, $".probe.{Environment.ProcessId}.tmp");
        try
        {
            PrivateDirectory.Create(directory);
            File.Delete(probe); // A crash can have left one.
            using FileStream file = PrivateDirectory.CreateFile(probe);
            file.Write(new byte[ProbeLength]);
            file.Flush(flushToDisk: true);
            return null;
        }
        catch (Exception failure) when (FileErrors.IsTrouble(failure))
        {
            return ExplainWrite(failure, directory, option);
        }
        catch (SoftlanException)
        {
            return null; // It is not this directory's owner who asks: whoever uses it says so.
        }
        finally
        {
            TryDelete(probe);
        }
    }

    /// <summary>Why something could not be written to a directory, and a hint.</summary>
    internal static (string Reason, string Hint) ExplainWrite(Exception failure, string directory, string option) =>
        File.Exists(directory) ? ($"'{directory}' is a file, not a directory", $"move that file away, or choose another place with {option}")
        : FileErrors.IsReadOnly(failure) ? (FileErrors.Sentence(failure), $"choose another place with {option}")
        : FileErrors.IsFull(failure) ? (FileErrors.Sentence(failure), $"make room in '{directory}', or choose another place with {option}")
        : (FileErrors.Sentence(failure), $"see that this user may write in '{directory}', or choose another place with {option}");

    /// <summary>Sees that files can be written to a directory, which is made where it is missing.</summary>
    /// <param name="alternative">What else the operator can do than to choose another place, as a clause in the imperative.</param>
    /// <exception cref="SoftlanException">They cannot.</exception>
    public static void RequireWritable(string directory, string alternative)
    {
        if (FindTrouble(directory, Option) is (string reason, string hint))
        {
            throw SoftlanException.Create($"Cannot keep files in '{directory}'", reason, $"{hint}, or {alternative}");
        }
    }

    /// <summary>Removes a file if it is there; what cannot be removed stays.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (FileErrors.IsTrouble(failure))
        {
            // A leftover does no harm: it is replaced next time.
        }
    }
}
