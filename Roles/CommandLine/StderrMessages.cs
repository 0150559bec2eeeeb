using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Softlan.Roles.Hosting;

namespace Softlan.Roles.CommandLine;

/// <summary>What softlan says on stderr beside its log, which may not have begun or has ended: warnings, mistakes and the reason of the end. In the
/// format of the log, since whatever reads that reads these as well; whatever the log's level, since nothing else tells them.</summary>
/// <param name="error">Where the lines go.</param>
/// <param name="format">Theirs.</param>
internal sealed class StderrMessages(TextWriter error, LogFormat format)
{
    /// <summary>In JSON, where a log line has the role that speaks.</summary>
    private const string Category = "softlan";

    /// <summary>Ids for collectors, below those of the roles.</summary>
    private static readonly EventId WarningId = new(2), ErrorId = new(3);

    /// <summary>In the format that the command line asks for; as text where that cannot be told.</summary>
    public static StderrMessages Of(ParseResult parsed, TextWriter error) => new(error, LoggingArguments.FormatOrText(parsed));

    /// <summary>softlan goes on all the same.</summary>
    public void Warn(string message) => Write(LogLevel.Warning, WarningId, message);

    /// <summary>softlan ends for it.</summary>
    public void Fail(string message) => Write(LogLevel.Error, ErrorId, message);

    private void Write(LogLevel level, EventId id, string message) =>
        error.WriteLine(format == LogFormat.Json ? Json(level, id, message) : $"softlan: {message}");

    /// <summary>By the formatter of the log, so that both look alike.</summary>
    private static string Json(LogLevel level, EventId id, string message)
    {
        using ServiceProvider services = new ServiceCollection().AddLogging(SoftlanLogging.UseJson).BuildServiceProvider();
        ConsoleFormatter formatter = services.GetServices<ConsoleFormatter>().First(known => known.Name == ConsoleFormatterNames.Json);
        using StringWriter line = new();
        formatter.Write(
            new LogEntry<string>(level, Category, id, message, exception: null, static (text, _) => text), scopeProvider: null, line);
        return line.ToString().TrimEnd();
    }
}
