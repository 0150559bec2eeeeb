using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Softlan.Wire;

/// <summary>Where a relay listens, in UDP. Holding one means that it has been checked.</summary>
internal sealed record ListenAddress
{
    private ListenAddress(IPEndPoint endPoint) => EndPoint = endPoint;

    /// <summary><see cref="IPAddress.IPv6Any"/> where only a port was given: IPv4 and IPv6 both. Port 0 lets the system choose one.</summary>
    public IPEndPoint EndPoint { get; }

    public static ListenAddress Default { get; } = new(new IPEndPoint(IPAddress.IPv6Any, RelayAddress.DefaultPort));

    /// <summary>Accepts <c>443/udp</c>, <c>192.0.2.1:443</c> and <c>[2001:db8::1]:443</c>, each with or without <c>/udp</c>. Refuses <c>/tcp</c>:
    /// QUIC does not run over it.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ListenAddress? address)
    {
        address = null;
        if (text is null)
        {
            return false;
        }

        string place = AddressText.WithoutUdp(text);
        if (AddressText.TryParsePort(place, out int port))
        {
            address = new ListenAddress(new IPEndPoint(IPAddress.IPv6Any, port));
            return true;
        }

        if (AddressText.TrySplit(place, out string host, out string? portText, out bool isBracketed)
            && portText is not null
            && AddressText.TryParsePort(portText, out port)
            && (isBracketed ? AddressText.TryParseIPv6(host, out IPAddress? ip) : AddressText.TryParseIPv4(host, out ip)))
        {
            address = new ListenAddress(new IPEndPoint(ip, port));
        }

        return address is not null;
    }

    /// <summary>As it can be given to <c>--listen</c>.</summary>
    public override string ToString() => (EndPoint.Address.Equals(IPAddress.IPv6Any) ? $"{EndPoint.Port}" : $"{EndPoint}") + AddressText.Udp;
}
