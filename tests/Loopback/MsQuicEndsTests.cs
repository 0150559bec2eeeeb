using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Quic.MsQuic;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>How links of msquic end, and what they give back.</summary>
[SupportedOSPlatform("linux")]
public sealed class MsQuicEndsTests : IDisposable
{
    private readonly LoopbackParty _party = new(EngineKind.MsQuic, EngineKind.MsQuic, quick: true);

    public void Dispose() => _party.Dispose();

    [Fact]
    public void NetworkChanged_AnotherSourceAddress_EndsTheLinkAtOnceAndWithoutAWord()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.ClientEngine.NetworkChanged();
        Assert.Null(client.Closed);
        ((MsQuicEngine)_party.ClientEngine).FindSource = _ => null; // Nothing leads there just now; that may pass.
        _party.ClientEngine.NetworkChanged();
        Assert.Null(client.Closed);

        ((MsQuicEngine)_party.ClientEngine).FindSource = _ => IPAddress.Parse("127.0.0.2");
        _party.ClientEngine.NetworkChanged();
        Assert.Equal(
            new LinkClosed(LinkCloseKind.ByUs, CloseReason.TimedOut, "this machine reaches it from 127.0.0.2 now"), client.Closed);
        _party.For(TimeSpan.FromMilliseconds(300));
        Assert.Null(server.Closed); // The place is kept.
        _party.Join();
    }
}
