using Microsoft.Extensions.Logging;

namespace Softlan.Roles.Hosting;

/// <summary>What is logged, and how it looks.</summary>
internal sealed record LoggingOptions(LogLevel Level = LogLevel.Information, LogFormat Format = LogFormat.Text);
