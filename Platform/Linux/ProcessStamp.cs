using System.Globalization;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>Names one run of one process for good: a process number alone is given to others later.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartTime">When it started, in clock ticks since the boot (proc(5), /proc/pid/stat, field 22).</param>
/// <param name="Boot">The boot during which it ran (/proc/sys/kernel/random/boot_id).</param>
/// <param name="NetworkNamespace">Whose routes and interfaces it saw, as /proc/self/ns/net names it.</param>
[SupportedOSPlatform("linux")]
internal sealed record ProcessStamp(int Pid, long StartTime, string Boot, string NetworkNamespace)
{
    // Fields of /proc/pid/stat behind the command name; the name itself may hold spaces and parentheses.
    private const int StartTimeField = 22 - 3;

    public static ProcessStamp OfThisProcess() =>
        new(Environment.ProcessId, ReadStartTime(Environment.ProcessId) ?? 0, ReadBoot(), ReadNetworkNamespace());

    /// <summary>Whether that very process still runs.</summary>
    public bool IsAlive() => Boot == ReadBoot() && ReadStartTime(Pid) == StartTime;

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
