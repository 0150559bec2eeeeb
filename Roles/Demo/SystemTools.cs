using System.Diagnostics;

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
    public static bool TryRun(out string output, params string[] command)
    {
        ProcessStartInfo info = new(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(info)!;
        process.StandardInput.Close();
        Task<string> written = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeLimit))
        {
            process.Kill(entireProcessTree: true);
            output = $"'{string.Join(' ', command)}' did not end within {TimeLimit.TotalSeconds:0} s";
            return false;
        }

        bool succeeded = process.ExitCode == 0;
        output = succeeded
            ? written.Result
            : $"'{string.Join(' ', command)}' failed: {OneLine(errors.Result) ?? OneLine(written.Result) ?? $"exit code {process.ExitCode}"}";
        return succeeded;
    }

    private static string? OneLine(string text)
    {
        string joined = string.Join("; ", text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return joined.Length == 0 ? null : joined;
    }
}
