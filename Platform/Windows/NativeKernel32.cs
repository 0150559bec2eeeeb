using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Softlan.Platform.Windows;

/// <summary>The kernel32 calls softlan makes, and the constants they take (fileapi.h, ioapiset.h, minwinbase.h, synchapi.h, consoleapi.h).
/// Declarations only.</summary>
internal static unsafe partial class NativeKernel32
{
    private const string Kernel32 = "kernel32.dll";

    // winnt.h, fileapi.h, winbase.h
    public const uint GENERIC_READ = 0x80000000;
    public const uint GENERIC_WRITE = 0x40000000;
    public const uint OPEN_EXISTING = 3;
    public const uint FILE_ATTRIBUTE_SYSTEM = 0x00000004;
    public const uint FILE_FLAG_OVERLAPPED = 0x40000000;
    public const byte FILE_SKIP_COMPLETION_PORT_ON_SUCCESS = 0x01;
    public const byte FILE_SKIP_SET_EVENT_ON_HANDLE = 0x02;
    public const nint INVALID_HANDLE_VALUE = -1;
    public const uint INFINITE = 0xFFFFFFFF;

    // synchapi.h, winnt.h
    public const uint CREATE_WAITABLE_TIMER_HIGH_RESOLUTION = 0x00000002;
    public const uint TIMER_ALL_ACCESS = 0x001F0003;

    // libloaderapi.h
    public const uint LOAD_LIBRARY_SEARCH_SYSTEM32 = 0x00000800;

    // processenv.h, consoleapi.h
    public const uint STD_ERROR_HANDLE = unchecked((uint)-12);
    public const uint ENABLE_VIRTUAL_TERMINAL_PROCESSING = 0x0004;

    [LibraryImport(Kernel32, EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [SupportedOSPlatform("windows")]
    public static partial SafeFileHandle CreateFile(string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport(Kernel32, EntryPoint = "DeviceIoControl", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool DeviceIoControl(
        SafeFileHandle device, uint code, void* input, uint inputLength, void* output, uint outputLength, uint* returned, OVERLAPPED* overlapped);

    [LibraryImport(Kernel32, EntryPoint = "ReadFile", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool ReadFile(SafeFileHandle file, byte* buffer, uint length, uint* read, OVERLAPPED* overlapped);

    [LibraryImport(Kernel32, EntryPoint = "WriteFile", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool WriteFile(SafeFileHandle file, byte* buffer, uint length, uint* written, OVERLAPPED* overlapped);

    [LibraryImport(Kernel32, EntryPoint = "CancelIoEx", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool CancelIoEx(SafeFileHandle file, OVERLAPPED* overlapped);

    [LibraryImport(Kernel32, EntryPoint = "GetOverlappedResult", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetOverlappedResult(
        SafeFileHandle file, OVERLAPPED* overlapped, uint* transferred, [MarshalAs(UnmanagedType.Bool)] bool wait);

    [LibraryImport(Kernel32, EntryPoint = "CreateIoCompletionPort", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    public static partial SafeCompletionPort CreateIoCompletionPort(nint file, nint existingPort, nuint key, uint threads);

    [LibraryImport(Kernel32, EntryPoint = "CreateIoCompletionPort", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    public static partial nint AddToIoCompletionPort(SafeFileHandle file, SafeCompletionPort port, nuint key, uint threads);

    [LibraryImport(Kernel32, EntryPoint = "SetFileCompletionNotificationModes", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetFileCompletionNotificationModes(SafeFileHandle file, byte flags);

    [LibraryImport(Kernel32, EntryPoint = "GetQueuedCompletionStatusEx", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetQueuedCompletionStatusEx(
        SafeCompletionPort port, OVERLAPPED_ENTRY* entries, uint count, uint* removed,
        uint milliseconds, [MarshalAs(UnmanagedType.Bool)] bool alertable);

    [LibraryImport(Kernel32, EntryPoint = "PostQueuedCompletionStatus", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool PostQueuedCompletionStatus(SafeCompletionPort port, uint transferred, nuint key, OVERLAPPED* overlapped);

    [LibraryImport(Kernel32, EntryPoint = "CloseHandle", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool CloseHandle(nint handle);

    [LibraryImport(Kernel32, EntryPoint = "CreateWaitableTimerExW", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    public static partial nint CreateWaitableTimerEx(nint attributes, nint name, uint flags, uint access);

    /// <param name="due">LARGE_INTEGER, in 100 ns; negative: from now on.</param>
    /// <param name="period">Milliseconds; 0: it rings once.</param>
    [LibraryImport(Kernel32, EntryPoint = "SetWaitableTimer", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetWaitableTimer(
        SafeWaitHandle timer, long* due, int period, void* routine, void* argument, [MarshalAs(UnmanagedType.Bool)] bool resume);

    [LibraryImport(Kernel32, EntryPoint = "CancelWaitableTimer", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool CancelWaitableTimer(SafeWaitHandle timer);

    [LibraryImport(Kernel32, EntryPoint = "GetStdHandle", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    public static partial nint GetStdHandle(uint which);

    [LibraryImport(Kernel32, EntryPoint = "GetConsoleMode", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetConsoleMode(nint console, out uint mode);

    [LibraryImport(Kernel32, EntryPoint = "SetConsoleMode", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetConsoleMode(nint console, uint mode);

    [LibraryImport(Kernel32, EntryPoint = "SetDefaultDllDirectories", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetDefaultDllDirectories(uint directories);

    /// <summary>Of a full path, LOAD_LIBRARY_SEARCH_SYSTEM32 leaves the library where it is, and has those that it needs come from System32 alone.
    /// </summary>
    [LibraryImport(Kernel32, EntryPoint = "LoadLibraryExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [SupportedOSPlatform("windows")]
    public static partial nint LoadLibraryEx(string path, nint reserved, uint flags);

    /// <summary>How many processes share this console; the list itself is only filled as far as it is long.</summary>
    [LibraryImport(Kernel32, EntryPoint = "GetConsoleProcessList", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    public static partial uint GetConsoleProcessList(uint* processes, uint count);

    /// <summary>struct _OVERLAPPED (minwinbase.h): 32 bytes. Internal is the NTSTATUS, InternalHigh the number of bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct OVERLAPPED
    {
        public nuint Internal;
        public nuint InternalHigh;
        public uint Offset;
        public uint OffsetHigh;
        public nint hEvent;
    }

    /// <summary>struct _OVERLAPPED_ENTRY (minwinbase.h): 32 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct OVERLAPPED_ENTRY
    {
        public nuint lpCompletionKey;
        public OVERLAPPED* lpOverlapped;
        public nuint Internal;
        public uint dwNumberOfBytesTransferred;
    }
}
