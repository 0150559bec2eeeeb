using System.Diagnostics;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>A child process that does not outlive softlan, however softlan ends.</summary>
/// <remarks>
/// A shell stands between: it waits for its standard input, whose other end only softlan holds. When that closes, be it because softlan was killed,
/// the child is terminated by its own process id. PR_SET_PDEATHSIG would not do: it fires when the thread that started the child ends, and threads of
/// the pool come and go.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class WatchedProcess : IDisposable
{
    /// <summary>How long a child may take to end when asked; then it is killed.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    // A name of a signal that arrives on standard input is sent to the child. Ctrl-C on a terminal, and its closing, reach the whole process group:
    // softlan alone decides what they mean.
    internal const string Watcher = """
        trap '' INT HUP
        exec 3<&0 </dev/null
        "$@" 3<&- &
        child=$!
        {
          while read -r signal; do kill -s "$signal" "$child"; done <&3
          kill -s TERM "$child"
        } 2>/dev/null >&2 &
        watcher=$!
        exec 3<&-
        wait "$child" 2>/dev/null
        status=$?
        kill -s KILL "$watcher" 2>/dev/null
        exit "$status"
        """;

    private readonly Process _shell;
    private readonly Lock _lock = new();
    private string _lastLine = "";
    private bool _isStopping;

    private WatchedProcess(Process shell) => _shell = shell;

    /// <summary>Starts a program. Throws <see cref="System.ComponentModel.Win32Exception"/> when there is no shell.</summary>
    /// <param name="command">The program's path and its arguments.</param>
    /// <param name="onLine">Called on some thread with each line that the program writes.</param>
    /// <param name="onExited">Called on some thread, once, when it ended without being stopped: with its status and the last line it wrote.</param>
    public static WatchedProcess Start(IReadOnlyList<string> command, Action<string> onLine, Action<int, string> onExited)
    {
        ProcessStartInfo info = new("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (IEnumerable<string>)["-c", Watcher, "softlan-watch", .. command])
        {
            info.ArgumentList.Add(argument);
        }

        WatchedProcess process = new(new Process { StartInfo = info });
        Process shell = process._shell;
        shell.OutputDataReceived += (_, line) => process.OnLine(line.Data, onLine);
        shell.ErrorDataReceived += (_, line) => process.OnLine(line.Data, onLine);
        shell.Exited += (_, _) => process.OnExited(onExited);
        shell.Start();
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();

        // Not before its output is read: of a program that ends at once, the end would be told and the last words lost.
        shell.EnableRaisingEvents = true;
        return process;
    }

    /// <summary>Sends a signal to the program, by its name without SIG.</summary>
    public void Signal(string name)
    {
        try
        {
            _shell.StandardInput.WriteLine(name);
            _shell.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has ended; OnExited tells.
        }
    }

    /// <summary>Ends the program, and kills it where it has not ended after a while. Nothing is reported any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isStopping)
            {
                return;
            }

            _isStopping = true;
        }

        try
        {
            _shell.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        if (!_shell.WaitForExit(StopPatience))
        {
            _shell.Kill(entireProcessTree: true);
        }

        _shell.Dispose();
    }

    /// <summary>The end of the process and the end of its output are told by different threads, in any order.</summary>
    private void WaitForLastWords()
    {
        using CancellationTokenSource patience = new(StopPatience);
        try
        {
            _shell.WaitForExitAsync(patience.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException)
        {
            // Something that it left behind holds its output open, or Dispose was quicker.
        }
    }

    private void OnLine(string? line, Action<string> onLine)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lock (_lock)
        {
            if (_isStopping)
            {
                return;
            }

            _lastLine = line.Trim();
        }

        onLine(line.Trim());
    }

    private void OnExited(Action<int, string> onExited)
    {
        int status;
        WaitForLastWords();
        lock (_lock)
        {
            if (_isStopping)
            {
                return;
            }

            status = _shell.ExitCode;
        }

        onExited(status, _lastLine);
    }
}
