using Softlan.Roles.Shared;

namespace Softlan.Roles.Demo;

/// <summary>Finds and runs the system's own programs.</summary>
internal static class SystemTools
{
    /// <summary>A tool that takes longer hangs, and is killed. The slowest here is removing a namespace, which the kernel does in well under a
    /// second.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(15);

    // Where Debian keeps dnsmasq and the DHCP clients; a plain user's PATH lacks these even under sudo.
    private static readonly string[] SystemDirectories = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    /// <summary>The full path of a program, or null where it is not installed.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(SystemDirectories)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end. Throws <see cref="DemoFailure"/> with what it wrote to stderr when it fails.</summary>
    /// <returns>What it wrote to stdout.</returns>
    public static string Run(params string[] command) => TryRun(out string output, command) ? output : throw new DemoFailure(output);

    /// <summary>Runs a program to its end; false, and a sentence about it, when it fails.</summary>
    public static bool TryRun(out string output, params string[] command) => ProgramRun.TryRun(TimeLimit, out output, command);
}
