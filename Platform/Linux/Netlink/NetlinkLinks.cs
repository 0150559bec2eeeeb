using System.Runtime.Versioning;
using Softlan.Wire;
using static Softlan.Platform.Linux.Netlink.NativeNetlink;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>Network interfaces: find, list, change.</summary>
[SupportedOSPlatform("linux")]
internal static class NetlinkLinks
{
    /// <summary>The interface of that name, or null.</summary>
    /// <exception cref="SoftlanException">The kernel did not answer.</exception>
    public static LinkEntry? Find(NetlinkSocket socket, string name)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_GETLINK, NLM_F_ACK);
        request.Header(new LinkMessage());
        request.Attribute(IFLA_IFNAME, name);
        request.Attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        return Find(socket, request, name);
    }

    /// <inheritdoc cref="Find(NetlinkSocket, string)"/>
    public static LinkEntry? Find(NetlinkSocket socket, int index)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_GETLINK, NLM_F_ACK);
        request.Header(new LinkMessage { Index = index });
        request.Attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        return Find(socket, request, $"number {index}");
    }

    /// <summary>All interfaces of the namespace, in the kernel's order.</summary>
    /// <exception cref="SoftlanException">The kernel did not answer.</exception>
    public static IReadOnlyList<LinkEntry> List(NetlinkSocket socket)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_GETLINK, NLM_F_DUMP);
        request.Header(new LinkMessage());
        request.Attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        List<LinkEntry> links = [];
        socket.List(request, links.Clear, message =>
        {
            if (TryParse(message, out LinkEntry? link))
            {
                links.Add(link);
            }
        }).ThrowIfFailed("Cannot list the network interfaces");
        return links;
    }

    public static NetlinkResult SetUp(NetlinkSocket socket, int index, bool up)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_NEWLINK, NLM_F_ACK);
        request.Header(new LinkMessage { Index = index, Flags = up ? IFF_UP : 0, Change = IFF_UP });
        return socket.Change(request);
    }

    /// <param name="mtu">Largest IP packet, in bytes.</param>
    public static NetlinkResult SetMtu(NetlinkSocket socket, int index, int mtu)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_NEWLINK, NLM_F_ACK);
        request.Header(new LinkMessage { Index = index });
        request.Attribute(IFLA_MTU, (uint)mtu);
        return socket.Change(request);
    }

    public static NetlinkResult SetAddress(NetlinkSocket socket, int index, MacAddress address)
    {
        Span<byte> bytes = stackalloc byte[MacAddress.Length];
        address.Write(bytes);
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_NEWLINK, NLM_F_ACK);
        request.Header(new LinkMessage { Index = index });
        request.Attribute(IFLA_ADDRESS, bytes);
        return socket.Change(request);
    }

    /// <summary>Makes the interface a port of <paramref name="masterIndex"/>; 0 takes it out.</summary>
    public static NetlinkResult SetMaster(NetlinkSocket socket, int index, int masterIndex)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_SETLINK, NLM_F_ACK);
        request.Header(new LinkMessage { Index = index });
        request.Attribute(IFLA_MASTER, masterIndex);
        return socket.Change(request);
    }

    /// <summary>Reads one RTM_NEWLINK; false when the bytes are not one.</summary>
    public static bool TryParse(NetlinkMessage message, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out LinkEntry? link)
    {
        link = null;
        if (message.Type != RTM_NEWLINK || !message.TryRead(out LinkMessage header, out NetlinkAttributes attributes))
        {
            return false;
        }

        LinkEntry found = new()
        {
            Index = header.Index,
            Name = "",
            HardwareType = header.HardwareType,
            Flags = header.Flags,
            HasCarrier = (header.Flags & IFF_LOWER_UP) != 0,
        };
        while (attributes.TryRead(out ushort type, out ReadOnlySpan<byte> value))
        {
            found = type switch
            {
                IFLA_IFNAME => found with { Name = NetlinkAttributes.ReadText(value) },
                IFLA_ADDRESS when value.Length == MacAddress.Length => found with { Address = MacAddress.Read(value) },
                IFLA_MTU => found with { Mtu = (int)NetlinkAttributes.ReadUInt32(value) },
                IFLA_MASTER => found with { MasterIndex = (int)NetlinkAttributes.ReadUInt32(value) },
                IFLA_CARRIER when value.Length >= 1 => found with { HasCarrier = value[0] != 0 },
                IFLA_LINKINFO => WithKinds(found, value),
                _ => found,
            };
        }

        link = found;
        return found.Name.Length > 0;
    }

    private static LinkEntry WithKinds(LinkEntry link, ReadOnlySpan<byte> linkInfo)
    {
        NetlinkAttributes attributes = new(linkInfo);
        while (attributes.TryRead(out ushort type, out ReadOnlySpan<byte> value))
        {
            link = type switch
            {
                IFLA_INFO_KIND => link with { Kind = NetlinkAttributes.ReadText(value) },
                IFLA_INFO_DATA when link.Kind is "macvlan" or "macvtap" => link with { MacvlanMode = ReadMacvlanMode(value) },
                IFLA_INFO_SLAVE_KIND => link with { PortKind = NetlinkAttributes.ReadText(value) },
                _ => link,
            };
        }

        return link;
    }

    private static uint ReadMacvlanMode(ReadOnlySpan<byte> data)
    {
        NetlinkAttributes attributes = new(data);
        while (attributes.TryRead(out ushort type, out ReadOnlySpan<byte> value))
        {
            if (type == IFLA_MACVLAN_MODE)
            {
                return NetlinkAttributes.ReadUInt32(value);
            }
        }

        return 0;
    }

    private static LinkEntry? Find(NetlinkSocket socket, NetlinkWriter request, string what)
    {
        LinkEntry? found = null;
        NetlinkResult result = socket.Ask(request, message =>
        {
            if (TryParse(message, out LinkEntry? link))
            {
                found = link;
            }
        });
        if (!result.Succeeded && !result.NotFound)
        {
            throw result.ToException($"Cannot look up interface {what}");
        }

        return result.Succeeded ? found : null;
    }
}
