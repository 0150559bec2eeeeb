using System.Net;
using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>A QUIC implementation: ngtcp2 on Linux, msquic on Windows or where it is asked for, memory in tests. All links of one engine live on one lane.</summary>
internal interface IQuicEngine
{
    /// <summary>Binds and listens. Throws <see cref="SoftlanException"/> (port taken, certificate unusable, no permission).</summary>
    ILinkListener Listen(ListenOptions options, ILinkAcceptor acceptor);

    /// <summary>Begins to connect; the outcome is reported to <paramref name="handler"/>, never from inside this call. Throws <see cref="SoftlanException"/> only for what makes every attempt useless (a CA file that cannot be read).</summary>
    /// <param name="options">Where to, and whom to trust.</param>
    /// <param name="counters">Where the link counts; a session keeps it across links.</param>
    IFrameLink Connect(ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler);

    /// <summary>Tells the links of outgoing connections that the host's addresses or routes may have changed: they look, and migrate if they must.</summary>
    void NetworkChanged();

    /// <summary>Makes a self-signed ECDSA P-256 certificate for <paramref name="serverName"/>, valid for ten years.</summary>
    ServerCertificate GenerateCertificate(string serverName);

    /// <summary>Checks that chain and key can be read and belong together, and says the leaf's pin. Throws <see cref="SoftlanException"/>; <paramref name="origin"/> names the files in it.</summary>
    CertificatePin Inspect(ServerCertificate certificate, string origin);
}

internal sealed record ListenOptions
{
    /// <summary>Where to listen. <see cref="IPAddress.IPv6Any"/> means both families where the kernel has IPv6, otherwise IPv4 alone.</summary>
    public required IPEndPoint EndPoint { get; init; }

    public required ServerCertificate Certificate { get; init; }

    /// <summary>32 secret bytes from which stateless reset tokens and Retry tokens are made; kept on disk so that both survive a restart.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>Links that may be up at once; a further handshake is refused with CONNECTION_REFUSED.</summary>
    public required int MaxLinks { get; init; }

    /// <summary>Links from one address (IPv4 address or IPv6 /64).</summary>
    public required int MaxLinksPerAddress { get; init; }

    /// <summary>The other listeners of this port, each on an engine of its own; null: there are none. Their limits are then counted there.</summary>
    public ListenerShards? Shards { get; init; }

    /// <summary>Which of <see cref="Shards"/> this is. They have to listen in this order: the last one completes the set.</summary>
    public int Shard { get; init; }
}

/// <summary>Whom a connecting side trusts. Exactly one of the two is set, or neither: then it is the system's CAs and the server name.</summary>
internal sealed record LinkTrust(CertificatePin? Pin, string? CaFile)
{
    public static LinkTrust System { get; } = new(null, null);
}

internal sealed record ConnectOptions
{
    public required IPEndPoint RemoteEndPoint { get; init; }

    /// <summary>Sent as SNI when it is a name, and checked against the certificate unless a pin decides.</summary>
    public required string ServerName { get; init; }

    public required LinkTrust Trust { get; init; }

    /// <summary>Caps <see cref="IFrameLink.MaxDatagramLength"/> for odd paths; null: no cap.</summary>
    public int? DatagramLimit { get; init; }

    /// <summary>A number that all who should meet at the server have in common. Where a server runs several lanes, it brings their links to the same one.</summary>
    public byte? Affinity { get; init; }

    /// <summary>Whose shares of the link are equal when it is full. A listener's links are always fair between those who send.</summary>
    public FairBy FairBy { get; init; }
}
