using System.CommandLine;
using Microsoft.Extensions.Logging;
using Softlan.Roles.Hosting;

namespace Softlan.Roles.CommandLine;

/// <summary>The logging options, which every command takes.</summary>
internal static class LoggingArguments
{
    private static readonly Option<Choice<LogLevel>> Level = SoftlanOption.OneOf(
        "--log-level",
        "a log level",
        "level",
        "What is logged to stderr, from this level on: trace (every frame), debug, information, warning, error or none.",
        LogLevel.Information,
        [("info", "information"), ("warn", "warning")],
        ("trace", LogLevel.Trace),
        ("debug", LogLevel.Debug),
        ("information", LogLevel.Information),
        ("warning", LogLevel.Warning),
        ("error", LogLevel.Error),
        ("none", LogLevel.None));

    private static readonly Option<Choice<LogFormat>> Format = SoftlanOption.OneOf(
        "--log-format",
        "a log format",
        "format",
        "The format of log lines: text for people, or json with one object per line.",
        LogFormat.Text,
        ("text", LogFormat.Text),
        ("json", LogFormat.Json));

    /// <summary>Adds the options to the root, for it and every command below.</summary>
    public static void AddTo(RootCommand root)
    {
        Level.Recursive = true;
        Format.Recursive = true;
        root.Add(Level);
        root.Add(Format);
    }

    /// <summary>The format, also of a command line that has mistakes; text where the mistake is the format's.</summary>
    public static LogFormat FormatOrText(ParseResult parsed)
    {
        try
        {
            return parsed.GetValue(Format).Value;
        }
        catch (InvalidOperationException)
        {
            return LogFormat.Text; // See OptionPresence.Has.
        }
    }

    public static LoggingOptions Read(ParseResult parsed) => new(parsed.GetValue(Level).Value, parsed.GetValue(Format).Value);
}
