using System.Net;
using System.Net.Sockets;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>Asks the system's resolver, which also decides the order (RFC 6724).</summary>
internal sealed class SystemRelayResolver : IRelayResolver
{
    /// <summary>After this long without an answer the attempt counts as failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>More addresses than this would make one round of attempts endless; the rest is left out.</summary>
    private const int MaxAddresses = 8;

    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(RelayAddress relay, CancellationToken stop)
    {
        if (IPAddress.TryParse(relay.Host, out IPAddress? literal))
        {
            return [literal];
        }

        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(relay.Host, stop).WaitAsync(Patience, stop).ConfigureAwait(false);
            IPAddress[] usable = [.. addresses.Where(IsUsable).Distinct().Take(MaxAddresses)];
            return usable.Length > 0 ? usable : throw Failure(relay, "the name has no address");
        }
        catch (SocketException failure)
        {
            throw Failure(relay, failure.Message.TrimEnd('.'));
        }
        catch (TimeoutException)
        {
            throw Failure(relay, $"no answer from the name servers for {Patience.TotalSeconds:0} s");
        }
    }

    private static bool IsUsable(IPAddress address) =>
        address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
        && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any);

    private static SoftlanException Failure(RelayAddress relay, string why) =>
        SoftlanException.Create($"Cannot find the relay '{relay.Host}'", why, "check the spelling of --relay and this machine's DNS");
}
