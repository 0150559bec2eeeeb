using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Windows;
using Softlan.Roles.Hosting;
using Softlan.Roles.Shared;

namespace Softlan.Roles.Client.Windows;

/// <summary>A client on Windows: role, host and engine on one shared lane.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsClient
{
    /// <param name="createEngine">Makes the QUIC engine on the lane that it is given.</param>
    /// <returns>The exit code; a failure is thrown.</returns>
    public static int Run(ClientOptions options, LoggingOptions logging, Func<IEnterableLane, ILoggerFactory, IQuicEngine> createEngine)
    {
        StatusConsole? console = StatusConsole.InstallOrNull(logging, WindowsConsole.TryEnableEscapes);
        return SharedLaneHost.Run(logging, new PreciseClock(), createEngine, (lane, loggers, engine) =>
        {
            StateTroubleLogger logger = new(loggers.CreateLogger("softlan.client"), options.StateDirectory, options.IdentityPath);
            WindowsClientHost host = new(lane, options, new WindowsMachine(), logger);
            IdentityFile identity = new(options.IdentityPath, SecureRandom.Fill, logger);
            return new ClientRole(lane, engine, options, host, host.Changes, identity, logger, console);
        });
    }
}
