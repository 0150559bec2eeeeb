using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Frames that need two datagrams on some paths and one on others.</summary>
public sealed class FanOutTests
{
    private readonly RelayBench _relay = new();

    [Fact]
    public void Broadcast_IsCutForEachTargetsPath()
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer wide = _relay.JoinClient(2);
        TestPeer narrow = _relay.JoinClient(3);
        TestPeer exact = _relay.JoinClient(4);
        wide.Link.MaxDatagramLength = FrameLimits.MaxDatagramLength;
        narrow.Link.MaxDatagramLength = FrameLimits.MinMaxDatagramLength;
        exact.Link.MaxDatagramLength = 1400 + DatagramHeader.Length;
        byte[] frame = TestFrames.Plain(MacAddress.Broadcast, Mac(1), 1400);
        ann.Send(frame);

        Assert.Equal(frame, Assert.Single(wide.Frames));
        Assert.Equal(frame, Assert.Single(exact.Frames));
        Assert.Equal(frame, Joined(narrow, ann.Id));
        Assert.Equal((0, 0, 1), (wide.Counters.SplitFrames, exact.Counters.SplitFrames, narrow.Counters.SplitFrames));
        Assert.All([wide, narrow, exact], peer => Assert.Equal(1, peer.Counters.FramesOut));
    }

    [Fact]
    public void SplitFrame_IsPutTogetherAndForwardedWhole()
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer bob = _relay.JoinClient(2);
        bob.Link.MaxDatagramLength = FrameLimits.MaxDatagramLength;
        byte[] frame = TestFrames.Plain(Mac(2), Mac(1), 1514);
        ann.SendSplit(frame, 757, splitId: 9);

        Assert.Equal(frame, Assert.Single(bob.Frames));
        Assert.Equal((1, 1), (ann.Counters.ReassembledFrames, ann.Counters.FramesIn));
    }

    [Fact]
    public void SplitFrame_HalfOfIt_GoesNowhere()
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer bob = _relay.JoinClient(2);
        byte[] frame = TestFrames.Plain(Mac(2), Mac(1), 1514);
        ann.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Head, 1, 0), frame.AsSpan(0, 700));
        Assert.Empty(bob.Link.Sent);
    }

    [Fact]
    public void SplitFrames_OfTwoPeersWithTheSameSplitIdAndClaimedSource_AreNeverMixed()
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer bob = _relay.JoinClient(2);
        TestPeer cem = _relay.JoinClient(3);
        byte[] fromAnn = TestFrames.Plain(Mac(3), Mac(1), 1514, seed: 1);
        byte[] fromBob = TestFrames.Plain(Mac(3), Mac(2), 1514, seed: 100);
        ann.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Head, 5, 77), fromAnn.AsSpan(0, 757));
        bob.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Tail, 5, 77), fromBob.AsSpan(757));
        Assert.Empty(cem.Link.Sent);

        ann.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Tail, 5, 78), fromAnn.AsSpan(757));
        Assert.Equal(fromAnn, Joined(cem, ann.Id));
    }

    [Fact]
    public void SplitIds_OfOneLink_CountUpWhateverTheSource()
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer bob = _relay.JoinClient(2);
        TestPeer cem = _relay.JoinClient(3);
        cem.Link.MaxDatagramLength = FrameLimits.MinMaxDatagramLength;
        for (int i = 0; i < 150; i++)
        {
            ann.Send(TestFrames.Plain(Mac(3), Mac(1), 1400));
            bob.Send(TestFrames.Plain(Mac(3), Mac(2), 1400));
        }

        byte expected = cem.Link.Sent[0].Header.SplitId;
        foreach (SentDatagram[] pieces in cem.Link.Sent.Chunk(2))
        {
            Assert.All(pieces, piece => Assert.Equal(expected, piece.Header.SplitId));
            expected++;
        }
    }

    [Fact]
    public void Hello_WithASmallerMaxDatagram_LimitsWhatTheRelaySends()
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer bob = _relay.Join(ClientHello(2) with { MaxDatagram = 1200 });
        bob.Link.MaxDatagramLength = 1440;
        ann.Send(TestFrames.Plain(Mac(2), Mac(1), 1300));
        Assert.All(bob.Link.Sent, sent => Assert.True(sent.Body.Length + DatagramHeader.Length <= 1200));
        Assert.Equal(2, bob.Link.Sent.Count);
    }

    private static byte[] Joined(TestPeer peer, ushort source)
    {
        Assert.Equal(2, peer.Link.Sent.Count);
        SentDatagram head = peer.Link.Sent[0];
        SentDatagram tail = peer.Link.Sent[1];
        Assert.Equal(new DatagramHeader(DatagramKind.Head, head.Header.SplitId, source), head.Header);
        Assert.Equal(new DatagramHeader(DatagramKind.Tail, head.Header.SplitId, source), tail.Header);
        return [.. head.Body, .. tail.Body];
    }
}
