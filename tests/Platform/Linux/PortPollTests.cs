using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

/// <summary>With a UDP socket for a port: what counts is a descriptor that becomes readable.</summary>
[SupportedOSPlatform("linux")]
public sealed class PortPollTests : IDisposable
{
    private const int FramesOfAGame = 1000;

    private readonly EventLoop _loop = new();
    private readonly UdpSocket _socket = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0), "Cannot bind");
    private readonly Socket _sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CountingPort _port;
    private PortPoll? _poll;

    public PortPollTests()
    {
        _port = new CountingPort(_socket.Fd);
        _sender.Connect(_socket.LocalAddress.ToEndPoint());
    }

    public void Dispose()
    {
        _poll?.Dispose();
        _sender.Dispose();
        _socket.Dispose();
        _loop.Dispose();
    }

    [Fact]
    public void OnReady_ThousandsOfFramesASecond_AreReadInFewReads()
    {
        Start(PortModeration.Auto);
        SendAGame();
        RunUntilRead(FramesOfAGame);
        Assert.InRange(_port.Reads, 1, FramesOfAGame / 2);

        // And afterwards each at once again.
        for (int i = 0; i < 10; i++)
        {
            Send();
            RunUntilRead(FramesOfAGame + i + 1);
        }
    }

    [Fact]
    public void OnReady_Unmoderated_EachWakeUpReads()
    {
        Start(PortModeration.Off);
        for (int i = 0; i < FramesOfAGame; i++)
        {
            Send();
            _loop.RunTurn(TimeSpan.FromSeconds(1));
            Assert.Equal(i + 1, _port.Frames);
        }
    }

    /// <summary>Each is tried a few times: this thread may be held up just then.</summary>
    [Fact]
    public void OnReady_OneFrameIsAskedFor_WhereTheLoopHadToWaitForIt()
    {
        Start(PortModeration.Off);
        Assert.Contains(false, Enumerable.Range(0, 20).Select(_ =>
        {
            Send();
            _loop.RunTurn(TimeSpan.FromSeconds(5));
            return _port.WasAskedForOne;
        }));
        Assert.Contains(true, Enumerable.Range(0, 20).Select(_ =>
        {
            Thread sender = new(() =>
            {
                Thread.Sleep(20);
                Send();
            });
            sender.Start();
            _loop.RunTurn(TimeSpan.FromSeconds(5));
            sender.Join();
            return _port.WasAskedForOne;
        }));
    }

    /// <summary>The loop rests until the interval is over, but frames may have come all the time, even where it was one the last time. Tried until
    /// two reads in a row are at intervals: where this thread is held up, the port is not read so any more.</summary>
    [Fact]
    public void Read_AtIntervals_AllAreAskedFor()
    {
        Start(PortModeration.Auto);
        for (int tries = 0; tries < 50; tries++)
        {
            int before = _port.Frames;
            SendAGame();
            RunUntilRead(before + FramesOfAGame);
            if (IsNextReadAtIntervals() && IsNextReadAtIntervals())
            {
                Assert.False(_port.WasAskedForOne);
                return;
            }
        }

        Assert.Fail("The port was not read at intervals.");
    }

    [Fact]
    public void Dispose_AtIntervals_NothingIsReadAnyMore()
    {
        Start(PortModeration.Auto);
        SendAGame();
        _poll!.Dispose();
        int reads = _port.Reads;
        Send();
        for (int i = 0; i < 5; i++)
        {
            _loop.RunTurn(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(reads, _port.Reads);
        _poll.Dispose();
    }

    [Fact]
    public void Dispose_InsideRead_IsFine()
    {
        Start(PortModeration.Auto);
        _port.WhenRead = () => _poll!.Dispose();
        Send();
        _loop.RunTurn(TimeSpan.FromSeconds(1));
        Send();
        _loop.RunTurn(TimeSpan.FromMilliseconds(5));
        Assert.Equal(1, _port.Reads);
    }

    /// <summary>Also at intervals, as what has been read is not to wait; and not twice in a turn, also when more has come.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Read_WithSomethingLeft_GoesOnOnceInEachTurn(bool isAtIntervals, bool hasMoreCome)
    {
        const int Shares = 4;
        Start(isAtIntervals ? PortModeration.Auto : PortModeration.Off);
        if (isAtIntervals)
        {
            SendAGame();
        }

        int reads = 0;
        _port.WhenRead = () => _port.HasUnread = ++reads < Shares;
        Send();
        for (int i = 0; reads == 0 && i < 1000; i++)
        {
            _loop.RunTurn(TimeSpan.FromMilliseconds(1));
        }

        long start = Stopwatch.GetTimestamp();
        for (int i = 1; i < Shares; i++)
        {
            Assert.Equal(i, reads);
            if (hasMoreCome)
            {
                Send();
            }

            _loop.RunTurn(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(Shares, reads);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Dispose_WithSomethingLeft_NothingIsReadAnyMore()
    {
        Start(PortModeration.Off);
        _port.WhenRead = () => _port.HasUnread = true;
        Send();
        _loop.RunTurn(TimeSpan.FromSeconds(1));
        _poll!.Dispose();
        for (int i = 0; i < 5; i++)
        {
            _loop.RunTurn(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(1, _port.Reads);
    }

    private void Start(PortModeration moderation)
    {
        _poll = new PortPoll(_loop, _socket.Fd, _port, moderation);
        _poll.Start();
    }

    private void Send() => _sender.Send(new byte[60]);

    /// <summary>10,000 frames a second; where this thread is held up they are fewer, for that moment.</summary>
    private void SendAGame()
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < FramesOfAGame; i++)
        {
            Send();
            while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(0.1 * (i + 1)))
            {
                _loop.RunTurn(TimeSpan.Zero);
            }
        }
    }

    /// <summary>Sends a frame and has it read.</summary>
    /// <returns>The loop did not look at it before its time.</returns>
    private bool IsNextReadAtIntervals()
    {
        int before = _port.Frames;
        Send();
        _loop.RunTurn(TimeSpan.Zero);
        bool waits = _port.Frames == before;
        RunUntilRead(before + 1);
        return waits;
    }

    private void RunUntilRead(int frames)
    {
        long end = Environment.TickCount64 + 5000;
        while (_port.Frames < frames && Environment.TickCount64 < end)
        {
            _loop.RunTurn(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(frames, _port.Frames);
    }

    private sealed class CountingPort(SafeFd fd) : IReadablePort
    {
        private readonly byte[] _buffer = new byte[2048];

        public int Reads { get; private set; }

        public int Frames { get; private set; }

        /// <summary>Whether the last read was.</summary>
        public bool WasAskedForOne { get; private set; }

        public Action? WhenRead { get; set; }

        public bool HasUnread { get; set; }

        public (int Frames, int Bytes) Read(bool askForOne)
        {
            Reads++;
            WasAskedForOne = askForOne;
            int frames = 0;
            int bytes = 0;
            for (nint length; (length = NativeLibc.Read(fd, _buffer, (nuint)_buffer.Length)) > 0;)
            {
                frames++;
                bytes += (int)length;
            }

            Frames += frames;
            WhenRead?.Invoke();
            return (frames, bytes);
        }
    }
}
