using Softlan.Platform.Quic;

namespace Softlan.Tests.Platform.Quic;

/// <summary>The paths that the tests send over.</summary>
public sealed partial class DelayGuardTests
{
    private void Hold(TimeSpan roundTrip, long inFlight, int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            Update(roundTrip, inFlight, Window, Tick());
        }
    }

    /// <summary>Next to nothing is in flight, and packets take between the two.</summary>
    private void Rest(double shortest, double longest, double smoothed, int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            double step = (longest - shortest) / 6;
            TimeSpan roundTrip = TimeSpan.FromMilliseconds(shortest + (i / 20 % 7 * step));
            _guard.Update(new DelaySample(roundTrip, TimeSpan.FromMilliseconds(smoothed), 240, (long)_delivered, Window, Tick()));
            _updatedAt = _now;
        }
    }

    private void JitterNearby(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            Update(TimeSpan.FromMicroseconds(i % 4 == 0 ? 100 : 1000), Math.Min(_guard.Limit, Window), Window, Tick());
            _guard.NoteInTheWay();
        }
    }

    private void Update(TimeSpan roundTrip, long inFlight, long window, TimeSpan now)
    {
        // Little's law again.
        _delivered += roundTrip > TimeSpan.Zero && _updatedAt > TimeSpan.Zero ? inFlight * ((now - _updatedAt) / roundTrip) : 0;
        _updatedAt = now;
        if (_losesMuch)
        {
            _guard.NoteOverflow(now);
        }

        _guard.Update(new DelaySample(roundTrip, roundTrip, inFlight, (long)_delivered, window, now));
    }

    private TimeSpan Tick() => _now += TimeSpan.FromMilliseconds(1);

    /// <summary>For 25 seconds, in which BBR pauses five times.</summary>
    private List<(double Queue, long Limit)> FillWithPauses(double bytesPerSecond, TimeSpan trip, long window)
    {
        var seen = new List<(double, long)>();
        for (int i = 0; i < 5; i++)
        {
            Fill(bytesPerSecond, trip, (long)(bytesPerSecond * trip.TotalSeconds / 2), TimeSpan.FromMilliseconds(250));
            Fill(bytesPerSecond, trip, window, TimeSpan.FromMilliseconds(4750), queue => seen.Add((queue, _guard.Limit)));
        }

        return seen;
    }

    /// <summary>A load begins: what congestion control allows doubles with every round trip, from QUIC's initial window on.</summary>
    private void Ramp(double bytesPerSecond, TimeSpan trip, long window)
    {
        for (long now = 10 * FullPacket; now < window; now *= 2)
        {
            Fill(bytesPerSecond, trip, now, trip);
        }
    }

    /// <summary>Who may send a byte sends a packet.</summary>
    private static long WholePackets(long bytes) => bytes > Window ? bytes : (bytes + FullPacket - 1) / FullPacket * FullPacket;

    /// <summary>Little's law: what is in flight beyond the path's own product stands in its queue, and the next round trip shows it.</summary>
    private void Fill(double bytesPerSecond, TimeSpan trip, long window, TimeSpan duration, Action<double>? look = null)
    {
        var inFlight = new Queue<(TimeSpan At, long Bytes)>();
        for (TimeSpan end = _now + duration; _now < end;)
        {
            long now = Math.Min(WholePackets(_guard.Limit), window);
            inFlight.Enqueue((Tick(), now));
            long then = now;
            while (inFlight.TryPeek(out (TimeSpan At, long Bytes) sent) && sent.At + trip <= _now)
            {
                then = inFlight.Dequeue().Bytes;
            }

            double queue = Math.Max(0, (then / bytesPerSecond) - trip.TotalSeconds);
            look?.Invoke(queue);
            Update(trip + TimeSpan.FromSeconds(queue), now, window, _now);
            if (_guard.Limit < window)
            {
                _guard.NoteInTheWay();
            }
        }
    }
}
