using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Roles.CommandLine;

namespace Softlan.Roles.Relay;

/// <summary>A relay on Linux.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxRelay
{
    /// <param name="createEngine">Makes the QUIC engine on the loop that it is given.</param>
    /// <returns>The exit code; a failure is thrown.</returns>
    public static int Run(RelayOptions options, LoggingOptions logging, Func<EventLoop, ILoggerFactory, IQuicEngine> createEngine) =>
        LinuxHost.Run(logging, (loop, loggers) => new RelayRole(options, loop, createEngine(loop, loggers), Console.Out, loggers.CreateLogger("softlan.relay")));
}
