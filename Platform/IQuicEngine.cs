using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>A QUIC implementation: ngtcp2 on Linux, msquic on Windows or where it is asked for, memory in tests. All links of one engine live on one
/// lane; to dispose it ends them.</summary>
internal interface IQuicEngine : IDisposable
{
    /// <summary>Binds and listens. Throws <see cref="SoftlanException"/> (port taken, certificate unusable, no permission).</summary>
    ILinkListener Listen(ListenOptions options, ILinkAcceptor acceptor);

    /// <summary>Begins to connect; the outcome is reported to <paramref name="handler"/>, never from inside this call. Throws
    /// <see cref="SoftlanException"/> only for what makes every attempt useless (a CA file that cannot be read).</summary>
    /// <param name="options">Where to, and whom to trust.</param>
    /// <param name="counters">Where the link counts; a session keeps it across links.</param>
    IFrameLink Connect(ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler);

    /// <summary>Tells the links of outgoing connections that the host's addresses or routes may have changed: they look, and migrate if they
    /// must. Where the engine cannot, they end before this returns.</summary>
    void NetworkChanged();

    /// <summary>Makes a self-signed ECDSA P-256 certificate for <paramref name="serverName"/>, valid for ten years.</summary>
    ServerCertificate GenerateCertificate(string serverName);

    /// <summary>Checks that chain and key can be read and belong together, and says the leaf's pin. Throws <see cref="SoftlanException"/>;
    /// <paramref name="origin"/> names the files in it.</summary>
    CertificatePin Inspect(ServerCertificate certificate, string origin);
}
