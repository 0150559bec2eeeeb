using System.Reflection;
using System.Text;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Wire.Control;

/// <summary>What is written is read again, and looks as protocol.md says.</summary>
public sealed class ControlCodecTests
{
    private static readonly PeerInfo Player = new(7, PeerRole.Client, Mac("02:00:5e:10:00:01"), "Jörg");
    private static readonly PeerInfo Gateway = new(65535, PeerRole.Gateway, MacAddress.Zero, "");

    [Fact]
    public void Hello_OfAClient()
    {
        HelloMessage hello = new()
        {
            Role = PeerRole.Client,
            Room = Room("LAN-2026"),
            Mac = Mac("02:00:5e:10:00:01"),
            Name = "Jörg",
            Mtu = 1400,
            MaxDatagram = 1200,
            Resume = "abc_-",
            Software = "softlan 0.1.0",
        };
        AssertRoundTrip(
            hello,
            """{"type":"hello","version":1,"role":"client","room":"LAN-2026","mac":"02:00:5e:10:00:01","name":"Jörg","mtu":1400"""
            + ""","maxDatagram":1200,"resume":"abc_-","software":"softlan 0.1.0"}""");
    }

    [Fact]
    public void Hello_OfAGateway() =>
        AssertRoundTrip(
            new HelloMessage { Role = PeerRole.Gateway, Room = Room("a"), MaxDatagram = 1522, Software = "" },
            """{"type":"hello","version":1,"role":"gateway","room":"a","mtu":1500,"maxDatagram":1522,"software":""}""");

    [Fact]
    public void Welcome_ListsThePeers()
    {
        byte[] json = ControlCodec.Write(new WelcomeMessage(9, Room("a"), 1500, "token", [Player, Gateway]));
        Assert.Equal(
            """{"type":"welcome","peer":9,"room":"a","mtu":1500,"resume":"token","peers":["""
            + """{"id":7,"role":"client","mac":"02:00:5e:10:00:01","name":"Jörg"},{"id":65535,"role":"gateway","name":""}]}""",
            Encoding.UTF8.GetString(json));
        WelcomeMessage read = Assert.IsType<WelcomeMessage>(Parse(json));
        Assert.Equal([Player, Gateway], read.Peers);
        Assert.Equal((ushort)9, read.Peer);
        Assert.Equal((Room("a"), 1500, "token"), (read.Room, read.Mtu, read.Resume));
    }

    [Fact]
    public void Welcome_ToAnEmptyRoom() =>
        Assert.Equal(
            """{"type":"welcome","peer":9,"room":"a","mtu":1500,"resume":"token","peers":[]}""",
            Encoding.UTF8.GetString(ControlCodec.Write(new WelcomeMessage(9, Room("a"), 1500, "token", []))));

    [Fact]
    public void PeerInfo_WhatWasMadeOfItIsNoMemberOfIt()
    {
        PeerInfo told = new(7, PeerRole.Client, Mac("02:00:5e:10:00:01"), "Jörg");
        Assert.Same(told.Joined, told.Joined);
        Assert.Equal(Player with { Id = 7 }, told);
        Assert.Equal(told.GetHashCode(), Player.GetHashCode());
        Assert.NotEqual(told, told with { Name = "Ann" });
        Assert.Contains("Ann", Encoding.UTF8.GetString((told with { Name = "Ann" }).Joined), StringComparison.Ordinal);
    }

    [Fact]
    public void Reject_Joined_Left_Outside_Lan_Bye()
    {
        AssertRoundTrip(
            new RejectMessage(RejectReason.MacTaken, "Somebody has it."),
            """{"type":"reject","reason":"mac-taken","text":"Somebody has it."}""");
        AssertRoundTrip(new JoinedMessage(Player), """{"type":"joined","peer":{"id":7,"role":"client","mac":"02:00:5e:10:00:01","name":"Jörg"}}""");
        AssertRoundTrip(new LeftMessage(7, CloseReason.TimedOut), """{"type":"left","id":7,"reason":"timed-out"}""");
        AssertRoundTrip(new OutsideMessage(7, Player.Mac, true), """{"type":"outside","id":7,"mac":"02:00:5e:10:00:01","outside":true}""");
        AssertRoundTrip(new OutsideMessage(7, Player.Mac, false), """{"type":"outside","id":7,"mac":"02:00:5e:10:00:01","outside":false}""");
        AssertRoundTrip(new LanMessage(false), """{"type":"lan","connected":false}""");
        AssertRoundTrip(new ByeMessage(CloseReason.ShuttingDown, ""), """{"type":"bye","reason":"shutting-down","text":""}""");
    }

    [Fact]
    public void Stats_CarryEveryCounter()
    {
        PeerCounters counters = PeerCountersTests.Filled(10);
        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            counters.Drop(reason, 1000 + (int)reason);
        }

