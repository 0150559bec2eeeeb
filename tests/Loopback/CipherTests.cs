using System.Runtime.Versioning;
using Softlan.Platform.Quic.Ngtcp2;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>Which cipher two ends agree to: the table of docs/protocol.md, section 1.</summary>
[SupportedOSPlatform("linux")]
public sealed class CipherTests
{
    [Theory]
    [InlineData(true, true, "AES-128-GCM")]
    [InlineData(true, false, "CHACHA20-POLY1305")]
    [InlineData(false, true, "CHACHA20-POLY1305")]
    [InlineData(false, false, "CHACHA20-POLY1305")]
    public void Cipher_IsTheOneThatTheWeakerEndIsGoodAt(bool relayHasAes, bool clientHasAes, string expected)
    {
        using LoopbackParty party = new(relayCiphers: Preference(relayHasAes), clientCiphers: Preference(clientHasAes));
        (RecordingHandler atClient, RecordingHandler atRelay) = party.Join();
        Assert.Equal(expected, Ngtcp2Connection.CipherOf((QuicConnection)atClient.Link));
        Assert.Equal(expected, Ngtcp2Connection.CipherOf((QuicConnection)atRelay.Link));
        atClient.SendFrame(party.Loop, 1000);
        atRelay.SendFrame(party.Loop, 60);
        party.Until(() => atRelay.DatagramCount == 1 && atClient.DatagramCount == 1, "frames arrive both ways");
    }

    /// <summary>By what the kernel says of it.</summary>
    [Fact]
    public void OfThisProcessor_IsAesWhereItHasTheInstructions()
    {
        bool hasAes = File.ReadLines("/proc/cpuinfo")
            .Any(line => (line.StartsWith("flags", StringComparison.Ordinal) || line.StartsWith("Features", StringComparison.Ordinal))
                && line.Split(' ').Contains("aes"));
        Assert.Equal(Preference(hasAes), TlsPriority.OfThisProcessor);
    }

    private static CipherPreference Preference(bool hasAes) => hasAes ? CipherPreference.Aes : CipherPreference.ChaCha20;
}
