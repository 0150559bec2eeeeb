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
    /// <summary>Adds the address for as long as nobody deletes it, also where it was there with a lifetime.</summary>
    public static NetlinkResult Set(NetlinkSocket socket, InterfaceAddress address)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
        AppendIdentity(ref request, address);
        request.Attribute(IFA_BROADCAST, address.Broadcast);
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
            IsPermanent = (flags & IFA_F_PERMANENT) != 0,
        };
        return true;
    }

    private static void AppendIdentity(ref NetlinkWriter request, InterfaceAddress address)
    {
        byte family = (byte)(address.Address.AddressFamily == AddressFamily.InterNetworkV6 ? AF_INET6 : AF_INET);
        request.Header(new AddressMessage { Family = family, PrefixLength = (byte)address.PrefixLength, Index = address.InterfaceIndex });
        request.Attribute(IFA_LOCAL, address.Address);
        request.Attribute(IFA_ADDRESS, address.Address);
    }
}
