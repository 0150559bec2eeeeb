using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace Softlan.Roles.CommandLine;

/// <summary>The logging options, which every command takes.</summary>
internal static class LoggingArguments
{
    private static readonly Option<LogLevel> Level = SoftlanOption.WithDefault(
        "--log-level",
        ValueKinds.OneOf(
            "a log level",
            ("trace", LogLevel.Trace),
            ("debug", LogLevel.Debug),
            ("information", LogLevel.Information),
            ("warning", LogLevel.Warning),
            ("error", LogLevel.Error),
            ("none", LogLevel.None)),
        "level",
        "What is logged to stderr: trace (every frame), debug, information, warning, error or none.",
        LogLevel.Information);

    private static readonly Option<LogFormat> Format = SoftlanOption.WithDefault(
        "--log-format",
        ValueKinds.OneOf("a log format", ("text", LogFormat.Text), ("json", LogFormat.Json)),
        "format",
        "How log lines look: text for people, or json with one object a line.",
        LogFormat.Text);

    /// <summary>Adds the options to the root, for it and every command below.</summary>
    public static void AddTo(RootCommand root)
    {
        Level.Recursive = true;
        Format.Recursive = true;
        root.Add(Level);
        root.Add(Format);
    }

    public static LoggingOptions Read(ParseResult parsed) => new(parsed.GetValue(Level), parsed.GetValue(Format));
}
