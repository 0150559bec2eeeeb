using System.Text;
using Softlan.Roles.Hosting;

namespace Softlan.Roles.Shared;

/// <summary>A terminal that keeps one live line at its bottom: log lines scroll above it. Every thread may write.</summary>
/// <param name="terminal">Where everything goes. Once it has lost something it is gone, and so is the live line.</param>
/// <param name="width">Columns now; the line is cut there, since a wrapped one could not be taken back.</param>
internal sealed class StatusConsole(EnduringWriter terminal, Func<int> width) : TextWriter
{
    /// <summary>ECMA-48: carriage return, then erase to the end of the line.</summary>
    private const string EraseLine = "\r\u001b[K";

    private readonly Lock _lock = new();
    private string _line = "";
    private bool _atLineStart = true;
    private bool _isClosed;

    public override Encoding Encoding => terminal.Encoding;

    /// <summary>Puts itself between <see cref="Console.Error"/> and the terminal. Before the loggers are made: they keep the writer that they
    /// find.</summary>
    /// <param name="logging">JSON lines are for programs, which want no live line among them.</param>
    /// <param name="tryEnableEscapes">Has the terminal understand escape sequences, where it does not by itself; null: its TERM says whether it
    /// does.</param>
    /// <returns>Null where stderr is no terminal that can take a line back, or no line is wanted.</returns>
    public static StatusConsole? InstallOrNull(LoggingOptions logging, Func<bool>? tryEnableEscapes = null)
    {
        tryEnableEscapes ??= static () => Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        if (logging.Format != LogFormat.Text || Console.IsErrorRedirected || !tryEnableEscapes())
        {
            return null;
        }

        StatusConsole console = new(StandardStreams.Error, WidthOfConsole);
        Console.SetError(console);
        return console;
    }

    /// <summary>Replaces the live line; an empty one takes it away. May block as long as the terminal does.</summary>
    public void Show(string line)
    {
        lock (_lock)
        {
            if (_isClosed || terminal.HasFailed)
            {
                _line = "";
                return;
            }

            int columns = Math.Max(0, width() - 1);
            line = line.Length > columns ? line[..columns] : line;
            if (line != _line && _atLineStart)
            {
                terminal.Write(EraseLine + line);
                terminal.Flush();
            }

            _line = line;
        }
    }

    /// <summary>Takes the live line away for good.</summary>
    public void CloseLine()
    {
        lock (_lock)
        {
            Show("");
            _isClosed = true;
        }
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        lock (_lock)
        {
            if (_atLineStart && _line.Length > 0)
            {
                terminal.Write(EraseLine);
            }

            _atLineStart = value.EndsWith('\n');
            terminal.Write(_atLineStart && _line.Length > 0 ? value + _line : value);
            terminal.Flush();
        }
    }

    public override void Flush()
    {
        lock (_lock)
        {
            terminal.Flush();
        }
    }

    private static int WidthOfConsole()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (IOException)
        {
            return 0; // The first question writes to the terminal, which may be gone by then.
        }
    }
}
