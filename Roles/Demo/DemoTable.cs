using System.Diagnostics;
using System.Globalization;

namespace Softlan.Roles.Demo;

/// <summary>The table that the demo prints, a row at a time as it learns what works.</summary>
internal sealed class DemoTable(TextWriter output, CancellationToken stop)
{
    /// <summary>Where the second column ends; a longer text pushes the rest aside.</summary>
    private const int WhatWidth = 62;

    public bool HasFailures { get; private set; }

    /// <summary>Does one step and prints its row: what, how long it took, and what came out of it or why it failed.</summary>
    /// <returns>Whether it worked.</returns>
    public bool Step(string what, Func<string?> work)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            string? outcome = work();
            Row("ok", what, Milliseconds(Stopwatch.GetElapsedTime(start)), outcome);
            return true;
        }
        catch (DemoFailure failure)
        {
            // Ctrl-C ends a measurement's processes as well; that is no news about softlan.
            stop.ThrowIfCancellationRequested();
            HasFailures = true;
            Row("FAILED", what, Milliseconds(Stopwatch.GetElapsedTime(start)), failure.Message);
            return false;
        }
    }

    /// <summary>A step that was not possible here, which is no failure of softlan's.</summary>
    public void Skip(string what, string why) => Row("skipped", what, "", why);

    /// <summary>A step that makes no sense any more because one before it failed.</summary>
    public void NotTried(string what)
    {
        HasFailures = true;
        Row("-", what, "", "not tried, since a step before it failed");
    }

    /// <summary>As people read it: 0.34 ms, 12 ms, 1.2 s.</summary>
    public static string Duration(TimeSpan time) => time.TotalMilliseconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.00} ms"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
    };

    /// <summary>As people read it: 940 Mbit/s, 2.15 Gbit/s.</summary>
    public static string Rate(double bitsPerSecond) => bitsPerSecond < 1e9
        ? string.Create(CultureInfo.InvariantCulture, $"{bitsPerSecond / 1e6:0} Mbit/s")
        : string.Create(CultureInfo.InvariantCulture, $"{bitsPerSecond / 1e9:0.00} Gbit/s");

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");

    private void Row(string state, string what, string time, string? outcome)
    {
        output.WriteLine($"  {state,-8} {what,-WhatWidth} {time,8}{(outcome is null ? "" : "  " + outcome)}");
        output.Flush();
    }
}
