using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>Whose a file is, and this process. Declarations only.</summary>
[SupportedOSPlatform("linux")]
internal static partial class NativeStat
{
    private const string Libc = "libc";

#pragma warning disable CA1707 // The spelling of the headers.
    // fcntl.h
    public const int AT_FDCWD = -100;

    // linux/stat.h
    public const uint STATX_MODE = 0x2;
    public const uint STATX_UID = 0x8;
    public const uint STATX_GID = 0x10;
    public const int S_IWGRP = 0x10;
    public const int S_IWOTH = 0x2;
    public const int S_ISVTX = 0x200;
#pragma warning restore CA1707

    // glibc 2.28, kernel 4.11.
    [LibraryImport(Libc, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int directory, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport(Libc, EntryPoint = "geteuid")]
    public static partial uint GetEffectiveUser();

    /// <summary>struct statx, which is the same on every processor; only what softlan reads.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(24)]
        public uint Group;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
