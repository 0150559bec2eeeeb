using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Wire;
using static Softlan.Platform.Linux.Netlink.NativeNetlink;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>IP addresses of interfaces: list, set, delete. IPv4 and IPv6.</summary>
[SupportedOSPlatform("linux")]
internal static class NetlinkAddresses
{
    /// <summary>Longest text of an IPv6 address's bytes.</summary>
    private const int MaxAddressLength = 16;

    /// <summary>Adds the address; one that is there already gets these lifetimes (a DHCP renewal).</summary>
    public static NetlinkResult Set(NetlinkSocket socket, InterfaceAddress address)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
        AppendIdentity(ref request, address);
        AppendAddress(ref request, IFA_BROADCAST, address.Broadcast);
        if (address.NoPrefixRoute)
        {
            request.Attribute(IFA_FLAGS, IFA_F_NOPREFIXROUTE);
        }

        uint valid = Seconds(address.ValidLifetime, INFINITY_LIFE_TIME);
        uint preferred = Math.Min(Seconds(address.PreferredLifetime, valid), valid);
        request.Attribute(IFA_CACHEINFO, new AddressLifetimes { Preferred = preferred, Valid = valid });
        return socket.Change(request);
    }

    public static NetlinkResult Delete(NetlinkSocket socket, InterfaceAddress address)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_DELADDR, NLM_F_ACK);
        AppendIdentity(ref request, address);
        return socket.Change(request);
    }

    /// <summary>The addresses of one interface, or of all where <paramref name="interfaceIndex"/> is 0; both families.</summary>
    /// <exception cref="SoftlanException">The kernel did not answer.</exception>
    public static IReadOnlyList<InterfaceAddress> List(NetlinkSocket socket, int interfaceIndex = 0)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_GETADDR, NLM_F_DUMP);
        request.Header(new AddressMessage { Index = interfaceIndex });
        List<InterfaceAddress> addresses = [];
        NetlinkResult result = socket.List(request, addresses.Clear, message =>
        {
            if (TryParse(message, out InterfaceAddress? address) && (interfaceIndex == 0 || address.InterfaceIndex == interfaceIndex))
            {
                addresses.Add(address);
            }
        });
        if (!result.Succeeded && !result.NotFound)
        {
            throw result.ToException("Cannot list the IP addresses");
        }

        return addresses;
    }

    /// <summary>Reads one RTM_NEWADDR; false when the bytes are not one.</summary>
    public static bool TryParse(NetlinkMessage message, [NotNullWhen(true)] out InterfaceAddress? address)
    {
        address = null;
        if (message.Type != RTM_NEWADDR || !message.TryRead(out AddressMessage header, out NetlinkAttributes attributes))
        {
            return false;
        }

        IPAddress? local = null;
        IPAddress? own = null;
        IPAddress? broadcast = null;
        uint flags = header.Flags;
        AddressLifetimes lifetimes = new() { Preferred = INFINITY_LIFE_TIME, Valid = INFINITY_LIFE_TIME };
        while (attributes.TryRead(out ushort type, out ReadOnlySpan<byte> value))
        {
            switch (type)
            {
                case IFA_LOCAL:
                    local = NetlinkAttributes.ReadAddress(value);
                    break;
                case IFA_ADDRESS:
                    own = NetlinkAttributes.ReadAddress(value);
                    break;
                case IFA_BROADCAST:
                    broadcast = NetlinkAttributes.ReadAddress(value);
                    break;
                case IFA_FLAGS:
                    flags = NetlinkAttributes.ReadUInt32(value);
                    break;
                case IFA_CACHEINFO when value.Length >= 2 * sizeof(uint):
                    lifetimes.Preferred = NetlinkAttributes.ReadUInt32(value);
                    lifetimes.Valid = NetlinkAttributes.ReadUInt32(value[sizeof(uint)..]);
                    break;
                default:
                    break;
            }
        }

        // On a point-to-point interface IFA_ADDRESS is the other end; IFA_LOCAL, where it is given, is always one's own.
        if ((local ?? own) is not { } found)
        {
            return false;
        }

        address = new InterfaceAddress
        {
            InterfaceIndex = header.Index,
            Address = found,
            PrefixLength = header.PrefixLength,
            Broadcast = broadcast,
            ValidLifetime = Lifetime(lifetimes.Valid),
            PreferredLifetime = Lifetime(lifetimes.Preferred),
            NoPrefixRoute = (flags & IFA_F_NOPREFIXROUTE) != 0,
            IsPermanent = (flags & IFA_F_PERMANENT) != 0,
            IsTentative = (flags & IFA_F_TENTATIVE) != 0,
        };
        return true;
    }

    private static void AppendIdentity(ref NetlinkWriter request, InterfaceAddress address)
    {
        byte family = (byte)(address.Address.AddressFamily == AddressFamily.InterNetworkV6 ? AF_INET6 : AF_INET);
        request.Header(new AddressMessage { Family = family, PrefixLength = (byte)address.PrefixLength, Index = address.InterfaceIndex });
        AppendAddress(ref request, IFA_LOCAL, address.Address);
        AppendAddress(ref request, IFA_ADDRESS, address.Address);
    }

    private static void AppendAddress(ref NetlinkWriter request, ushort type, IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[MaxAddressLength];
        if (address is not null && address.TryWriteBytes(bytes, out int length))
        {
            request.Attribute(type, bytes[..length]);
        }
    }

    private static uint Seconds(TimeSpan? lifetime, uint otherwise) =>
        lifetime is { } time ? (uint)Math.Clamp(time.TotalSeconds, 1, INFINITY_LIFE_TIME - 1) : otherwise;

    private static TimeSpan? Lifetime(uint seconds) => seconds == INFINITY_LIFE_TIME ? null : TimeSpan.FromSeconds(seconds);
}
