using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Quic.Ngtcp2;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

[SupportedOSPlatform("linux")]
public sealed class TlsSessionTests
{
    /// <summary>A handshake can fail before the certificate has come, by a forged packet for one. That is no verdict on the certificate, which would
    /// end the client for good.</summary>
    [Fact]
    public void DescribeTrustFailure_NoCertificateCameYet_IsNone()
    {
        TlsCredentials credentials = TlsCredentials.ForClient(LinkTrust.System);
        using (TlsSession session = TlsSession.ForClient(
            credentials,
            new ConnectOptions { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 443), ServerName = "relay.test", Trust = LinkTrust.System },
            CipherPreference.Aes,
            "softlan/1"u8))
        {
            Assert.Null(session.DescribeTrustFailure("relay.test"));
        }

        credentials.Release();
    }
}
