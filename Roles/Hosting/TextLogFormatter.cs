using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Softlan.Roles.Hosting;

/// <summary>Writes the log for people: <c>2026-11-29 19:30:00.000 info: softlan.client[341] message</c>.</summary>
/// <remarks>As the simple formatter of .NET does, whose colors set a black background, which is a row of bars on a light terminal.</remarks>
/// <param name="hasColors">The level is colored.</param>
internal sealed class TextLogFormatter(bool hasColors) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "softlan";

    // ECMA-48, SGR: 1 bold, 31 red, 32 green, 33 yellow; 39 and 22 put color and weight back.
    private const string Reset = "\u001b[39m\u001b[22m";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        (string level, string color) = logEntry.LogLevel switch
        {
            LogLevel.Trace => ("trce", ""),
            LogLevel.Debug => ("dbug", ""),
            LogLevel.Information => ("info", "\u001b[32m"),
            LogLevel.Warning => ("warn", "\u001b[1m\u001b[33m"),
            LogLevel.Error => ("fail", "\u001b[1m\u001b[31m"),
            _ => ("crit", "\u001b[1m\u001b[31m"),
        };
        if (hasColors && color.Length > 0)
        {
            level = $"{color}{level}{Reset}";
        }

        string text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.Exception is { } exception)
        {
            text = $"{text} {exception}";
        }

        textWriter.WriteLine($"{DateTimeOffset.Now:yyyy-MM-dd HH:mm:ss.fff} {level}: {logEntry.Category}[{logEntry.EventId.Id}] {OneLine(text)}");
    }

    private static string OneLine(string text) => text.Replace("\r\n", " ", StringComparison.Ordinal).Replace('\n', ' ');
}
