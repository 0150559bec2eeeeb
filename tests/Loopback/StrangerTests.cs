using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>How the listener over ngtcp2, which is our own code, answers packets of no connection.</summary>
[SupportedOSPlatform("linux")]
public sealed class StrangerTests : IDisposable
{
    private readonly LoopbackParty _party = new();

    public void Dispose() => _party.Dispose();

    [Fact]
    public void OnUnknown_OtherQuicVersion_GetsVersionNegotiation()
    {
        byte[] packet = new byte[1200];
        packet[0] = 0xc0;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(1), 0x1a2a3a4a);
        packet[5] = 8;
        packet[14] = 8;
        byte[] answer = Ask(packet) ?? [];
        Assert.True(answer.Length > 7);
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(1)));
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(answer.Length - 4)));
    }

    [Theory]
    [InlineData(21, false)]
    [InlineData(22, true)]
    [InlineData(100, true)]
    public void OnUnknown_ShortPacket_GetsAResetThatIsShorter(int length, bool isAnswered)
    {
        byte[] packet = new byte[length];
        packet[0] = 0x40;
        byte[]? answer = Ask(packet);
        Assert.Equal(isAnswered, answer is not null);
        Assert.True((answer?.Length ?? 0) < length);
    }

    /// <summary>Without the kernel's filter, which only the last of several listeners attaches, this one gets what is meant for the other.</summary>
    [Fact]
    public void OnUnknown_ShortPacketForAnIdOfAnotherShard_GetsNoReset()
    {
        using ILinkListener first = _party.Listen(0, shards: new ListenerShards(2, new LinkQuota(10, 10)));
        IPEndPoint to = new(IPAddress.Loopback, first.LocalEndPoints[0].Port);
        byte[] packet = new byte[100];
        packet[0] = 0x40;
        packet[1] = 7;
        Assert.Null(Ask(packet, to));
        Assert.Equal(1, first.Statistics.MalformedPackets);
        packet[1] = 6;
        Assert.NotNull(Ask(packet, to));
        Assert.Equal(1, first.Statistics.MalformedPackets);
    }

    [Fact]
    public unsafe void OnDatagram_FromPort0_IsCountedAndNotAnswered()
    {
        QuicEndpoint endpoint = ((QuicServer)_party.Listener).Endpoint;
        SockAddr remote = SockAddr.From(new IPEndPoint(IPAddress.Loopback, 0), SockAddr.Inet6);
        SockAddr local = endpoint.Socket.LocalAddress;
        byte* packet = stackalloc byte[100];
        new Span<byte>(packet, 100).Clear();
        packet[0] = 0x40;
        endpoint.OnDatagram(packet, 100, &remote, &local);
        Assert.Equal(1, _party.Listener.Statistics.MalformedPackets);
    }

    [Fact]
    public async Task Accept_DebiansClientWithAnotherAlpn_GetsTheTlsAlert()
    {
        const string Program = "/usr/bin/gtlsclient";
        Assert.SkipUnless(File.Exists(Program), "Debian's package ngtcp2-client is not installed.");
        ProcessStartInfo start = new(Program, ["--timeout=5s", "127.0.0.1", $"{_party.EndPoint.Port}", $"https://127.0.0.1:{_party.EndPoint.Port}/"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        _party.Until(() => process.HasExited && error.IsCompleted && output.IsCompleted, "the other client has ended", 20);

        // CRYPTO_ERROR 0x100 + no_application_protocol (120): RFC 9001, section 4.8.
        Assert.Contains("0x178", await error + await output, StringComparison.Ordinal);
    }

    [Fact]
    public void Accept_ManyLinksFromOneAddress_TheNextMustShowThatItComesFromThere()
    {
        for (int i = 0; i < 8; i++)
        {
            _party.Join();
        }

        Assert.Equal(0, _party.Listener.Statistics.RetriesSent);
        _party.Join();
        Assert.Equal(1, _party.Listener.Statistics.RetriesSent);
    }

    [Fact]
    public void Accept_HandshakesOfOneAddressThatNobodyFinishes_AreFew_AndLeaveRoomForOthers()
    {
        for (int i = 0; i < 40; i++)
        {
            UdpProxy proxy = _party.AddProxy();
            proxy.MaxLengthToClient = 1000; // A Retry passes, so the client shows where it is; what answers it then does not.
            _party.Connect(proxy.EndPoint);
        }

        _party.Until(() => _party.Listener.Statistics.RetriesSent >= 24, "most of them have shown where they are");
        _party.For(TimeSpan.FromMilliseconds(300));
        Assert.Equal(16, _party.Listener.Statistics.HalfOpen);
        _party.Join(_party.AddProxy(source: IPAddress.Parse("127.0.0.2")).EndPoint);
    }

    /// <summary>As a LAN does behind its NAT when the relay was restarted. Whoever had been dropped would wait for a second or three.</summary>
    [Fact]
    public void Accept_APartyBehindOneAddressComesAtOnce_WaitsForEachOtherAndNobodyIsDropped()
    {
        const int Players = 64;
        int most = 0;
        RecordingHandler[] clients =
        [
            .. Enumerable.Range(0, Players).Select(_ =>
            {
                UdpProxy proxy = _party.AddProxy();
                proxy.RoundTrip = TimeSpan.FromMilliseconds(100);
                return _party.Connect(proxy.EndPoint);
            })
        ];
        _party.Until(
            () =>
            {
                most = Math.Max(most, _party.Listener.Statistics.HalfOpen);
                return clients.All(client => client.IsConnected) && _party.Listener.Statistics.Connected == Players;
            },
            "all are connected");
        Assert.InRange(most, 1, 16);
        Assert.Equal(0, _party.Listener.Statistics.RefusedForLoad);
    }

    /// <summary>Whoever begins handshakes that fail at once is never half-open, and may say that he is anybody.</summary>
    [Fact]
    public void Accept_HandshakesThatFail_TheNextMustShowWhereItComesFrom()
    {
        LinkTrust wrong = new(_party.Engine.Inspect(_party.Engine.GenerateCertificate("relay.test"), "another"), null);
        const int PerAddress = 6; // Fewer than one may begin without showing that it is there.
        for (int i = 1; i < 100 && _party.Listener.Statistics.RetriesSent == 0; i++)
        {
            IPAddress source = new([127, 0, 1, (byte)i]);
            RecordingHandler[] clients =
                [.. Enumerable.Range(0, PerAddress).Select(_ => _party.Connect(_party.AddProxy(source: source).EndPoint, wrong))];
            _party.Until(() => clients.All(client => client.Closed is not null), "the clients refuse the relay");
            _party.Until(() => _party.Listener.Statistics.HalfOpen == 0, "the relay knows it");
        }

        Assert.InRange(_party.Listener.Statistics.RetriesSent, 1, long.MaxValue);
        _party.Join(); // An honest one gets in all the same, a round trip later.
        _party.For(TimeSpan.FromSeconds(4));
        long before = _party.Listener.Statistics.RetriesSent;
        _party.Join();
        Assert.Equal(before, _party.Listener.Statistics.RetriesSent);
    }

    [Fact]
    public void Close_GoodbyeThatNobodyAcknowledges_KeepsItsPlaceUntilTheLinkIsFreed()
    {
        LinkQuota quota = new(10, 10);
        using ILinkListener listener = _party.Listen(0, shards: new ListenerShards(1, quota));
        UdpProxy proxy = _party.AddProxy(new IPEndPoint(IPAddress.Loopback, listener.LocalEndPoints[0].Port));
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);
        client.SendText("{\"type\":\"hello\"}");
        _party.Until(() => server.Control.Count == 1, "the stream is open");
        ulong address = SockAddr.From(new IPEndPoint(IPAddress.Loopback, 1), SockAddr.Inet6).ClientKey;
        Assert.Equal(1, quota.Count(address));
        proxy.DropsToServer = true;
        server.SendText("{\"type\":\"joined\"}");
        server.Link.Close(CloseReason.ProtocolError, "go");
        _party.Until(() => server.Closed is not null, "it was reported");
        Assert.Equal(1, quota.Count(address));
        _party.Until(() => quota.Count(address) == 0, "the goodbye has taken long enough");
    }

    [Fact]
    public void OnUnknown_MoreResetsThanASecondHas_LeaveRetriesToNewClients()
    {
        for (int i = 0; i < 8; i++)
        {
            _party.Join();
        }

        byte[] packet = new byte[22];
        packet[0] = 0x40;
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < 1000; i++)
        {
            socket.SendTo(packet, _party.EndPoint);
            _party.Turn();
        }

        _party.Join();
        Assert.Equal(1, _party.Listener.Statistics.RetriesSent);
    }

    /// <summary>Version 2, which ngtcp2 knows, and one that nobody knows (RFC 9000, section 15).</summary>
    [Theory]
    [InlineData(0x6b3343cf, 1200, true)]
    [InlineData(0x6b3343cf, 1199, false)]
    [InlineData(0x1a2a3a4a, 1200, true)]
    [InlineData(0x1a2a3a4a, 1199, false)]
    public void OnUnknown_AnotherVersion_IsToldOfVersion1(uint version, int length, bool isAnswered)
    {
        byte[]? answer = Ask(FirstPacketOf(version, length));
        Assert.Equal(isAnswered, answer is not null);
        Assert.Equal(isAnswered ? 0 : 1, _party.Listener.Statistics.MalformedPackets);
        if (answer is not null)
        {
            Assert.Equal(0u, BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(1))); // Version negotiation (RFC 8999, section 6)
            Assert.Equal(1u, BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(answer.Length - sizeof(uint))));
        }
    }

    [Fact]
    public void OnUnknown_MoreThanASecondHasAnswers_GetNone()
    {
        const int Packets = 4000;
        const int PerSecond = 500;
        byte[] packet = FirstPacketOf(0x1a2a3a4a, 1200);
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        TimeSpan start = _party.Loop.Now;
        int answers = 0;
        for (int i = 0; i < Packets; i++)
        {
            socket.SendTo(packet, _party.EndPoint);
            _party.Turn();
            for (; socket.Available > 0; answers++)
            {
                socket.Receive(new byte[packet.Length]);
            }
        }

        // The seconds that are counted begin somewhere, so one more of them may be touched than have passed.
        int seconds = (int)(_party.Loop.Now - start).TotalSeconds + 2;
        Assert.True(seconds < Packets / PerSecond, $"{Packets} packets took {seconds} s.");
        Assert.InRange(answers, PerSecond - 100, PerSecond * seconds);
    }

    /// <summary>As after a restart of the relay, when somebody floods it with packets of connections that never were.</summary>
    [Fact]
    public void OnUnknown_JunkOfOneAddress_LeavesTheOthersTheirResets()
    {
        const int Links = 20;
        const int Share = 4 * Links;
        using ILinkListener listener = _party.Listen(0, maxLinksPerAddress: Links);
        IPEndPoint to = new(IPAddress.Loopback, listener.LocalEndPoints[0].Port);
        byte[] packet = new byte[100];
        packet[0] = 0x40;
        using Socket junk = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        TimeSpan start = _party.Loop.Now;
        int answers = 0;
        for (int i = 0; i < 5000; i++)
        {
            junk.SendTo(packet, to);
            _party.Turn();
            for (; junk.Available > 0; answers++)
            {
                junk.Receive(new byte[packet.Length]);
            }
        }

        int seconds = (int)(_party.Loop.Now - start).TotalSeconds + 2;
        Assert.InRange(answers, Share, Share * seconds);
        Assert.NotNull(Ask(packet, to, IPAddress.Parse("127.0.0.2")));
    }

    /// <summary>What looks like the first packet of a connection (RFC 8999, section 5.1): two ids, and zeros.</summary>
    private static byte[] FirstPacketOf(uint version, int length)
    {
        byte[] packet = new byte[length];
        packet[0] = 0xc0;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(1), version);
        packet[5] = Ngtcp2Engine.CidLength;
        return packet;
    }

    private byte[]? Ask(byte[] packet, IPEndPoint? to = null, IPAddress? from = null)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(from ?? IPAddress.Loopback, 0));
        socket.SendTo(packet, to ?? _party.EndPoint);
        _party.For(TimeSpan.FromMilliseconds(100));
        if (socket.Available == 0)
        {
            return null;
        }

        byte[] answer = new byte[2048];
        return answer[..socket.Receive(answer)];
    }
}
