using System.Collections;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Roles.CommandLine;

namespace Softlan.Roles.Demo;

/// <summary>A program in one host's namespace, with what it said.</summary>
[SupportedOSPlatform("linux")]
internal sealed class DemoProcess : IDisposable
{
    /// <summary>Lines that are kept for questions; the log file has all of them.</summary>
    private const int MaxLines = 1000;

    private readonly object _lock = new();
    private readonly List<string> _lines = [];
    private readonly StreamWriter _log;
    private WatchedProcess? _process;
    private int? _status;

    private DemoProcess(string name, string logFile)
    {
        Name = name;
        _log = new StreamWriter(logFile) { AutoFlush = true };
    }

    /// <summary>How this very program is started.</summary>
    public static string[] Self { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [Environment.ProcessPath!, Path.GetFullPath(Environment.GetCommandLineArgs()[0])]
        : [Environment.ProcessPath!];

    public string Name { get; }

    /// <summary>The last lines that it said.</summary>
    public IReadOnlyList<string> LastLines(int count)
    {
        lock (_lock)
        {
            return [.. _lines.TakeLast(count)];
        }
    }

    /// <summary>The last thing that it said, as the reason of a failure.</summary>
    public string LastLine
    {
        get
        {
            lock (_lock)
            {
                return _lines.Count > 0 ? _lines[^1] : "it said nothing";
            }
        }
    }

    /// <summary>Starts a program in the namespace of <paramref name="host"/>. Its home is the host's own directory, and SOFTLAN_ variables of this
    /// shell do not reach it.</summary>
    public static DemoProcess Start(DemoRunDirectory directory, DemoHost host, string name, IEnumerable<string> command)
    {
        DemoProcess process = new(name, Path.Combine(directory.FullName, name + ".log"));
        string home = directory.For(host);
        process._process = WatchedProcess.Start(
            [
                SystemTools.Find("ip")!, "netns", "exec", directory.Namespace(host),
                "env", "-i", $"HOME={home}", $"XDG_STATE_HOME={home}", $"XDG_CONFIG_HOME={home}", .. PassedOn(), .. command,
            ],
            process.OnLine,
            process.OnExited);
        return process;
    }

    /// <summary>Runs this very program in the namespace of <paramref name="host"/>.</summary>
    public static DemoProcess StartSoftlan(DemoRunDirectory directory, DemoHost host, string name, params string[] arguments) =>
        Start(directory, host, name, [.. Self, .. arguments]);

    /// <summary>Whether it has said a line with this in it.</summary>
    public bool HasSaid(string part)
    {
        lock (_lock)
        {
            return _lines.Exists(line => line.Contains(part, StringComparison.Ordinal));
        }
    }

    /// <summary>Waits for a line that it has said or is going to say. Throws <see cref="DemoFailure"/> when it ends without, or takes too
    /// long.</summary>
    public string WaitForLine(string part, TimeSpan limit, CancellationToken stop)
    {
        string? Found() => _lines.Find(line => line.Contains(part, StringComparison.Ordinal));
        Wait(() => Found() is not null || _status is not null, limit, stop);
        lock (_lock)
        {
            return Found() ?? throw new DemoFailure(
                $"{Name} {(_status is { } status ? $"ended with {status}" : $"did not say '{part}' within {limit.TotalSeconds:0} s")}: {LastLine}");
        }
    }

    /// <summary>Asks it to end, as Ctrl-C would, and waits. Throws <see cref="DemoFailure"/> unless it ends with 0.</summary>
    public void Stop(TimeSpan limit, CancellationToken stop)
    {
        _process!.Signal("TERM");
        if (WaitForExit(limit, stop) is var status && status != 0)
        {
            throw new DemoFailure($"{Name} {(status is null ? $"did not end within {limit.TotalSeconds:0} s" : $"ended with {status}")}: {LastLine}");
        }
    }

    /// <returns>Its exit code, or null where it still runs.</returns>
    public int? WaitForExit(TimeSpan limit, CancellationToken stop)
    {
        Wait(() => _status is not null, limit, stop);
        lock (_lock)
        {
            return _status;
        }
    }

    public void Dispose()
    {
        _process?.Dispose();
        lock (_lock)
        {
            _log.Dispose();
        }
    }

    // What a program needs to run at all; DOTNET_ for builds that are not native; and which QUIC library the party is to run on.
    private static IEnumerable<string> PassedOn() =>
        from DictionaryEntry variable in Environment.GetEnvironmentVariables()
        let name = (string)variable.Key
        where name is "PATH" or "LANG" or "LD_LIBRARY_PATH" or QuicArguments.QuicVariable || name.StartsWith("DOTNET_", StringComparison.Ordinal)
        select $"{name}={variable.Value}";

    private void Wait(Func<bool> isReached, TimeSpan limit, CancellationToken stop)
    {
        // A pulse per line wakes it up; the short wait is for the token.
        long deadline = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        lock (_lock)
        {
            while (!isReached() && Environment.TickCount64 < deadline)
            {
                stop.ThrowIfCancellationRequested();
                Monitor.Wait(_lock, 50);
            }
        }
    }

    private void OnLine(string line)
    {
        lock (_lock)
        {
            if (_lines.Count < MaxLines)
            {
                _lines.Add(line);
            }
            else
            {
                _lines[^1] = line;
            }

            if (_log.BaseStream is not null)
            {
                _log.WriteLine(line);
            }

            Monitor.PulseAll(_lock);
        }
    }

    private void OnExited(int status, string lastLine)
    {
        lock (_lock)
        {
            _status = status;
            Monitor.PulseAll(_lock);
        }
    }
}
