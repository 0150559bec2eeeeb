using Microsoft.Extensions.Logging;

namespace Softlan.Roles.Hosting;

/// <summary>What is logged, and how it looks.</summary>
internal sealed record LoggingOptions(LogLevel Level = LogLevel.Information, LogFormat Format = LogFormat.Text)
{
    /// <summary>Where lines for people go; null where somebody collects the log as objects: what is to be said is an event of it then.</summary>
    public TextWriter? OutputOrNull => Format == LogFormat.Text ? Console.Out : null;
}
