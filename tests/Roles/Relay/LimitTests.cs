using System.Buffers.Binary;
using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Rates, malformed datagrams and probes.</summary>
public sealed class LimitTests
{
    [Fact]
    public void Broadcasts_PassUpToTheBurstThenAtTheRate()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        TestPeer bob = relay.JoinClient(2);
        Send(ann, 600, MacAddress.Broadcast);
        Assert.Equal(512, bob.Frames.Count());
        Assert.Equal(88, ann.Counters.Dropped(DropReason.RateLimited));

        relay.Lane.Advance(TimeSpan.FromSeconds(1));
        Send(ann, 600, MacAddress.Broadcast);
        Assert.Equal(512 + 256, bob.Frames.Count());
    }

    [Fact]
    public void Broadcasts_OfPlainWindowsChatter_AllPass()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        for (int second = 0; second < 60; second++)
        {
            Send(ann, 50, MacAddress.Broadcast);
            relay.Lane.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0, ann.Counters.TotalDropped);
    }

    [Fact]
    public void Broadcasts_OverTheRate_LeaveUnicastAlone()
    {
        RelayBench relay = new(options => options with { ClientBroadcastRate = 1 });
        TestPeer ann = relay.JoinClient(1);
        TestPeer bob = relay.JoinClient(2);
        TestPeer lan = relay.JoinGateway();
        Send(ann, 10, MacAddress.Broadcast);
        Send(ann, 1000, Mac(2));
        Send(ann, 1000, LanMac(2));
        Assert.Equal(1002, bob.Frames.Count());
        Assert.Equal(1002, lan.Frames.Count());
        Assert.Equal(8, ann.Counters.TotalDropped);
    }

    [Fact]
    public void UnknownUnicast_CountsAsBroadcast()
    {
        RelayBench relay = new(options => options with { ClientBroadcastRate = 1 });
        TestPeer ann = relay.JoinClient(1);
        Send(ann, 10, LanMac(2));
        Assert.Equal((2, 8), (ann.Counters.Dropped(DropReason.UnknownDestination), ann.Counters.Dropped(DropReason.RateLimited)));
    }

    [Fact]
    public void Rate_LimitsAClientsBytes_AndNotTheGateways()
    {
        RelayBench relay = new(options => options with { ClientRate = BitRate.FromBitsPerSecond(80_000), ClientBroadcastRate = 1 });
        TestPeer ann = relay.JoinClient(1);
        TestPeer bob = relay.JoinClient(2);
        TestPeer lan = relay.JoinGateway();
        Send(ann, 30, Mac(2), 1000);
        Assert.Equal(10, bob.Frames.Count());
        Assert.Equal(20, ann.Counters.Dropped(DropReason.RateLimited));

        relay.Lane.Advance(TimeSpan.FromMilliseconds(500));
        Send(ann, 30, Mac(2), 1000);
        Assert.Equal(15, bob.Frames.Count());

        for (int i = 0; i < 100; i++)
        {
            lan.Send(TestFrames.Plain(Mac(2), LanMac(1), 1000));
            lan.Send(TestFrames.Plain(MacAddress.Broadcast, LanMac(1), 1000));
        }

        Assert.Equal(0, lan.Counters.TotalDropped);
    }

    [Fact]
    public void GatewayRate_LimitsTheGatewaysBytesAndProbes_AndNotTheClients()
    {
        RelayBench relay = new(options => options with { GatewayRate = BitRate.FromBitsPerSecond(80_000) });
        TestPeer ann = relay.JoinClient(1);
        TestPeer bob = relay.JoinClient(2);
        TestPeer lan = relay.JoinGateway();
        SendFromLan(lan, 30, Mac(2), 1000);
        Assert.Equal(10, bob.Frames.Count());
        Assert.Equal(20, lan.Counters.Dropped(DropReason.RateLimited));
        lan.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Probe, 0, 0), Probe(0));
        Assert.Equal(21, lan.Counters.Dropped(DropReason.RateLimited));

        relay.Lane.Advance(TimeSpan.FromMilliseconds(500));
        SendFromLan(lan, 30, Mac(2), 1000);
        Assert.Equal(15, bob.Frames.Count());

        Send(ann, 100, Mac(2), 1000);
        Assert.Equal(0, ann.Counters.TotalDropped);
    }

    [Fact]
    public void GatewaysBroadcasts_PassAsMuchAsALargeLanHas_AndNotAFlood()
    {
        RelayBench relay = new(options => options with { ClientBroadcastRate = 1 });
        TestPeer bob = relay.JoinClient(2);
        TestPeer lan = relay.JoinGateway();
        SendFromLan(lan, 2048, MacAddress.Broadcast);
        Assert.Equal(0, lan.Counters.TotalDropped);
        SendFromLan(lan, 500, MacAddress.Broadcast);
        Assert.Equal((2048, 500), (bob.Frames.Count(), lan.Counters.Dropped(DropReason.RateLimited)));

        SendFromLan(lan, 100, Mac(2));
        Assert.Equal(2148, bob.Frames.Count());
        relay.Lane.Advance(TimeSpan.FromMilliseconds(500));
        SendFromLan(lan, 2048, MacAddress.Broadcast);
        Assert.Equal(2148 + 1024, bob.Frames.Count());
    }

    /// <summary>More television than may pass.</summary>
    [Fact]
    public void GatewaysMulticasts_LeaveItsBroadcastsAlone()
    {
        RelayBench relay = new();
        TestPeer bob = relay.JoinClient(2);
        TestPeer lan = relay.JoinGateway();
        SendFromLan(lan, 5000, MacAddress.FromUInt64(0x01005e000001));
        Assert.Equal((2048, 2952), (bob.Frames.Count(), lan.Counters.Dropped(DropReason.RateLimited)));
        SendFromLan(lan, 1, MacAddress.Broadcast);
        Assert.Equal(2049, bob.Frames.Count());
    }

    /// <summary>A download of a player who has just left.</summary>
    [Fact]
    public void GatewaysUnknownUnicast_LeavesItsBroadcastsAlone()
    {
        RelayBench relay = new();
        TestPeer bob = relay.JoinClient(2);
        TestPeer lan = relay.JoinGateway();
        SendFromLan(lan, 5000, Mac(77));
        SendFromLan(lan, 1, MacAddress.Broadcast);
        Assert.Single(bob.Frames);
        Assert.Equal(5000, lan.Counters.Dropped(DropReason.UnknownDestination));
    }

    [Theory]
    [InlineData(16, 9.9, true)]
    [InlineData(15, 9.9, false)]
    [InlineData(16, 10.1, false)]
    [InlineData(1000, 0, true)]
    public void MalformedDatagrams_ManyInTenSeconds_CloseTheConnection(int count, double seconds, bool closes)
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        TestPeer bob = relay.JoinClient(2);
        for (int i = 0; i < count; i++)
        {
            relay.Lane.Advance(TimeSpan.FromSeconds(i == count - 1 ? seconds : 0));
            ann.Link.ReceiveRawDatagram([0x20, 0, 0, 0]);
        }

        Assert.Equal(closes ? CloseReason.ProtocolError : null, ann.ClosedWith);
        Assert.Equal(count, ann.Counters.Dropped(DropReason.Malformed));
        Assert.Equal(closes ? 1 : 0, bob.LeftIds.Count());
        Assert.Null(bob.ClosedWith);
        Assert.Empty(bob.Link.Sent);
    }

    [Fact]
    public void MalformedDatagrams_BeforeTheHello_CloseTheConnection()
    {
        TestPeer stranger = new RelayBench().Connect();
        for (int i = 0; i < RelayPeer.MalformedLimit; i++)
        {
            stranger.Link.ReceiveRawDatagram([]);
        }

        Assert.Equal(CloseReason.ProtocolError, stranger.ClosedWith);
    }

    [Fact]
    public void Pieces_ThatMakeNoFrame_AreMalformedToo()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        for (byte i = 0; i < RelayPeer.MalformedLimit; i++)
        {
            Assert.Null(ann.ClosedWith);
            ann.SendSplit(new byte[10], 5, i);
        }

        Assert.Equal(CloseReason.ProtocolError, ann.ClosedWith);
    }

    [Fact]
    public void Datagrams_OfAnyBytes_NeverReachAnybodyWithAWrongSource()
    {
        RelayBench relay = new();
        Random random = new(20260101);
        TestPeer bob = relay.JoinClient(2);
        byte[] datagram = new byte[1600];
        for (int round = 0; round < 20; round++)
        {
            TestPeer ann = relay.JoinClient(1);
            for (int i = 0; i < 2000; i++)
            {
                random.NextBytes(datagram);
                datagram[0] = (byte)(0x10 | (datagram[0] & 7));
                ann.Link.ReceiveRawDatagram(datagram.AsSpan(0, random.Next(datagram.Length)));
                if (ann.ClosedWith is not null)
                {
                    break;
                }
            }

            ann.Lose();
            relay.Lane.Run();
        }

        Assert.Empty(bob.Link.Sent);
    }

    [Fact]
    public void Probe_ForTheRelay_IsAnsweredByIt()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        ann.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Probe, 0, 999), Probe(0));
        SentDatagram reply = Assert.Single(ann.Link.Sent);
        Assert.Equal(new DatagramHeader(DatagramKind.ProbeReply, 0, 0), reply.Header);
        Assert.Equal(Probe(ann.Id), reply.Body);
    }

    [Fact]
    public void Probe_ForAPeer_GoesThereAndTheReplyComesBack()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        TestPeer bob = relay.JoinClient(2);
        TestPeer lan = relay.JoinGateway();
        ann.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Probe, 0, 999), Probe(lan.Id));
        SentDatagram probe = Assert.Single(lan.Link.Sent);
        Assert.Equal(new DatagramHeader(DatagramKind.Probe, 0, ann.Id), probe.Header);
        Assert.Equal(Probe(lan.Id), probe.Body);

        lan.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.ProbeReply, 0, 1), Probe(ann.Id));
        Assert.Equal(new DatagramHeader(DatagramKind.ProbeReply, 0, lan.Id), Assert.Single(ann.Link.Sent).Header);
        Assert.Empty(bob.Link.Sent);
    }

    [Fact]
    public void Probes_OfOnePlayer_PassUpToARateOfItsOwn()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        TestPeer bob = relay.JoinClient(2);
        TestPeer lan = relay.JoinGateway();
        SendProbes(ann, 1000, lan.Id);
        Assert.Equal(2 * SendLimits.ProbeRate, lan.Link.Sent.Count);
        Assert.Equal(1000 - (2 * SendLimits.ProbeRate), ann.Counters.Dropped(DropReason.RateLimited));

        // It stays with the seat, and others have theirs.
        ann = relay.Join(ClientHello(1) with { Resume = ann.Welcome.Resume });
        SendProbes(ann, 1, lan.Id);
        Assert.Equal(2 * SendLimits.ProbeRate, lan.Link.Sent.Count);
        SendProbes(bob, 1, lan.Id);
        Assert.Equal((2 * SendLimits.ProbeRate) + 1, lan.Link.Sent.Count);

        relay.Lane.Advance(TimeSpan.FromSeconds(1));
        SendProbes(ann, 1000, 0);
        Assert.Equal(SendLimits.ProbeRate, ann.Link.Sent.Count);
        ann.Send(TestFrames.Plain(LanMac(1), Mac(1)));
        Assert.Single(lan.Frames);
    }

    [Fact]
    public void ProbeReplies_OfAGatewayWithManyPlayers_AllPass()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        TestPeer lan = relay.JoinGateway();
        for (int i = 0; i < 4096; i++)
        {
            lan.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.ProbeReply, 0, 0), Probe(ann.Id));
        }

        Assert.Equal(4096, ann.Link.Sent.Count);
    }

    [Theory]
    [InlineData(DatagramKindNumber.Probe, 4242)]
    [InlineData(DatagramKindNumber.Probe, -1)]
    [InlineData(DatagramKindNumber.Reply, 0)]
    [InlineData(DatagramKindNumber.Reply, 4242)]
    public void Probe_ForNobodyOrForItself_IsDropped(int kind, int target)
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        ann.Link.ReceiveDatagram(new DatagramHeader((DatagramKind)kind, 0, 0), Probe((ushort)(target < 0 ? ann.Id : target)));
        Assert.Empty(ann.Link.Sent);
        Assert.Equal(1, ann.Counters.Dropped(DropReason.UnknownDestination));
    }

    private static class DatagramKindNumber
    {
        public const int Probe = 3;
        public const int Reply = 4;
    }

    private static void SendProbes(TestPeer from, int count, ushort target)
    {
        for (int i = 0; i < count; i++)
        {
            from.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Probe, 0, 0), Probe(target));
        }
    }

    private static byte[] Probe(ushort target)
    {
        byte[] body = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        BinaryPrimitives.WriteUInt16BigEndian(body, target);
        return body;
    }

    private static void SendFromLan(TestPeer gateway, int count, MacAddress destination, int length = 60)
    {
        for (int i = 0; i < count; i++)
        {
            gateway.Send(TestFrames.Plain(destination, LanMac(1), length));
        }
    }

    private static void Send(TestPeer from, int count, MacAddress destination, int length = 60)
    {
        for (int i = 0; i < count; i++)
        {
            from.Send(TestFrames.Plain(destination, Mac(1), length));
        }
    }
}
