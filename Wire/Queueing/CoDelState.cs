namespace Softlan.Wire;

/// <summary>Tells a queue that only absorbs bursts from one that stands: "controlled delay" (RFC 8289) for one flow.</summary>
/// <remarks>A flow whose packets wait longer than the target for a whole interval loses one, then more and more often, by the square root of how
/// often already, until the queue is short again. TCP needs no more of a hint.</remarks>
internal struct CoDelState
{
    /// <summary>In ticks; 0: the queue is not standing.</summary>
    private long _firstAbove;
    private long _dropNext;
    private int _count;
    private int _lastCount;
    private bool _isDropping;

    /// <summary>Judges the packet that would leave now.</summary>
    /// <param name="waited">How long it has waited.</param>
    /// <param name="now">Monotonic.</param>
    /// <param name="isLast">It is the flow's only one: there is no queue, however slow the link is.</param>
    /// <param name="target">Waiting that is tolerated for ever.</param>
    /// <param name="interval">How long the target may be exceeded; in the order of a round trip.</param>
    /// <returns>True: drop it (or mark it), and judge the next one.</returns>
    public bool ShouldDrop(TimeSpan waited, TimeSpan now, bool isLast, TimeSpan target, TimeSpan interval)
    {
        bool stands = Stands(waited, now, isLast, target, interval);
        if (_isDropping)
        {
            if (!stands)
            {
                _isDropping = false;
                return false;
            }

            if (now.Ticks < _dropNext)
            {
                return false;
            }

            _count++;
            _dropNext = Next(_dropNext, interval);
            return true;
        }

        if (!stands)
        {
            return false;
        }

        // Soon after the last time: the rate that helped then is a good start now (RFC 8289, section 4.2).
        int since = _count - _lastCount;
        _isDropping = true;
        _count = since > 1 && now.Ticks - _dropNext < 16 * interval.Ticks ? since : 1;
        _lastCount = _count;
        _dropNext = Next(now.Ticks, interval);
        return true;
    }

    private bool Stands(TimeSpan waited, TimeSpan now, bool isLast, TimeSpan target, TimeSpan interval)
    {
        if (waited < target || isLast)
        {
            _firstAbove = 0;
            return false;
        }

        if (_firstAbove == 0)
        {
            _firstAbove = now.Ticks + interval.Ticks;
            return false;
        }

        return now.Ticks >= _firstAbove;
    }

    private readonly long Next(long from, TimeSpan interval) => from + (long)(interval.Ticks / Math.Sqrt(_count));
}
