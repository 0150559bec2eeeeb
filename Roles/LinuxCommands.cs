using System.CommandLine;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Roles.Client;
using Softlan.Roles.Client.Linux;
using Softlan.Roles.Client.Linux.Dhcp;
using Softlan.Roles.Demo;
using Softlan.Roles.Demo.Probes;
using Softlan.Roles.Gateway;
using Softlan.Roles.Relay;

namespace Softlan.Roles;

/// <summary>What softlan can do on Linux: each command with the code that runs it.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxCommands
{
    public static Command[] Create() =>
    [
        RelayCommand.Create((options, logging) => LinuxRelay.Run(options, logging, EngineOf(options.Quic))),
        GatewayCommand.Create((options, logging) => LinuxGateway.Run(options, logging, EngineOf(options.Join.Quic))),
        ClientCommand.Create(
            ClientSystem.Linux,
            (options, logging) => LinuxClient.Run(options, logging, EngineOf(options.Join.Quic)),
            LinuxClientHost.ListTaps),
        DemoCommand.Create(),
        DhcpScriptCommand.Create(),
        ProbeCommand.Create(),
    ];

    private static Func<EventLoop, ILoggerFactory, IQuicEngine> EngineOf(QuicSettings settings) =>
        (loop, loggers) => QuicEngines.Create(settings, loop, loggers.CreateLogger("softlan.quic"));
}
