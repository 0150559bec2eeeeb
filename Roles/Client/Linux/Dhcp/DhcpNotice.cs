using System.Net;
using System.Text.Json.Serialization;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>What a DHCP client told softlan's script, reduced to what softlan takes from the party: an address and how large its network is. No
/// gateway, no DNS, no name, no other route.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Address">The own address; set for <see cref="DhcpNoticeKind.Lease"/> only.</param>
/// <param name="PrefixLength">Bits of the network, 8 to 32.</param>
/// <param name="LeaseSeconds">For how long it is given; <see cref="uint.MaxValue"/>: for ever (RFC 2131, 3.3); 0: the client does not say.</param>
/// <param name="Server">Who gave it, where the client says so.</param>
/// <param name="Reason">Why it is refused, as a clause; set for <see cref="DhcpNoticeKind.Refused"/> only.</param>
internal sealed record DhcpNotice(
    DhcpNoticeKind Kind,
    [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress? Address = null,
    int PrefixLength = 0,
    uint LeaseSeconds = 0,
    [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress? Server = null,
    string? Reason = null);
