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

    [Fact]
    public void ReplaceCertificate_ListenerIsDisposed_FreesNothingTwice()
    {
        _party.Join();
        _party.Listener.ReplaceCertificate(_party.Certificate);
        _party.Listener.Dispose();
        _party.For(TimeSpan.FromMilliseconds(200)); // Its own is closed by now.
        _party.Listener.ReplaceCertificate(_party.Certificate);
        _party.Listener.ReplaceCertificate(_party.Certificate);
        _party.For(TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void Accept_FirstPacket_IsAskedForARetry()
    {
        _party.Join();
        Assert.True(_party.Listener.Statistics.RetriesSent >= 1);
    }

    [Fact]
    public void Quota_LinksComeAndGo_IsGivenBackOnce()
    {
        int port = _party.EndPoint.Port;
        _party.Listener.Dispose();
        LinkQuota quota = new(2, 2);
        _party.Listener = _party.Listen(port, shards: new ListenerShards(1, quota));
        ulong address = QuicAddress.From(_party.EndPoint).ClientKey;
        (RecordingHandler first, RecordingHandler firstServer) = _party.Join();
        _party.Join();
        RecordingHandler third = _party.Connect();
        _party.Until(() => third.Closed is not null, "the third is refused");
        Assert.Equal(2, quota.Count(address));

        firstServer.Link.Close(CloseReason.Kicked, "enough");
        _party.Until(() => first.Closed is not null && quota.Count(address) == 1, "its place is free");
        _party.Join();
        Assert.Equal(2, quota.Count(address));
        _party.Listener.Dispose();
        _party.Until(() => quota.Count(address) == 0, "all places are free");
    }
}
