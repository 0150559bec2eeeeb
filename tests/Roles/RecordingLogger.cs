using Microsoft.Extensions.Logging;

namespace Softlan.Tests.Roles;

/// <summary>Keeps what is said from a level upwards, as people read it: "Level: message".</summary>
internal sealed class RecordingLogger(LogLevel level = LogLevel.Debug) : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= level;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            lock (Lines)
            {
                Lines.Add($"{logLevel}: {formatter(state, exception)}");
            }
        }
    }

    public int Count(string part) => Lines.Count(line => line.Contains(part, StringComparison.Ordinal));
}
