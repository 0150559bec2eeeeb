using System.CommandLine;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Roles.Client;
using Softlan.Roles.Client.Dhcp;
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
        RelayCommand.Create((options, logging) => LinuxRelay.Run(options, logging, CreateEngine)),
        GatewayCommand.Create((options, logging) => LinuxGateway.Run(options, logging, CreateEngine)),
        ClientCommand.Create(ClientSystem.Linux, (options, logging) => LinuxClient.Run(options, logging, CreateEngine), LinuxClientHost.ListTaps),
        DemoCommand.Create(),
        DhcpScriptCommand.Create(),
        ProbeCommand.Create(),
    ];

    private static IQuicEngine CreateEngine(EventLoop loop, ILoggerFactory loggers) => QuicEngines.Create(loop, loggers.CreateLogger("softlan.quic"));
}
