using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Wire;
using static Softlan.Platform.Linux.Netlink.NativeNetlink;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>Routes: which one a destination takes, and adding and deleting softlan's own. IPv4 and IPv6.</summary>
[SupportedOSPlatform("linux")]
internal static class NetlinkRoutes
{
    /// <summary>Of rta_expires in struct rta_cacheinfo, behind rta_clntref and rta_lastuse.</summary>
    private const int ExpiryOffset = 8;

    /// <summary>The next hop, interface and source address that a packet to <paramref name="destination"/> would take now, policy rules included;
    /// null when there is none, or one that drops what it gets.</summary>
    /// <exception cref="SoftlanException">The kernel did not answer.</exception>
    public static RouteEntry? Lookup(NetlinkSocket socket, IPAddress destination)
    {
        bool six = destination.AddressFamily == AddressFamily.InterNetworkV6;
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_GETROUTE, NLM_F_ACK);
        request.Header(new RouteMessage { Family = (byte)(six ? AF_INET6 : AF_INET), DestinationLength = (byte)(six ? 128 : 32) });
        request.Attribute(RTA_DST, destination);
        RouteEntry? found = null;
        NetlinkResult result = socket.Ask(request, message =>
        {
            if (TryParse(message, out RouteEntry? route))
            {
                found = route;
            }
        });
        if (!result.Succeeded && !result.LeadsNowhere && !result.NotFound)
        {
            throw result.ToException($"Cannot look up the route to {destination}");
        }

