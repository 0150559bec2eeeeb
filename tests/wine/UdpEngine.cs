using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Tests.Wine;

/// <summary>Links over plain UDP to tests/wine/hub.py, which speaks for the relay. One byte says what a packet is: see
/// <see cref="UdpLink"/>.</summary>
internal sealed class UdpEngine(IEnterableLane lane) : IQuicEngine
{
    public ILinkListener Listen(ListenOptions options, ILinkAcceptor acceptor) =>
        throw SoftlanException.Create("Cannot listen", "the test engine only connects");

    public IFrameLink Connect(ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler) =>
        UdpLink.Connect(lane, options, counters, handler);

    public void NetworkChanged()
    {
    }

    public ServerCertificate GenerateCertificate(string serverName) =>
        throw SoftlanException.Create("Cannot make a certificate", "the test engine has none");

    public CertificatePin Inspect(ServerCertificate certificate, string origin) =>
        throw SoftlanException.Create("Cannot read a certificate", "the test engine has none");

    public void Dispose()
    {
    }
}
