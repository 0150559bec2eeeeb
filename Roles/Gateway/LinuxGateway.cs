using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Roles.Hosting;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>A gateway on Linux: privileges and interface are checked and the port is open before anything connects.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxGateway
{
    /// <param name="createEngine">Makes the QUIC engine on the loop that it is given.</param>
    /// <returns>The exit code; a failure is thrown.</returns>
    public static int Run(GatewayOptions options, LoggingOptions logging, Func<EventLoop, ILoggerFactory, IQuicEngine> createEngine)
    {
        CaFile.Require(options.Join.CaFile);
        StatusConsole? console = StatusConsole.InstallOrNull(logging);
        NamespaceLock? held = null;
        try
        {
            return LinuxHost.Run(
                logging,
                options.CpuLatency,
                createEngine,
                (loop, engine, loggers) => Create(loop, engine, options, loggers.CreateLogger("softlan.gateway"), console, out held));
        }
        finally
        {
            held?.Dispose();
        }
    }

    private static GatewayRole Create(
        EventLoop loop, IQuicEngine engine, GatewayOptions options, ILogger logger, StatusConsole? console, out NamespaceLock? held)
    {
        held = null;
        GatewayPort port = Open(loop, options);
        try
        {
            held = LinuxGatewayLock.TakeOrNull(options.Join.Room, options.Interface, logger);
            ResumeFile resume = ResumeFile.OfGateway(
                options.StateDirectory, options.Relay, options.Join.Room, options.Interface, logger);
            return new GatewayRole(loop, engine, port, options, resume, logger, console, uplink: new LinuxUplink(loop));
        }
        catch
        {
            port.Port.Dispose();
            throw;
        }
    }

    private static GatewayPort Open(EventLoop loop, GatewayOptions options)
    {
        using NetlinkSocket netlink = NetlinkSocket.Open();
        InterfaceCheck check = new(netlink);
        LinkEntry link = options.IsBridge ? check.RequireBridge(options.Interface) : check.RequireInterface(options.Interface);
        int mtu = Math.Min(link.Mtu, FrameLimits.MaxMtu);
        if (options.IsBridge)
        {
            Privileges.Current.Require($"Cannot join bridge '{link.Name}'", netAdmin: true, netRaw: false);
            return new GatewayPort(BridgePort.Open(loop, link, options.Moderation), mtu, AddressesOf(link, netlink));
        }

        Privileges.Current.Require($"Cannot bridge interface '{link.Name}'", netAdmin: false, netRaw: true);
        PacketSocketOptions socket = new() { Interface = link, Moderation = options.Moderation };
        return new GatewayPort(PacketSocket.Open(loop, socket), mtu, []);
    }

    /// <summary>The MACs of a bridge and of its ports.</summary>
    private static HashSet<MacAddress> AddressesOf(LinkEntry bridge, NetlinkSocket netlink) =>
    [
        .. NetlinkLinks.List(netlink)
            .Where(link => link.Index == bridge.Index || link.MasterIndex == bridge.Index)
            .Select(link => link.Address),
    ];
}
