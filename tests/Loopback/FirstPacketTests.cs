using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.Ngtcp2;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>What becomes of the first packets of handshakes: which begins when, which waits, and which is turned away.</summary>
[SupportedOSPlatform("linux")]
public sealed class FirstPacketTests : IDisposable
{
    private readonly LoopbackParty _party = new();

    public void Dispose() => _party.Dispose();

    /// <summary>Whoever ends his handshakes as soon as they have begun is never half-open, but what waits for its turn is his as well.</summary>
    [Fact]
    public void Begin_MoreFromOneAddressThanHasRoomInATurn_LeavesRoomForOthers()
    {
        const int Burst = 600;
        for (int i = 0; i < Burst; i++)
        {
            Offer("127.0.0.3", isShown: true);
        }

        // 16 wait for their turn, 128 for those.
        Assert.Equal(Burst - 16 - 128, _party.Listener.Statistics.RefusedForLoad);
        for (int i = 0; i < 16; i++)
        {
            Offer("127.0.0.2", isShown: true);
        }

        Assert.Equal(Burst - 16 - 128, _party.Listener.Statistics.RefusedForLoad);
    }

    /// <summary>Or whoever says that he is somebody else would take that one's places.</summary>
    [Fact]
    public void Begin_WaitingForItsTurn_TheNextOfItsAddressMustShowThatItComesFromThere()
    {
        for (int i = 0; i < 8; i++)
        {
            Offer("127.0.0.3", isShown: false);
        }

        Assert.Equal(0, _party.Listener.Statistics.RetriesSent);
        Offer("127.0.0.3", isShown: false);
        Assert.Equal(1, _party.Listener.Statistics.RetriesSent);
        Offer("127.0.0.2", isShown: false);
        Assert.Equal(1, _party.Listener.Statistics.RetriesSent);
    }

    /// <summary>Each worker looks at its own packets; what all of them have begun counts when one of them goes on.</summary>
    [Fact]
    public void Begin_AnotherShardHasBegunAsMany_MustShowThatItComesFromThere()
    {
        LinkQuota quota = new(1000, 64);
        using ILinkListener listener = _party.Listen(0, shards: new ListenerShards(1, quota));
        for (int i = 0; i < 8; i++)
        {
            Offer("127.0.0.3", isShown: false, listener: listener);
        }

        ulong address = SockAddr.From(new IPEndPoint(IPAddress.Parse("127.0.0.3"), 9), SockAddr.Inet6).ClientKey;
        for (int i = 0; i < 8; i++)
        {
            Assert.True(quota.TryTake(address, _party.Loop.Now));
        }

        for (int i = 0; i < 20; i++)
        {
            _party.Turn();
        }

        Assert.Equal(8, listener.Statistics.RetriesSent);
        Assert.Equal(8, quota.Count(address));
    }

    [Fact]
    public void Begin_AfterABurstThatWaited_ItsAddressHasAllItsPlacesAgain()
    {
        for (int i = 0; i < 16; i++)
        {
            Offer("127.0.0.3", isShown: true);
        }

        for (int i = 0; i < 50; i++)
        {
            _party.Turn(); // One of them begins in each, and fails.
        }

        _party.Until(() => _party.Listener.Statistics.HalfOpen == 0, "all are over");
        for (int i = 0; i < 16 + 128; i++)
        {
            Offer("127.0.0.3", isShown: true);
        }

        Assert.Equal(0, _party.Listener.Statistics.RefusedForLoad);
        Offer("127.0.0.3", isShown: true);
        Assert.Equal(1, _party.Listener.Statistics.RefusedForLoad);
    }

    [Fact]
    public void Begin_TokenOfARetry_IsGoodForTenSeconds()
    {
        for (int i = 0; i < 8; i++)
        {
            Offer("127.0.0.3", isShown: false);
        }

        Offer("127.0.0.3", isShown: true, TimeSpan.FromSeconds(9));
        Assert.Equal(0, _party.Listener.Statistics.RetriesSent);
    }

