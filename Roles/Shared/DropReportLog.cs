using Microsoft.Extensions.Logging;

namespace Softlan.Roles.Shared;

/// <summary>What every role says about its drops.</summary>
internal static partial class DropReportLog
{
    [LoggerMessage(130, LogLevel.Warning, "Dropped in the last minute: {Drops}")]
    public static partial void Dropped(ILogger logger, string drops);
}
