using Microsoft.Extensions.Logging;

namespace Softlan.Tests.Roles.Gateway;

/// <summary>Keeps what was said from Information upwards.</summary>
internal sealed class ListLogger : ILogger
{
    public List<(LogLevel Level, string Text)> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Lines.Add((logLevel, formatter(state, exception)));
        }
    }

    public int Count(string part) => Lines.Count(line => line.Text.Contains(part, StringComparison.Ordinal));
}
