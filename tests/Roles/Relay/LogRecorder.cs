using Microsoft.Extensions.Logging;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Keeps what is logged as "Level: message".</summary>
internal sealed class LogRecorder(LogLevel level = LogLevel.Information) : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= level;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add($"{logLevel}: {formatter(state, exception)}");
}
