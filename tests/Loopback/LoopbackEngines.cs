using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.MsQuic;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>Makes engines for the ring, and knows what differs between them by nature.</summary>
[SupportedOSPlatform("linux")]
internal static class LoopbackEngines
{
    /// <summary>Bytes of a full packet on Ethernet that are no datagram, without the connection id: header, packet number, frame header,
    /// tag.</summary>
    private const int Overhead = 24;

    /// <summary>One for all parties: msquic has one key for stateless resets and one for Retry tokens in the whole process, and tests run side by
    /// side.</summary>
    public static byte[] Secret { get; } = MakeSecret();

    /// <summary>Skips the test where an engine's library is missing.</summary>
    public static void Require(params EngineKind[] kinds)
    {
        if (kinds.Contains(EngineKind.MsQuic))
        {
            string? reason = MsQuicLibrary.NotSupportedReason;
            Assert.SkipWhen(reason is not null, reason ?? "");
        }
    }

    /// <summary>Most tests ask what arrives, and whoever runs them may have a busy machine: there a frame may wait as long as it takes.</summary>
    public static QueueLimits Patient { get; } = new(TimeSpan.FromSeconds(5));

    /// <param name="quick">A keep-alive of 0.3 s and an idle timeout of 5 s instead of softlan's own.</param>
    /// <param name="limits">Instead of <see cref="Patient"/>.</param>
    /// <param name="ciphers">Instead of this processor's, for ngtcp2.</param>
    public static IQuicEngine Create(EngineKind kind, EventLoop loop, bool quick, QueueLimits? limits = null, CipherPreference? ciphers = null)
    {
        TimeSpan keepAlive = quick ? TimeSpan.FromMilliseconds(300) : TimeSpan.FromSeconds(10);
        TimeSpan idle = quick ? TimeSpan.FromSeconds(5) : TimeSpan.FromSeconds(30);
        return kind == EngineKind.Ngtcp2
            ? new Ngtcp2Engine(loop)
            {
                KeepAlive = keepAlive,
                IdleTimeout = idle,
                QueueLimits = limits ?? Patient,
                Ciphers = ciphers ?? TlsPriority.OfThisProcessor,
            }
            : new MsQuicEngine(loop) { KeepAlive = keepAlive, IdleTimeout = idle, QueueLimits = limits ?? Patient };
    }

    /// <summary>The longest datagram to a relay of this kind.</summary>
    /// <param name="udpPayload">Bytes of a full UDP packet.</param>
    public static int LengthToRelay(EngineKind relay, int udpPayload) => udpPayload - Overhead - (relay == EngineKind.Ngtcp2 ? 8 : 9);

    /// <summary>The longest datagram to a client of this kind. A client of msquic has a socket of its own, and with that an empty connection
    /// id.</summary>
    public static int LengthToClient(EngineKind client, int udpPayload) => udpPayload - Overhead - (client == EngineKind.Ngtcp2 ? 8 : 0);

    private static byte[] MakeSecret()
    {
        byte[] secret = new byte[32];
        SecureRandom.Fill(secret);
        return secret;
    }
}
