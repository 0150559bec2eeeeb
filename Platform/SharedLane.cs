namespace Softlan.Platform;

// A turn, on whichever thread found the lane free:
//
//   the work that waits, oldest first
//   timers that are due
//   OnTurnEnd       batches are written out
//
// repeated until nothing waits. Then the thread leaves, and the lane is free.

/// <summary>A lane without a thread of its own: whoever has work for it does it there and then, and what comes up meanwhile from other threads. So a
/// frame needs no hop from thread to thread, and still only one thread is inside.</summary>
/// <remarks>For Windows, where msquic and overlapped I/O bring threads along. On Linux the <c>EventLoop</c> has its own.</remarks>
internal sealed class SharedLane : IEnterableLane, IDisposable
{
    /// <summary>Turns that one visitor runs before it leaves the rest to the thread pool: a thread of msquic's has other connections to
    /// serve.</summary>
    private const int MaxTurnsPerVisit = 64;

    private readonly TimeProvider _clock;
    private readonly long _origin;
    private readonly LaneWorkList _waiting = new();
    private readonly PostedWork _posted;
    private readonly TimerHeap _timers = new();
    private readonly AlarmWork _alarmWork = new();
    private readonly ITimer _alarm;
    private readonly WaitCallback _visit;
    private readonly Action<Exception> _failed;
    private List<ITurnEnd> _turnEnds = [];
    private List<ITurnEnd> _turnEndsSpare = [];
    private long _alarmAt = long.MaxValue;
    private int _isOccupied;
    private volatile bool _isDisposed;

    /// <param name="failed">Hears of an exception that work let pass: a bug. The lane then goes on with the next work; whoever listens should end the
    /// process in order.</param>
    /// <param name="clock">Null: the system's, whose timers may be late by a tick.</param>
    public SharedLane(Action<Exception> failed, TimeProvider? clock = null)
    {
        _failed = failed;
        _posted = new PostedWork(failed);
        _clock = clock ?? TimeProvider.System;
        _origin = _clock.GetTimestamp();
        _visit = _ => Visit();
        _alarm = _clock.CreateTimer(_ => Enter(_alarmWork), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public TimeSpan Now { get; private set; }

    private long NowNanoseconds => Nanoseconds.From(_clock.GetElapsedTime(_origin));

    public ILaneTimer CreateTimer(Action callback) => new SharedLaneTimer(this, callback);

    public void Post(Action work)
    {
        _posted.Add(work);
        Enter(_posted);
    }

    public void Enter(LaneWork work)
    {
        if (work.TryMark())
        {
            _waiting.Add(work);
            Visit();
        }
    }

    public void AtTurnEnd(ITurnEnd target) => _turnEnds.Add(target);

    /// <summary>No turn begins after this returns. One that another thread is in runs to its end.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _alarm.Dispose();
    }

    /// <summary>Runs what waits if nobody is inside; otherwise whoever is inside runs it.</summary>
    private void Visit()
    {
        while (!_isDisposed && Interlocked.CompareExchange(ref _isOccupied, 1, 0) == 0)
        {
            bool isRested = RunTurns();
            Volatile.Write(ref _isOccupied, 0);

            // Work that was added after the last look and before the lane was free found it occupied, so it is looked for once more.
            Interlocked.MemoryBarrier();
            if (!isRested)
            {
                ThreadPool.UnsafeQueueUserWorkItem(_visit, null);
                return;
            }

            if (_waiting.IsEmpty)
            {
                return;
            }
        }
    }

    /// <returns>False when there may be more to do.</returns>
    private bool RunTurns()
    {
        for (int turn = 0; turn < MaxTurnsPerVisit; turn++)
        {
            Now = _clock.GetElapsedTime(_origin);
            RunWork();
            RunTimers();
            RunTurnEnds();
            if (_isDisposed)
            {
                return true;
            }

            if (_waiting.IsEmpty && _turnEnds.Count == 0 && _timers.NextDue > NowNanoseconds)
            {
                SetAlarm();
                return true;
            }
        }

        return false;
    }

    // The threads are others', who do not expect our exceptions: each piece of work is guarded by itself, and costs nobody else his turn.
    private void RunWork()
    {
        LaneWork? work = _waiting.TakeAll();
        while (work is not null)
        {
            try
            {
                LaneWorkList.RunFirst(ref work);
            }
            catch (Exception bug)
            {
                _failed(bug);
            }
        }
    }

    private void RunTimers()
    {
        long now = Nanoseconds.From(Now);
        while (_timers.TakeDue(now) is { } timer)
        {
            try
            {
                timer.Callback();
            }
            catch (Exception bug)
            {
                _failed(bug);
            }
        }
    }

    private void RunTurnEnds()
    {
        if (_turnEnds.Count == 0)
        {
            return;
        }

        (List<ITurnEnd> targets, _turnEnds) = (_turnEnds, _turnEndsSpare);
        foreach (ITurnEnd target in targets)
        {
            try
            {
                target.OnTurnEnd();
            }
            catch (Exception bug)
            {
                _failed(bug);
            }
        }

        targets.Clear();
        _turnEndsSpare = targets;
    }

    private void SetAlarm()
    {
        // An alarm that rang must be set again even for the same time: it may have rung early.
        if (_timers.NextDue == _alarmAt && !_alarmWork.TakeRang())
        {
            return;
        }

        _alarmAt = _timers.NextDue;
        _alarm.Change(_alarmAt == long.MaxValue ? Timeout.InfiniteTimeSpan : RoundUp(_alarmAt - NowNanoseconds), Timeout.InfiniteTimeSpan);
    }

    /// <summary>To whole milliseconds: timers of the system count in those and cut off what is beyond. An alarm that rings before its time rings
    /// again at once, and a processor would do nothing else until then.</summary>
    private static TimeSpan RoundUp(long nanoseconds) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(Nanoseconds.ToTimeSpan(Math.Max(0, nanoseconds)).TotalMilliseconds));

    /// <summary>A timer of this lane. Its members are called on the lane.</summary>
    private sealed class SharedLaneTimer(SharedLane lane, Action callback) : HeapTimer(callback), ILaneTimer
    {
        public void Set(TimeSpan due) =>
            lane._timers.Set(this, Nanoseconds.From(lane.Now) + Math.Max(0, Nanoseconds.From(due)));

        public void Cancel() => lane._timers.Remove(this);

        public void Dispose() => Cancel();
    }

    /// <summary>What the alarm enters: timers are looked at in every turn, so there is nothing else to do.</summary>
    private sealed class AlarmWork : LaneWork
    {
        private bool _rang;

        public override void Run() => _rang = true;

        public bool TakeRang()
        {
            bool rang = _rang;
            _rang = false;
            return rang;
        }
    }

    /// <summary>Actions of <see cref="Post"/>: rare, so a lock and an allocation do not matter.</summary>
    private sealed class PostedWork(Action<Exception> failed) : LaneWork
    {
        private readonly Lock _lock = new();
        private List<Action> _actions = [];

        public void Add(Action action)
        {
            lock (_lock)
            {
                _actions.Add(action);
            }
        }

        public override void Run()
        {
            List<Action> actions;
            lock (_lock)
            {
                (actions, _actions) = (_actions, []);
            }

            foreach (Action action in actions)
            {
                try
                {
                    action();
                }
                catch (Exception bug)
                {
                    failed(bug);
                }
            }
        }
    }
}
