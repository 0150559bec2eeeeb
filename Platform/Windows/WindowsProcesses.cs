using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security;
using Microsoft.Win32;

namespace Softlan.Platform.Windows;

/// <summary>The processes of this machine.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsProcesses
{
    /// <summary>A key that Windows keeps in memory only: whoever finds it knows that the machine has not been started anew since it was
    /// made.</summary>
    private const string BootKey = @"SOFTWARE\softlan\Boot";

    private const string BootValue = "Id";

    public static ProcessStamp OfThisProcess() =>
        new(Environment.ProcessId, ReadStartTime(Environment.ProcessId) ?? 0, ReadOrMakeBoot(), "");

    /// <summary>The start time is absolute, so no boot needs to be compared.</summary>
    public static bool IsAlive(ProcessStamp stamp) => ReadStartTime(stamp.Pid) == stamp.StartTime;

    /// <summary>As FILETIME; null where no such process runs.</summary>
    private static long? ReadStartTime(int pid)
    {
        try
        {
            using Process process = Process.GetProcessById(pid);
            return process.HasExited ? null : process.StartTime.ToFileTimeUtc();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception or NotSupportedException)
        {
            return null; // It ended, or it is none that this one could have been.
        }
    }

    private static string ReadOrMakeBoot()
    {
        try
        {
            using RegistryKey key = Registry.LocalMachine.CreateSubKey(BootKey, writable: true, RegistryOptions.Volatile);
            if (key.GetValue(BootValue) is string known)
            {
                return known;
            }

            string made = Guid.NewGuid().ToString();
            key.SetValue(BootValue, made);
            return made;
        }
        catch (Exception e) when (e is SecurityException or UnauthorizedAccessException or IOException)
        {
            return "";
        }
    }
}
