using System.Runtime.Versioning;
using Softlan.Platform.Quic.Ngtcp2;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>New packet keys while frames flow. msquic changes them by itself and cannot be asked.</summary>
[SupportedOSPlatform("linux")]
public sealed class KeyUpdateTests : IDisposable
{
    private readonly LoopbackParty _party = new();

    public void Dispose() => _party.Dispose();

    [Fact]
    public void UpdateKeys_WhileFramesFlow_LosesNothing()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        int sent = 0;
        for (int i = 0; i < 3; i++)
        {
            // ngtcp2 prepares the next keys while it writes, so something must be written.
            _party.Until(
                () =>
                {
                    client.SendFrame(_party.Loop, 60);
                    sent++;
                    return Ngtcp2Connection.UpdateKeys((QuicConnection)client.Link, _party.Loop);
                },
                "the keys could be updated");
            client.SendFrame(_party.Loop, 200, (byte)i);
            _party.Until(() => server.Datagrams.Any(d => d.Length == 204 && d[^1] == i), "the frame arrived under the new key");
            sent++;
        }

        _party.Until(() => server.DatagramCount == sent, $"all {sent} frames arrived");
        Assert.Equal(0, client.Link.Counters.TotalDropped);
    }
}
