using System.Globalization;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>The processes of this machine, as /proc tells of them.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxProcesses
{
    // Fields of /proc/pid/stat behind the command name; the name itself may hold spaces and parentheses.
    private const int StartTimeField = 22 - 3;
    private const int TerminalField = 7 - 3;

    /// <summary>Start time in clock ticks since the boot (proc(5), /proc/pid/stat, field 22), /proc/sys/kernel/random/boot_id, and the namespace as
    /// /proc/self/ns/net names it.</summary>
    public static ProcessStamp OfThisProcess() =>
        new(Environment.ProcessId, ReadStartTime(Environment.ProcessId) ?? 0, ReadBoot(), ReadNetworkNamespace());

    /// <summary>Whether that very process still runs. One that was killed and waits for its parent to hear of it does not.</summary>
    public static bool IsAlive(ProcessStamp stamp) =>
        stamp.Boot == ReadBoot() && ReadStat(stamp.Pid) is { } stat && !IsDead(stat) && ParseStartTime(stat) == stamp.StartTime;

    /// <summary>Whether this process has a controlling terminal. When one closes, the kernel takes it from its whole session before anybody hears
    /// SIGHUP.</summary>
    public static bool HasTerminal() => ReadField(Environment.ProcessId, TerminalField) is not (null or 0);

    /// <summary>The start time in a line of /proc/pid/stat; null when it is no such line.</summary>
    internal static long? ParseStartTime(string stat) => ParseField(stat, StartTimeField);

    /// <summary>Whether a line of /proc/pid/stat is that of a process that has ended: a zombie or dead (proc(5), field 3).</summary>
    internal static bool IsDead(string stat) => stat.AsSpan(stat.LastIndexOf(')') + 1).TrimStart() is ['Z' or 'X' or 'x', ..];

    private static long? ParseField(string stat, int field)
    {
        int nameEnd = stat.LastIndexOf(')');
        if (nameEnd < 0)
        {
            return null;
        }

        string[] fields = stat[(nameEnd + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > field && long.TryParse(fields[field], NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;
    }

    private static long? ReadStartTime(int pid) => ReadField(pid, StartTimeField);

    private static long? ReadField(int pid, int field) => ReadStat(pid) is { } stat ? ParseField(stat, field) : null;

    private static string? ReadStat(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
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
