using Microsoft.Extensions.Logging;

namespace Softlan.Roles.Hosting;

/// <summary>What the log says about <see cref="WakefulCores"/>.</summary>
internal static partial class WakefulCoresLog
{
    [LoggerMessage(140, LogLevel.Debug, "Frames flow: the processors stay awake")]
    public static partial void Awake(ILogger logger);

    [LoggerMessage(141, LogLevel.Debug, "Few frames for a while: the processors may sleep")]
    public static partial void MaySleep(ILogger logger);

    [LoggerMessage(142, LogLevel.Warning, "{Why}")]
    public static partial void Refused(ILogger logger, string why);
}
