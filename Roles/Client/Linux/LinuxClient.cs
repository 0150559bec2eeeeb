using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Roles.Hosting;
using Softlan.Roles.Shared;

namespace Softlan.Roles.Client.Linux;

/// <summary>A client on Linux: role, host and engine on one loop.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxClient
{
    /// <param name="createEngine">Makes the QUIC engine on the loop that it is given.</param>
    /// <returns>The exit code; a failure is thrown.</returns>
    public static int Run(ClientOptions options, LoggingOptions logging, Func<EventLoop, ILoggerFactory, IQuicEngine> createEngine)
    {
        StatusConsole? console = StatusConsole.InstallOrNull(logging);
        return LinuxHost.Run(logging, options.CpuLatency, createEngine, (loop, engine, loggers) =>
        {
            StateTroubleLogger logger = new(loggers.CreateLogger("softlan.client"), options.StateDirectory, options.IdentityPath);
            LinuxClientHost host = LinuxClientHost.Create(loop, options, logger);
            IdentityFile identity = new(options.IdentityPath, SecureRandom.Fill, logger);
            return new ClientRole(loop, engine, options, host, host.Changes, identity, logger, console);
        });
    }
}
