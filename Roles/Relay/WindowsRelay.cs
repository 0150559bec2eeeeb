using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Windows;
using Softlan.Roles.Hosting;
using Softlan.Roles.Shared;

namespace Softlan.Roles.Relay;

/// <summary>A relay on Windows.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsRelay
{
    /// <param name="createEngine">Makes the QUIC engine on the lane that it is given.</param>
    /// <returns>The exit code; a failure is thrown.</returns>
    public static int Run(RelayOptions options, LoggingOptions logging, Func<IEnterableLane, ILoggerFactory, IQuicEngine> createEngine)
    {
        // A certificate that somebody left there would be shown to players, with a key that somebody has.
        StateFiles.RequireDirectory(options.StateDirectory);
        return SharedLaneHost.Run(
            logging,
            new PreciseClock(),
            createEngine,
            (lane, loggers, engine) => new RelayRole(options, lane, engine, logging.OutputOrNull, loggers.CreateLogger("softlan.relay")));
    }
}