    /// <summary>RFC 9000, section 8.1.3: INVALID_TOKEN. Otherwise a client whose address has changed would wait for its handshake's
    /// timeout.</summary>
    /// <remarks>Its age is that of the wall clock, which goes on when the relay's machine is restarted, and the secret with it.</remarks>
    [Theory]
    [InlineData(9, "127.0.0.3", false)]
    [InlineData(11, "127.0.0.3", true)]
    [InlineData(0, "127.0.0.2", true)]
    public void Begin_TokenThatIsOldOrAnothers_IsRefusedAtOnce(int age, string tokensAddress, bool isRefused)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.3"), 0));
        int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        Offer("127.0.0.3", isShown: true, TimeSpan.FromSeconds(age), tokensAddress, port);
        _party.Turn();
        Assert.Equal(isRefused, socket.Available > 0);
        Assert.Equal(0, _party.Listener.Statistics.RetriesSent);
    }

    /// <summary>ngtcp2 keeps the second half of a ClientHello that comes first only for somebody who has shown where he is
    /// (NGTCP2_ERR_RETRY).</summary>
    [Fact]
    public void Begin_SecondHalfOfAClientHello_IsAskedToShowThatItComesFromThere()
    {
        byte[] crypto = [6, 0x44, 0, 0x40, 50, .. new byte[50]]; // RFC 9000, section 19.6: 50 bytes from 1024 on.
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 2000 };
        socket.SendTo(InitialPacket.Make(crypto), _party.EndPoint);
        _party.Until(() => socket.Available > 0, "it is answered");
        byte[] answer = new byte[1500];
        int length = socket.Receive(answer);
        Assert.Equal(0xf0, answer[0] & 0xf0); // Section 17.2.5: Retry.
        Assert.InRange(length, 1, 200);
        Assert.Equal((1L, 0), (_party.Listener.Statistics.RetriesSent, _party.Listener.Statistics.HalfOpen));
    }

    /// <summary>A handshake is expensive; whoever breaks his off as soon as they have begun has no links that could be counted.</summary>
    [Fact]
    public void Begin_MoreThanAnAddressMayLately_AreRefused()
    {
        const int Links = 20;
        using ILinkListener listener = _party.Listen(0, maxLinksPerAddress: Links);
        IPEndPoint to = new(IPAddress.Loopback, listener.LocalEndPoints[0].Port);
        LinkTrust wrong = new(_party.Engine.Inspect(_party.Engine.GenerateCertificate("relay.test"), "another"), null);
        for (int i = 0; i < 2 * Links; i++)
        {
            RecordingHandler client = _party.Connect(to, wrong);
            _party.Until(() => client.Closed is not null, "the client refuses the relay");
            Assert.Equal(LinkCloseKind.Untrusted, client.Closed!.Value.Kind);
        }

        RecordingHandler next = _party.Connect(to);
        _party.Until(() => next.Closed is not null, "it is refused");
        Assert.Equal(LinkCloseKind.Full, next.Closed!.Value.Kind);
        _party.Join(_party.AddProxy(to, IPAddress.Parse("127.0.0.2")).EndPoint);
    }

    [Fact]
    public void Accept_FailsByABug_LeavesNothingCounted()
    {
        _party.Acceptor.Throws = true;
        RecordingHandler client = _party.Connect();
        _party.Until(() => client.Closed is not null, "the link is closed");
        _party.Acceptor.Throws = false;
        ListenerStatistics statistics = _party.Listener.Statistics;
        Assert.Equal((0, 0, 0L), (statistics.Connected, statistics.HalfOpen, statistics.Accepted));
        for (int i = 0; i < 16; i++)
        {
            _party.Join();
        }

        Assert.Equal(16, _party.Listener.Statistics.Connected);
    }

    /// <summary>Or all that arrived with its first packet would wait for its cryptography.</summary>
    [Fact]
    public void Begin_FramesThatCameAlong_AreDealtWithFirst()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        int halfOpen = -1;
        server.WhenDatagram = () => halfOpen = _party.Listener.Statistics.HalfOpen;
        RecordingHandler newcomer = _party.Connect(); // Its packet leaves at the end of this turn, before that of the one that is connected.
        client.SendFrame(_party.Loop, 100);
        _party.Until(() => server.DatagramCount == 1, "the frame has come");
        Assert.Equal(0, halfOpen);
        _party.Until(() => newcomer.IsConnected, "so has the newcomer");
    }

    /// <summary>Hands the listener what looks like the first packet of a connection, within the same turn.</summary>
    /// <param name="from">The sender's address.</param>
    /// <param name="isShown">Whether it has a token of a Retry.</param>
    /// <param name="age">Of the token.</param>
    /// <param name="tokensAddress">To which the token was given; null: the sender's.</param>
    /// <param name="port">The sender's.</param>
    /// <param name="listener">Null: the party's.</param>
    private unsafe void Offer(
        string from, bool isShown, TimeSpan age = default, string? tokensAddress = null, int port = 9, ILinkListener? listener = null)
    {
        const int Length = 1200;
        const int MaxToken = 128;
        QuicEndpoint endpoint = ((QuicServer)(listener ?? _party.Listener)).Endpoint;
        SockAddr remote = SockAddr.From(new IPEndPoint(IPAddress.Parse(from), port), SockAddr.Inet6);
        SockAddr shown = SockAddr.From(new IPEndPoint(IPAddress.Parse(tokensAddress ?? from), port), SockAddr.Inet6);
        SockAddr local = SockAddr.From(_party.EndPoint, SockAddr.Inet6);
        NativeNgtcp2.Cid dcid = Ngtcp2Engine.NewCid();
        byte* token = stackalloc byte[MaxToken];
        nint tokenLength = 0;
        fixed (byte* secret = LoopbackEngines.Secret)
        {
            tokenLength = isShown
                ? NativeNgtcp2.CryptoGenerateRetryToken2(
                    token, secret, (nuint)LoopbackEngines.Secret.Length, NativeNgtcp2.NGTCP2_PROTO_VER_V1,
                    &shown, shown.Length, &dcid, &dcid, (ulong)((DateTime.UtcNow - age - DateTime.UnixEpoch).TotalNanoseconds))
                : 0;
        }

        // RFC 9000, section 17.2.2: Initial, version 1, two ids, the token, and what nobody can decrypt.
        byte[] head =
        [
            0xc0, 0, 0, 0, 1, Ngtcp2Engine.CidLength, .. ((ReadOnlySpan<byte>)dcid.Data)[..Ngtcp2Engine.CidLength], 0,
            0x40, (byte)tokenLength, .. new ReadOnlySpan<byte>(token, (int)tokenLength),
        ];
        byte[] packet = new byte[Length];
        head.CopyTo(packet, 0);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(head.Length), (ushort)(0x4000 | (Length - head.Length - 2)));
        fixed (byte* bytes = packet)
        {
            endpoint.OnDatagram(bytes, Length, &remote, &local);
        }
    }
}
