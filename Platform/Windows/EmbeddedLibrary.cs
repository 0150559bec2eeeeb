using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Softlan.Wire;

namespace Softlan.Platform.Windows;

/// <summary>A native library that lies inside the executable, so that softlan is one file. Windows loads files only, so it is unpacked once for each
/// version.</summary>
[SupportedOSPlatform("windows")]
internal static class EmbeddedLibrary
{
    /// <summary>Loads it from the copy that it unpacks; the handle is never freed.</summary>
    /// <returns>The full path, by which it is to be asked for from now on: a bare name would be looked for beside the executable first, where anybody
    /// may have put one. Null where this executable has none: a build that is not published uses .NET's own.</returns>
    /// <exception cref="SoftlanException">It cannot be unpacked or loaded.</exception>
    public static string? Load(string name)
    {
        using Stream? resource = typeof(EmbeddedLibrary).Assembly.GetManifestResourceStream(name);
        if (resource is null)
        {
            return null;
        }

        byte[] content = new byte[resource.Length];
        resource.ReadExactly(content);
        byte[] hash = SHA256.HashData(content);
        string directory = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "softlan",
            $"{Path.GetFileNameWithoutExtension(name)}-{Convert.ToHexStringLower(hash.AsSpan(0, 16))}");
        string path = Path.Combine(directory, name);
        try
        {
            PrivateDirectory.Create(directory);

            // While the file is open without sharing its deletion, neither it nor a directory above it can be exchanged: what was checked is what is
            // loaded.
            using FileStream file = Open(path, content, hash);
            NativeLibrary.Load(path);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException or BadImageFormatException)
        {
            throw SoftlanException.Create(
                $"Cannot load {name} from '{directory}'",
                e.Message.TrimEnd('.'),
                "delete that directory, or free some space, then start softlan again");
        }
    }

    /// <summary>Opens the copy, unpacked first where there is none, or where it is not what it should be.</summary>
    internal static FileStream Open(string path, byte[] content, ReadOnlySpan<byte> hash) => OpenChecked(path, hash) ?? Unpack(path, content, hash);

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