        StatsMessage read = Assert.IsType<StatsMessage>(Parse(ControlCodec.Write(new StatsMessage(counters, TimeSpan.FromMicroseconds(12345.9)))));
        Assert.Equal(TimeSpan.FromMicroseconds(12345), read.Rtt);
        foreach (FieldInfo field in PeerCountersTests.Fields())
        {
            Assert.Equal(field.GetValue(counters), field.GetValue(read.Counters));
        }

        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            Assert.Equal(counters.Dropped(reason), read.Counters.Dropped(reason));
        }
    }

    [Fact]
    public void Stats_KeyDropsByReason()
    {
        PeerCounters counters = new();
        counters.Drop(DropReason.ArpSpoof);
        Assert.EndsWith(
            ""","drops":{"ArpSpoof":1}}""",
            Encoding.UTF8.GetString(ControlCodec.Write(new StatsMessage(counters, default))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TextThatAPlayerMustNotSee_IsCleaned()
    {
        RejectMessage read = Assert.IsType<RejectMessage>(Parse(ControlCodec.Write(
            new RejectMessage(RejectReason.BadHello, "a\u001b[2Jb\n" + new string('x', 500)))));
        Assert.StartsWith("a?[2Jb?xxx", read.Text, StringComparison.Ordinal);
        Assert.Equal(ControlCodec.MaxTextLength, read.Text.Length);
    }

    [Fact]
    public void Write_AFullWelcomeWithTheLongestNames_Fits()
    {
        string name = string.Concat(Enumerable.Repeat("🎮", PeerName.MaxLength));
        PeerInfo[] peers =
        [
            .. Enumerable.Range(65000, ControlCodec.MaxPeersInWelcome)
                .Select(id => new PeerInfo((ushort)id, PeerRole.Client, MacAddress.Broadcast, name))
        ];
        WelcomeMessage welcome = new(65535, Room(new string('r', RoomCode.MaxLength)), 1500, new string('t', ControlCodec.MaxTokenLength), peers);
        Assert.Equal(peers, Assert.IsType<WelcomeMessage>(Parse(ControlCodec.Write(welcome))).Peers);
    }

    /// <summary>Characters beyond U+FFFF take twelve bytes of JSON, more than any other.</summary>
    [Fact]
    public void Write_TheLongestOfWhatAPeerSends_IsTakenByARelay()
    {
        static string Long(int length) => string.Concat(Enumerable.Repeat("🎮", length));
        PeerCounters counters = new();
        foreach (FieldInfo field in PeerCountersTests.Fields())
        {
            field.SetValue(counters, long.MaxValue);
        }

        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            counters.Drop(reason, long.MaxValue);
        }

        HelloMessage hello = new()
        {
            Role = PeerRole.Client,
            Room = Room(new string('r', RoomCode.MaxLength)),
            Mac = MacAddress.Broadcast,
            Name = Long(PeerName.MaxLength),
            Mtu = ushort.MaxValue,
            MaxDatagram = ushort.MaxValue,
            Resume = new string('t', ControlCodec.MaxTokenLength),
            Software = Long(ControlCodec.MaxSoftwareLength),
        };
        Assert.All(
            (ControlMessage[])
            [
                hello, new StatsMessage(counters, TimeSpan.FromHours(1)), new ByeMessage(CloseReason.ShuttingDown, Long(ControlCodec.MaxTextLength))
            ],
            message => Assert.InRange(ControlCodec.Write(message).Length, 1000, ControlCodec.MaxMessageFromPeer));
    }

    [Fact]
    public void Write_TooLongOrUnknown_Throws()
    {
        PeerInfo[] peers = [.. Enumerable.Repeat(Player, 2000)];
        Assert.Throws<ArgumentException>(() => ControlCodec.Write(new WelcomeMessage(1, Room("a"), 1500, "t", peers)));
        Assert.Throws<ArgumentException>(() => ControlCodec.Write(new UnknownMessage("x")));
    }

    private static void AssertRoundTrip(ControlMessage message, string json)
    {
        byte[] written = ControlCodec.Write(message);
        Assert.Equal(json, Encoding.UTF8.GetString(written));
        Assert.Equal(message, Parse(written));
    }

    private static ControlMessage Parse(byte[] json)
    {
        Assert.True(ControlCodec.TryParse(json, out ControlMessage? message, out string? error), error);
        return message;
    }

    private static MacAddress Mac(string text) => MacAddress.TryParse(text, out MacAddress mac) ? mac : throw new ArgumentException(text);

    private static RoomCode Room(string text) => RoomCode.TryParse(text, out RoomCode room) ? room : throw new ArgumentException(text);
}
