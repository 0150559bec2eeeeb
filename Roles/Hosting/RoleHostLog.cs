using Microsoft.Extensions.Logging;

namespace Softlan.Roles.Hosting;

/// <summary>What the host of a role says.</summary>
internal static partial class RoleHostLog
{
    [LoggerMessage(1, LogLevel.Warning, "Did not shut down cleanly within {Timeout}; exiting now")]
    public static partial void StopTimedOut(ILogger logger, string timeout);
}
