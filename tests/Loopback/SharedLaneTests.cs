using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Quic.MsQuic;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>What roles do inside msquic's callbacks.</summary>
[Collection(WallTimeTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class SharedLaneTests : SharedLaneBench
{
    [Fact]
    public void Join_ControlAndDatagrams_GoBothWays()
    {
        (RecordingHandler client, RecordingHandler server) = Join();
        OnLane(() =>
        {
            client.SendText("hello");
            client.SendNow(500);
        });
        Until(() => server.Control.Count == 1 && server.DatagramCount == 1, "the relay has both");
        OnLane(() =>
        {
            server.SendText("welcome");
            server.SendNow(700);
        });
        Until(() => client.Control.Count == 1 && client.DatagramCount == 1, "the client has both");
    }

    [Fact]
    public void OnClosed_HandlerConnectsAnew_InsideTheCallback()
    {
        (RecordingHandler client, RecordingHandler server) = Join();
        OnLane(() => client.SendText("hello"));
        Until(() => server.Control.Count == 1, "the stream is open");
        RecordingHandler? next = null;
        client.WhenClosed = () => next = Connect();
        OnLane(() => server.Link.Close(CloseReason.Kicked, "again"));
        Until(() => next is { IsConnected: true }, "the client is connected again");
        Assert.Equal(new LinkClosed(LinkCloseKind.ByPeer, CloseReason.Kicked, "again"), client.Closed);
    }

    [Fact]
    public void OnDatagram_HandlerDisposesTheListener_NothingHangs()
    {
        (RecordingHandler client, RecordingHandler server) = Join();
        (RecordingHandler other, _) = Join();
        int port = Listener.LocalEndPoints[0].Port;
        server.WhenDatagram = () =>
        {
            server.WhenDatagram = null;
            Listener.Dispose();
            Listener = Listen(port);
        };
        OnLane(() => client.SendNow(100));

        // They were ended without a word; the new listener on the port does not know them and says so.
        Until(
            () =>
            {
                client.SendNow(60);
                other.SendNow(60);
                return client.Closed is not null && other.Closed is not null;
            },
            "both have learnt it");
        Assert.Equal(LinkCloseKind.Reset, client.Closed!.Value.Kind);
        Join();
    }

    [Fact]
    public void OnDatagram_HandlerDisposesTheEngine_NothingHangs()
    {
        (RecordingHandler client, RecordingHandler server) = Join();
        bool isDisposed = false;
        server.WhenDatagram = () =>
        {
            server.WhenDatagram = null;
            Engine.Dispose();
            isDisposed = true;
        };
        OnLane(() => client.SendNow(100));
        Until(() => isDisposed, "the engine is disposed");
    }

    [Fact]
    public void Dispose_InsideACallback_TheLastGoodbyeLeaves()
    {
        using MsQuicEngine other = new(Lane);
        RecordingHandler client = null!;
        OnLane(() => client = Connect(other));
        Until(() => client.IsConnected && Acceptor.Handlers.Count > 0, "the link is up");
        RecordingHandler server = Acceptor.Handlers[^1];
        OnLane(() => client.SendText("hello"));
        Until(() => server.Control.Count == 1, "the stream is open, without which a goodbye may have no words");
        server.WhenDatagram = () =>
        {
            if (!MsQuicCallbacks.IsInside)
            {
                return; // It came while this test's thread was on the lane.
            }

            server.WhenDatagram = null;
            server.Link.Close(CloseReason.ShuttingDown, "over");
            Lane.Post(Engine.Dispose); // After the turn, in which the goodbye is said.
        };
        Until(
            () =>
            {
                client.SendNow(100);
                return client.Closed is not null;
            },
            "the goodbye has come");
        Assert.Equal(new LinkClosed(LinkCloseKind.ByPeer, CloseReason.ShuttingDown, "over"), client.Closed);
        long before = Environment.TickCount64;
        Engine.Wait();
        Assert.True(Environment.TickCount64 - before < 3000, "It ended with patience.");
        OnLane(other.Dispose);
    }

    /// <summary>msquic reports the end while the connection is closed, and the lane hears of it there and then.</summary>
    [Fact]
    public void Connect_CannotBeBegun_SaysWhy()
    {
        RecordingHandler client = null!;
        OnLane(() => client = Connect(serverName: new string('a', 70_000))); // More than a name may have (QUIC_MAX_SNI_LENGTH).
        Until(() => client.Closed is not null, "it has failed");
        Assert.Equal(LinkCloseKind.Unreachable, client.Closed!.Value.Kind);
        Assert.Contains("cannot be sent", client.Closed.Value.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_WhileFramesFlow_Grow()
    {
        (RecordingHandler client, RecordingHandler server) = Join();
        server.Echoes = true;
        LinkStatistics before = default;
        OnLane(() => before = client.Link.Statistics);
        long end = Environment.TickCount64 + 500;
        while (Environment.TickCount64 < end)
        {
            OnLane(() => client.SendNow(1000));
            Thread.Sleep(1);
        }

        LinkStatistics after = default;
        OnLane(() => after = client.Link.Statistics);
        Assert.True(after.PacketsSent > before.PacketsSent && after.PacketsReceived > before.PacketsReceived);
        Assert.True(after.BytesSent > before.BytesSent + 10_000 && after.BytesReceived > before.BytesReceived + 10_000);
        Assert.InRange(after.SmoothedRtt, TimeSpan.FromMicroseconds(1), TimeSpan.FromSeconds(1));
        Assert.InRange(after.MinRtt, TimeSpan.FromMicroseconds(1), after.SmoothedRtt + TimeSpan.FromMilliseconds(100));
        Assert.True(after.CongestionWindow > 0);
    }

    /// <summary>All of the engine's code runs on msquic's threads here, so each thread's own count tells.</summary>
    [Fact]
    public void Echo_SteadyTraffic_AllocatesNothingOnAnyThread()
    {
        (RecordingHandler client, RecordingHandler server) = Join();
        client.KeepDatagrams = false;
        server.KeepDatagrams = false;
        server.Echoes = true;
        client.Echoes = true;
        AllocationMeter meter = new();
        client.WhenDatagram = meter.Note;
        server.WhenDatagram = meter.Note;
        Until(() => client.Link.MaxDatagramLength > 1430 && server.Link.MaxDatagramLength > 1430, "path MTU discovery is done");
        OnLane(() =>
        {
            for (int i = 0; i < 16; i++)
            {
                client.SendNow(i % 2 == 0 ? 1400 : 90);
            }
        });

        // From here on frames go back and forth by themselves. As in the other ring, a list may find its size in the first rounds.
        const int MaxRounds = 8;
        long allocated = long.MaxValue;
        for (int round = 0; round < MaxRounds && allocated != 0; round++)
        {
            // Without a look on the lane: posting allocates.
            meter.Restart();
            for (int wait = 0; meter.Frames < 4000 && wait < 15_000; wait++)
            {
                Thread.Sleep(1);
            }

            Assert.True(meter.Frames >= 4000, "The frames go round.");
            allocated = meter.Allocated;
        }

        OnLane(() => client.Echoes = false);
        Assert.Equal(0, allocated);
    }

    private (RecordingHandler Client, RecordingHandler Server) Join()
    {
        int before = 0;
        RecordingHandler client = null!;
        OnLane(() =>
        {
            before = Acceptor.Handlers.Count;
            client = Connect();
        });
        Until(() => client.IsConnected && Acceptor.Handlers.Count > before, "the link is up");
        return (client, Acceptor.Handlers[^1]);
    }

    /// <summary>What each of msquic's threads has allocated between the first and the last frame that it brought.</summary>
    private sealed class AllocationMeter
    {
        private const int MaxThreads = 4096;
        private readonly long[] _first = new long[MaxThreads];
        private readonly long[] _last = new long[MaxThreads];
        private long _frames;

        public long Frames
        {
            get => Volatile.Read(ref _frames);
            private set => Volatile.Write(ref _frames, value);
        }

        public long Allocated => _last.Zip(_first, (last, first) => last - first).Sum();

        public void Note()
        {
            // The lane is also visited by this test's thread and by timers of the pool, which have other things to allocate for.
            if (!MsQuicCallbacks.IsInside)
            {
                return;
            }

            int thread = Environment.CurrentManagedThreadId % MaxThreads;
            _last[thread] = GC.GetAllocatedBytesForCurrentThread();
            if (_first[thread] == 0)
            {
                _first[thread] = _last[thread];
            }

            Frames++;
        }

        public void Restart()
        {
            Array.Clear(_first);
            Array.Clear(_last);
            Frames = 0;
        }
    }
}
