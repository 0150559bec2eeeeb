using System.Globalization;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>The processes of this machine, as /proc tells of them.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxProcesses
{
    // Fields of /proc/pid/stat behind the command name; the name itself may hold spaces and parentheses.
    private const int StartTimeField = 22 - 3;

    /// <summary>Start time in clock ticks since the boot (proc(5), /proc/pid/stat, field 22), /proc/sys/kernel/random/boot_id, and the namespace as /proc/self/ns/net names it.</summary>
    public static ProcessStamp OfThisProcess() =>
        new(Environment.ProcessId, ReadStartTime(Environment.ProcessId) ?? 0, ReadBoot(), ReadNetworkNamespace());

    /// <summary>Whether that very process still runs.</summary>
    public static bool IsAlive(ProcessStamp stamp) => stamp.Boot == ReadBoot() && ReadStartTime(stamp.Pid) == stamp.StartTime;

    /// <summary>The start time in a line of /proc/pid/stat; null when it is no such line.</summary>
    internal static long? ParseStartTime(string stat)
    {
        int nameEnd = stat.LastIndexOf(')');
        if (nameEnd < 0)
        {
            return null;
        }

        string[] fields = stat[(nameEnd + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > StartTimeField && long.TryParse(fields[StartTimeField], NumberStyles.None, CultureInfo.InvariantCulture, out long time)
            ? time
            : null;
    }

    private static long? ReadStartTime(int pid)
    {
        try
        {
            return ParseStartTime(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string ReadBoot()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string ReadNetworkNamespace()
    {
        try
        {
            return new FileInfo("/proc/self/ns/net").LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
