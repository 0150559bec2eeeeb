using System.Net;
using Softlan.Platform.Quic;

namespace Softlan.Platform;

internal sealed record ListenOptions
{
    /// <summary>Where to listen. <see cref="IPAddress.IPv6Any"/> means both families where the kernel has IPv6, otherwise IPv4 alone.</summary>
    public required IPEndPoint EndPoint { get; init; }

    public required ServerCertificate Certificate { get; init; }

    /// <summary>32 secret bytes from which stateless reset tokens and Retry tokens are made; kept on disk so that both survive a restart.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>Links that may be up at once; a further handshake is refused with CONNECTION_REFUSED.</summary>
    public required int MaxLinks { get; init; }

    /// <summary>Links from one address (IPv4 address or IPv6 /64); see <see cref="LinkQuota"/>.</summary>
    public required int MaxLinksPerAddress { get; init; }

    /// <summary>Bytes of control messages that a peer may leave unread: at least one message of 64 KiB. The link of one that leaves more is
    /// closed.</summary>
    public int MaxUnreadControl { get; init; } = QuicLimits.MaxUnreadControl;

    /// <summary>The other listeners of this port, each on an engine of its own; null: there are none. Their limits are then counted there.</summary>
    public ListenerShards? Shards { get; init; }

    /// <summary>Which of <see cref="Shards"/> this is. They have to listen in this order: the last one completes the set.</summary>
    public int Shard { get; init; }

    /// <summary>How an error begins where it is impossible: <c>Cannot listen on 443/udp</c>.</summary>
    public string CannotListen =>
        $"Cannot listen on {(EndPoint.Address.Equals(IPAddress.IPv6Any) ? $"{EndPoint.Port}/udp" : $"{EndPoint}/udp")}";
}
