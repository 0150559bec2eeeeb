using System.Runtime.Versioning;
using System.Security.Cryptography;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeKernel32;

namespace Softlan.Platform.Windows;

/// <summary>A native library that lies inside the executable, so that softlan is one file. Windows loads files only, so it is unpacked once for each
/// version.</summary>
[SupportedOSPlatform("windows")]
internal static class EmbeddedLibrary
{
    /// <summary>Loads it from the copy that it unpacks; the handle is never freed.</summary>
    /// <param name="name">The resource, and the file.</param>
    /// <param name="root">Where the copy's directory is made: with administrator rights, where programs without them cannot write.</param>
    /// <returns>The full path, by which it is to be asked for from now on: a bare name would be looked for beside the executable first, where anybody
    /// may have put one. Null where this executable has none: a build that is not published uses .NET's own.</returns>
    /// <exception cref="SoftlanException">It cannot be unpacked or loaded.</exception>
    public static string? Load(string name, string root)
    {
        using Stream? resource = typeof(EmbeddedLibrary).Assembly.GetManifestResourceStream(name);
        if (resource is null)
        {
            return null;
        }

        byte[] content = new byte[resource.Length];
        resource.ReadExactly(content);
        byte[] hash = SHA256.HashData(content);
        string directory = Path.Combine(root, $"{Path.GetFileNameWithoutExtension(name)}-{Convert.ToHexStringLower(hash.AsSpan(0, 16))}");
        string path = Path.Combine(directory, name);
        try
        {
            PrivateDirectory.Create(directory);

            // While the file is open without sharing its deletion, neither it nor a directory above it can be exchanged: what was checked is what is
            // loaded.
            using FileStream file = Open(path, content, hash);
            LoadAlone(path);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            throw SoftlanException.Create(
                $"Cannot load {name} from '{directory}'",
                e.Message.TrimEnd('.'),
                "delete that directory, or free some space, then start softlan again");
        }
    }

    /// <summary>Opens the copy, unpacked first where there is none, or where it is not what it should be.</summary>
    internal static FileStream Open(string path, byte[] content, ReadOnlySpan<byte> hash) => OpenChecked(path, hash) ?? Unpack(path, content, hash);

    /// <summary>Loads it with Windows' own libraries. NativeLibrary.Load would have those that it needs looked for beside it first
    /// (LOAD_WITH_ALTERED_SEARCH_PATH), whatever the process allows, and nobody checks what lies there.</summary>
    private static void LoadAlone(string path)
    {
        if (LoadLibraryEx(path, 0, LOAD_LIBRARY_SEARCH_SYSTEM32) == 0)
        {
            throw new DllNotFoundException($"{nameof(LoadLibraryEx)}: {Win32Error.Text(Win32Error.Last)}");
        }
    }

    /// <returns>Null where there is no file, or not this one.</returns>
    private static FileStream? OpenChecked(string path, ReadOnlySpan<byte> hash)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Span<byte> found = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(file, found);
        if (found.SequenceEqual(hash))
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    private static FileStream Unpack(string path, byte[] content, ReadOnlySpan<byte> hash)
    {
        string temporary = FormattableString.Invariant($"{path}.{Environment.ProcessId}.tmp");
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (File.Exists(path) && e is (IOException or UnauthorizedAccessException))
        {
            // Another softlan has unpacked it meanwhile and uses it: a file that is loaded cannot be replaced. Whether it is the right one is looked
            // at next.
        }
        finally
        {
            TryDelete(temporary);
        }

        return OpenChecked(path, hash) ?? throw new IOException("what was written is not what is there");
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A virus scanner looks at it; it harms nobody.
        }
    }
}
