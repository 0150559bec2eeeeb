using Softlan.Wire;

namespace Softlan.Platform.Linux;

// Each wake-up for one small frame costs client, relay and gateway some 25 microseconds of processor time each, most of it in the
// kernel; several frames in one wake-up also share a QUIC packet. So at high rates of small frames a port is read at intervals, as
// network cards do (adaptive interrupt moderation; ethtool's rx-usecs). The price is up to MaxInterval of latency for a moment of
// thousands of frames a second, and none at all below. It is not paid where it would cost more than it saves:
//
//   large frames          a download: its batches are large already, and it waits for each of them
//   as many out as in     ping-pong, for example of small requests to a file server: each would wait for the other
//   several a wake-up     nothing to gain

/// <summary>Decides whether a port is read as soon as it has something, or at intervals. Pure: it is told the time.</summary>
internal sealed class ReadModeration
{
    /// <summary>Frames a second, below which every frame is read at once: 33 players' worth of a fast game.</summary>
    public const int MinRate = 2000;

    /// <summary>The longest interval: what a frame may lose at most, and half of it on average.</summary>
    public static readonly TimeSpan MaxInterval = TimeSpan.FromMilliseconds(1);

    /// <summary>Frames that an interval is made for; more make a batch cheaper by little.</summary>
    private const int TargetBatch = 5;

    /// <summary>Frames in one read from which on there is nothing to gain, or the rate has jumped: from here on the port is read at once
    /// again.</summary>
    private const int LargeBatch = 16;

    /// <summary>Bytes, on average: games' frames are shorter, downloads' are longer.</summary>
    private const int MaxAverageLength = 600;

    /// <summary>Reads after which the decision is looked at again: 16 ms at the lowest rate.</summary>
    private const int Window = 32;

    private long _windowStart = -1;
    private int _reads;
    private long _framesIn;
    private long _bytesIn;
    private long _framesOut;
    private TimeSpan _interval;

    /// <summary>The port sent a frame.</summary>
    public void OnWritten() => _framesOut++;

    /// <summary>The port was read until nothing was left, or the turn's share was reached.</summary>
    /// <param name="now">Nanoseconds of a clock that only goes forward.</param>
    /// <param name="frames">How many frames there were.</param>
    /// <param name="bytes">How long they were together.</param>
    /// <returns>When to read again; zero: as soon as there is something.</returns>
    public TimeSpan OnRead(long now, int frames, int bytes)
    {
        _windowStart = _windowStart < 0 ? now : _windowStart;
        _reads++;
        _framesIn += frames;
        _bytesIn += bytes;
        if (_interval > TimeSpan.Zero && frames is 0 or >= LargeBatch)
        {
            _interval = TimeSpan.Zero;
            Restart(now);
        }
        else if (_reads == Window)
        {
            _interval = Decide(now - _windowStart);
            Restart(now);
        }

        return _interval;
    }

    private TimeSpan Decide(long elapsed)
    {
        bool isFast = _framesIn * Nanoseconds.PerSecond >= MinRate * elapsed;
        bool isSmall = _bytesIn <= _framesIn * MaxAverageLength;
        bool isOneWay = _framesOut * 2 <= _framesIn;
        bool isGain = _interval > TimeSpan.Zero || _framesIn * 2 < (long)_reads * TargetBatch;
        if (!isFast || !isSmall || !isOneWay || !isGain)
        {
            return TimeSpan.Zero;
        }

        return TimeSpans.Min(Nanoseconds.ToTimeSpan(TargetBatch * elapsed / _framesIn), MaxInterval);
    }

    private void Restart(long now)
    {
        _windowStart = now;
        _reads = 0;
        _framesIn = _bytesIn = _framesOut = 0;
    }
}
