using System.Runtime.Versioning;
using static Softlan.Platform.Windows.NativeKernel32;

namespace Softlan.Platform.Windows;

/// <summary>The console window that this process writes to.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class WindowsConsole
{
    /// <summary>Has the console understand escape sequences on stderr.</summary>
    /// <returns>False where it cannot, or where stderr is no console.</returns>
    public static bool TryEnableEscapes()
    {
        nint console = GetStdHandle(STD_ERROR_HANDLE);
        return GetConsoleMode(console, out uint mode)
            && ((mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0 || SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING));
    }

    /// <summary>Whether the window was opened for this process and closes with it, last words and all: so it is after the question for administrator
    /// rights, and after a double click.</summary>
    public static bool ClosesWithThisProcess()
    {
        // SAFETY: a local; the call writes one number at most.
        uint process;
        return GetConsoleProcessList(&process, 1) == 1;
    }
}
