using System.Globalization;

namespace Softlan.Bench;

/// <summary>Processor time as the scheduler counts it, in nanoseconds (/proc/PID/task/TID/schedstat;
/// Documentation/scheduler/sched-stats.rst).</summary>
internal static class Cpu
{
    public static TimeSpan OfThisThread() => Read("/proc/thread-self/schedstat");

    public static TimeSpan OfProcess(int pid)
    {
        TimeSpan sum = TimeSpan.Zero;
        foreach (string thread in Directory.EnumerateDirectories($"/proc/{pid}/task"))
        {
            sum += Read(Path.Combine(thread, "schedstat"));
        }

        return sum;
    }

    /// <summary>Resident memory in bytes.</summary>
    public static long MemoryOf(int pid)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    private static TimeSpan Read(string path)
    {
        try
        {
            return TimeSpan.FromTicks(long.Parse(File.ReadAllText(path).Split(' ')[0], CultureInfo.InvariantCulture) / TimeSpan.NanosecondsPerTick);
        }
        catch (IOException)
        {
            return TimeSpan.Zero; // That thread has ended.
        }
    }
}
