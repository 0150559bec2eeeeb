using System.ComponentModel;
using System.Diagnostics;

namespace Softlan.Roles.Shared;

/// <summary>Runs a program of the system's to its end, which comes within a limit.</summary>
internal static class ProgramRun
{
    /// <summary>False, and a sentence about it, when it cannot be started, fails, or still runs or writes after <paramref name="limit"/>; then it is
    /// killed.</summary>
    /// <param name="limit">For the program and whatever it starts.</param>
    /// <param name="output">What it wrote to stdout, or the sentence.</param>
    /// <param name="command">The program and its arguments.</param>
    public static bool TryRun(TimeSpan limit, out string output, params string[] command)
    {
        string name = $"'{string.Join(' ', command)}'";
        ProcessStartInfo info = new(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(info)!;
            process.StandardInput.Close();
            Task<string> written = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();

            // Its ends of the pipes as well: what it started can outlive it and hold them.
            if (!Task.WhenAll(written, errors, process.WaitForExitAsync()).Wait(limit))
            {
                process.Kill(entireProcessTree: true);
                output = $"{name} did not end within {limit.TotalSeconds:0} s";
                return false;
            }

            bool succeeded = process.ExitCode == 0;
            output = succeeded
                ? written.Result
                : $"{name} failed: {OneLine(errors.Result) ?? OneLine(written.Result) ?? $"exit code {process.ExitCode}"}";
            return succeeded;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            output = $"{name} cannot be run: {e.Message}";
            return false;
        }
    }

    private static string? OneLine(string text)
    {
        string joined = string.Join("; ", text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return joined.Length == 0 ? null : joined;
    }
}
