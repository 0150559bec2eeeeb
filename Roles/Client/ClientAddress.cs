using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Softlan.Roles.Client;

/// <summary>How the TAP gets its IPv4 address.</summary>
internal sealed record ClientAddress
{
    private ClientAddress(IPAddress? address, int prefixLength)
    {
        Address = address;
        PrefixLength = prefixLength;
    }

    /// <summary>From the party's DHCP server.</summary>
    public static ClientAddress Dhcp { get; } = new(null, 1);

    /// <summary>Not from softlan: whatever the TAP has stays.</summary>
    public static ClientAddress None { get; } = new(null, 0);

    /// <summary>A fixed address; null for the two others.</summary>
    public IPAddress? Address { get; }

    public int PrefixLength { get; }

    /// <summary>Accepts <c>dhcp</c>, <c>none</c> and an IPv4 address with the length of its network's prefix (8 to 30), for example
    /// <c>10.73.42.50/24</c>.</summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out ClientAddress value)
    {
        value = text.ToLowerInvariant() switch
        {
            "dhcp" => Dhcp,
            "none" => None,
            _ => ParseFixed(text),
        };
        return value is not null;
    }

    public override string ToString() => Equals(Dhcp) ? "dhcp" : Equals(None) ? "none" : $"{Address}/{PrefixLength}";

    private static ClientAddress? ParseFixed(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2
            && parts[0].Count(c => c == '.') == 3
            && IPAddress.TryParse(parts[0], out IPAddress? address)
            && address.AddressFamily == AddressFamily.InterNetwork
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            && length is >= 8 and <= 30
            && IsHost(address, length)
                ? new ClientAddress(address, length)
                : null;
    }

    /// <summary>Unicast, and neither the network's own address nor its broadcast address.</summary>
    private static bool IsHost(IPAddress address, int prefixLength)
    {
        Span<byte> octets = stackalloc byte[4];
        address.TryWriteBytes(octets, out _);
        uint bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(octets);
        uint hostMask = uint.MaxValue >> prefixLength;
        return octets[0] is not (0 or 127) and < 224 && (bits & hostMask) != 0 && (bits & hostMask) != hostMask;
    }
}
