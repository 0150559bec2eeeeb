using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>A TAP that is a port of a Linux bridge: how a gateway joins a LAN that this host bridges already. The bridge reaches the host's own stack
/// by itself.</summary>
[SupportedOSPlatform("linux")]
internal static class BridgePort
{
    private const string NameTemplate = "slport%d";

    /// <summary>A bridge without an address of its own takes the lowest of its ports', and its host would vanish for everybody who knows the old one.
    /// This beginning is never the lowest: libvirt's ports begin with fe:54:00, and a random one hardly begins like this.</summary>
    private static ReadOnlySpan<byte> HighestPrefix => [0xfe, 0xff, 0xff];

    /// <param name="bridge">From <see cref="InterfaceCheck.RequireBridge"/>.</param>
    /// <param name="moderation">As <see cref="LinuxTapOptions.Moderation"/>.</param>
    /// <exception cref="SoftlanException">It cannot be made or attached; nothing is left behind.</exception>
    public static LinuxTap Open(EventLoop loop, LinkEntry bridge, PortModeration moderation = PortModeration.Auto)
    {
        Span<byte> address = stackalloc byte[MacAddress.Length];
        Random.Shared.NextBytes(address);
        HighestPrefix.CopyTo(address);
        LinuxTap tap = LinuxTap.Open(loop, new LinuxTapOptions
        {
            Name = NameTemplate,
            Address = MacAddress.Read(address),
            Mtu = bridge.Mtu, // A bridge without an MTU of its own takes the smallest of its ports'.
            DisableIPv6 = true,
            Up = false,
            Moderation = moderation,
        });
        try
        {
            using NetlinkSocket netlink = NetlinkSocket.Open();
            if (!bridge.IsBridge)
            {
                throw SoftlanException.Create($"Cannot join bridge '{bridge.Name}'", "it is not a bridge", $"give it with --interface {bridge.Name}");
            }

            NetlinkLinks.SetMaster(netlink, tap.InterfaceIndex, bridge.Index).ThrowIfFailed($"Cannot join bridge '{bridge.Name}'");
            tap.SetUp(true);
            return tap;
        }
        catch
        {
            tap.Dispose();
            throw;
        }
    }
}
