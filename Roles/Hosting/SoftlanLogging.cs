using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Softlan.Roles.Hosting;

/// <summary>Makes loggers that write single lines to stderr, so that stdout stays free for output.</summary>
internal static class SoftlanLogging
{
    /// <summary>Lines that may wait for stderr. Beyond it lines are lost and the loss is told: a terminal that is stopped with Ctrl-S must not stop
    /// the frames.</summary>
    private const int MaxQueuedLines = 4096;

    public static ILoggerFactory Create(LoggingOptions options) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(options.Level);
        if (options.Format == LogFormat.Json)
        {
            UseJson(logging);
        }
        else
        {
            logging.AddConsole(console => console.FormatterName = TextLogFormatter.FormatterName);
            logging.Services.AddSingleton<ConsoleFormatter>(new TextLogFormatter(MayUseColor()));
        }

        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.MaxQueueLength = MaxQueuedLines;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
    });

    /// <summary>Lines for collectors.</summary>
    public static void UseJson(ILoggingBuilder logging) => logging.AddJsonConsole(json =>
    {
        json.UseUtcTimestamp = true;
        json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    });

    // NO_COLOR: https://no-color.org
    private static bool MayUseColor() =>
        !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
}