        return result.Succeeded ? found : null;
    }

    /// <summary>Adds a route and never touches one that exists: <see cref="NetlinkResult.AlreadyExists"/> then, when destination and metric are the
    /// same, whatever its next hop.</summary>
    public static NetlinkResult Add(NetlinkSocket socket, RouteEntry route) => Add(socket, route, NLM_F_EXCL);

    /// <summary>Adds an IPv4 route before those that have the same destination and metric, so that it is the one taken. They stay as they are;
    /// <see cref="NetlinkResult.AlreadyExists"/> only where this very route is among them.</summary>
    /// <remarks>fib_table_insert in net/ipv4/fib_trie.c: without NLM_F_APPEND, NLM_F_EXCL and NLM_F_REPLACE the new one comes first.</remarks>
    public static NetlinkResult AddFirst(NetlinkSocket socket, RouteEntry route) => Add(socket, route, 0);

    /// <summary>Adds an IPv4 route behind those that have the same destination and metric, as the kernel does with those of an address.</summary>
    public static NetlinkResult AddLast(NetlinkSocket socket, RouteEntry route) => Add(socket, route, NLM_F_APPEND);

    /// <summary>Deletes the route that has this destination, next hop, interface, metric, protocol, table and type.</summary>
    public static NetlinkResult Delete(NetlinkSocket socket, RouteEntry route)
    {
        // RT_SCOPE_NOWHERE matches any scope.
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_DELROUTE, NLM_F_ACK);
        Append(ref request, route, RT_SCOPE_NOWHERE);
        return socket.Change(request);
    }

    /// <summary>The routes of the main table that carry <paramref name="protocol"/>; null: all.</summary>
    /// <exception cref="SoftlanException">The kernel did not answer.</exception>
    public static IReadOnlyList<RouteEntry> List(NetlinkSocket socket, byte? protocol = RouteEntry.SoftlanProtocol)
    {
        return [.. List(socket, AF_INET, RT_TABLE_MAIN, protocol), .. List(socket, AF_INET6, RT_TABLE_MAIN, protocol)];
    }

    /// <summary>Softlan's own IPv4 routes of another table.</summary>
    /// <exception cref="SoftlanException">The kernel did not answer.</exception>
    public static IReadOnlyList<RouteEntry> ListOwn(NetlinkSocket socket, uint table) => List(socket, AF_INET, table, RouteEntry.SoftlanProtocol);

    /// <summary>Reads one RTM_NEWROUTE of a route with one next hop; false when the bytes are not one. Of several next hops the
    /// first is given.</summary>
    public static bool TryParse(NetlinkMessage message, [NotNullWhen(true)] out RouteEntry? route)
    {
        route = null;
        if (message.Type != RTM_NEWROUTE || !message.TryRead(out RouteMessage header, out NetlinkAttributes attributes))
        {
            return false;
        }

        int addressLength = header.Family switch
        {
            AF_INET => 4,
            AF_INET6 => 16,
            _ => 0,
        };
        if (addressLength == 0 || header.DestinationLength > addressLength * 8)
        {
            return false;
        }

        IPAddress destination = header.Family == AF_INET ? IPAddress.Any : IPAddress.IPv6Any;
        RouteEntry found = new()
        {
            Destination = default,
            InterfaceIndex = 0,
            Protocol = header.Protocol,
            IsGatewayOnLink = (header.Flags & RTNH_F_ONLINK) != 0,
            Table = header.Table,
            Type = header.Type,
        };
        while (attributes.TryRead(out ushort type, out ReadOnlySpan<byte> value))
        {
            switch (type)
            {
                case RTA_DST when value.Length == addressLength:
                    destination = new IPAddress(value);
                    break;
                case RTA_GATEWAY:
                    found = found with { Gateway = NetlinkAttributes.ReadAddress(value) };
                    break;
                case RTA_VIA when value.Length > sizeof(ushort): // struct rtvia: the family, then a next hop of the other family.
                    found = found with { Gateway = NetlinkAttributes.ReadAddress(value[sizeof(ushort)..]) };
                    break;
                case RTA_OIF:
                    found = found with { InterfaceIndex = (int)NetlinkAttributes.ReadUInt32(value) };
                    break;
                case RTA_PREFSRC:
                    found = found with { PreferredSource = NetlinkAttributes.ReadAddress(value) };
                    break;
                case RTA_PRIORITY:
                    found = found with { Metric = NetlinkAttributes.ReadUInt32(value) };
                    break;
                case RTA_CACHEINFO when value.Length > ExpiryOffset: // struct rta_cacheinfo.
                    found = found with { Expires = NetlinkAttributes.ReadUInt32(value[ExpiryOffset..]) != 0 };
                    break;
                case RTA_TABLE:
                    found = found with { Table = NetlinkAttributes.ReadUInt32(value) };
                    break;
                case RTA_MULTIPATH when value.Length >= 8 && found.InterfaceIndex == 0:
                    // struct rtnexthop: length, flags, hops, interface; then attributes.
                    found = WithFirstHop(found, value);
                    break;
                default:
                    break;
            }
        }

        route = found with { Destination = IPNetworks.Of(destination, header.DestinationLength) };
        return true;
    }

    private static NetlinkResult Add(NetlinkSocket socket, RouteEntry route, ushort place)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_NEWROUTE, (ushort)(NLM_F_ACK | NLM_F_CREATE | place));
        Append(ref request, route, route.Gateway is null ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE, route.IsGatewayOnLink ? RTNH_F_ONLINK : 0);
        return socket.Change(request);
    }

    private static List<RouteEntry> List(NetlinkSocket socket, byte family, uint table, byte? protocol)
    {
        // The kernel filters by protocol and table where it can (strict checking, Linux 4.20); older ones send everything.
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_GETROUTE, NLM_F_DUMP);
        request.Header(new RouteMessage { Family = family, Protocol = protocol ?? 0 });
        request.Attribute(RTA_TABLE, table);
        List<RouteEntry> found = [];
        NetlinkResult result = socket.List(request, found.Clear, message =>
        {
            if (TryParse(message, out RouteEntry? route) && route.Table == table && (protocol is null || route.Protocol == protocol))
            {
                found.Add(route);
            }
        });

        // A kernel without IPv6, or with an empty table, has no such list.
        if (!result.Succeeded && !result.NotFound && result.Code != Errno.EOPNOTSUPP)
        {
            throw result.ToException("Cannot list the routes");
        }

        return found;
    }

    private static RouteEntry WithFirstHop(RouteEntry route, ReadOnlySpan<byte> hops)
    {
        int length = Math.Clamp(hops[0] | (hops[1] << 8), 8, hops.Length);
        route = route with { InterfaceIndex = (int)NetlinkAttributes.ReadUInt32(hops[4..]) };
        NetlinkAttributes attributes = new(hops[8..length]);
        while (attributes.TryRead(out ushort type, out ReadOnlySpan<byte> value))
        {
            if (type == RTA_GATEWAY)
            {
                route = route with { Gateway = NetlinkAttributes.ReadAddress(value) };
            }
        }

        return route;
    }

    private static void Append(ref NetlinkWriter request, RouteEntry route, byte scope, uint flags = 0)
    {
        IPAddress destination = route.Destination.BaseAddress;
        request.Header(new RouteMessage
        {
            Family = (byte)(destination.AddressFamily == AddressFamily.InterNetworkV6 ? AF_INET6 : AF_INET),
            DestinationLength = (byte)route.Destination.PrefixLength,
            Table = RT_TABLE_UNSPEC,
            Protocol = route.Protocol,
            Scope = scope,
            Type = route.Type,
            Flags = flags,
        });
        request.Attribute(RTA_DST, destination);
        request.Attribute(RTA_GATEWAY, route.Gateway);
        request.Attribute(RTA_PREFSRC, route.PreferredSource);
        request.Attribute(RTA_OIF, route.InterfaceIndex);
        request.Attribute(RTA_TABLE, route.Table);
        if (route.Metric != 0)
        {
            request.Attribute(RTA_PRIORITY, route.Metric);
        }
    }
}
