using Softlan.Platform;

namespace Softlan.Tests.Fakes;

/// <summary>A lane whose time moves only by <see cref="Advance"/>. Timers fire in the order of their due time, equal ones in the order they were set;
/// posted work runs before time moves on.</summary>
internal sealed class ManualLane : IEnterableLane
{
    /// <summary>More work than this without time moving is a role that feeds itself for ever; the lane throws.</summary>
    private const int MaxWorkInOneInstant = 1_000_000;

    private readonly Lock _postedLock = new();

    /// <summary>An <see cref="Action"/>, <see cref="LaneWork"/> or <see cref="ITurnEnd"/>: a queue of delegates would have to make one each
    /// time.</summary>
    private readonly Queue<object> _posted = new();
    private readonly PriorityQueue<Setting, (TimeSpan Due, long Order)> _settings = new();
    private long _order;

    public ManualClock Clock { get; } = new();

    public TimeSpan Now => Clock.Now;

    public ILaneTimer CreateTimer(Action callback) => new ManualTimer(this, callback);

    public void Post(Action work) => Add(work);

    /// <summary>Runs with the posted work.</summary>
    public void Enter(LaneWork work)
    {
        if (work.TryMark())
        {
            Add(work);
        }
    }

    /// <summary>Each posted work is a turn of its own here, so this comes behind what was posted until now.</summary>
    public void AtTurnEnd(ITurnEnd target) => Add(target);

    /// <summary>Runs posted work and timers that are due now, until there are none.</summary>
    public void Run() => Advance(TimeSpan.Zero);

    /// <summary>Lets <paramref name="by"/> pass, stopping at every timer on the way.</summary>
    public void Advance(TimeSpan by)
    {
        TimeSpan end = Now + by;
        int workLeft = MaxWorkInOneInstant;
        while (true)
        {
            if (TakePosted() is { } work)
            {
                Do(work);
            }
            else if (_settings.TryPeek(out Setting? next, out (TimeSpan Due, long Order) at) && at.Due <= end)
            {
                _settings.Dequeue();
                if (at.Due > Now)
                {
                    Clock.Advance(at.Due - Now);
                    workLeft = MaxWorkInOneInstant;
                }

                next.Fire();
            }
            else
            {
                Clock.Advance(end - Now);
                return;
            }

            if (--workLeft == 0)
            {
                throw new InvalidOperationException($"The lane does not come to rest at {Now}.");
            }
        }
    }

    private void Add(object work)
    {
        lock (_postedLock)
        {
            _posted.Enqueue(work);
        }
    }

    private object? TakePosted()
    {
        lock (_postedLock)
        {
            return _posted.TryDequeue(out object? work) ? work : null;
        }
    }

    private static void Do(object work)
    {
        switch (work)
        {
            case Action action:
                action();
                break;
            case LaneWork entered:
                entered.UnmarkAndRun();
                break;
            case ITurnEnd ended:
                ended.OnTurnEnd();
                break;
            default:
                throw new InvalidOperationException($"{work} is no work.");
        }
    }

    /// <summary>One call of Set. A timer that is set again leaves its old setting behind, which then does nothing.</summary>
    private sealed class Setting(ManualTimer timer)
    {
        public void Fire() => timer.Fire(this);
    }

    private sealed class ManualTimer(ManualLane lane, Action callback) : ILaneTimer
    {
        private Setting? _current;

        public void Set(TimeSpan due)
        {
            _current = new Setting(this);
            lane._settings.Enqueue(_current, (lane.Now + due, lane._order++));
        }

        public void Cancel() => _current = null;

        public void Dispose() => Cancel();

        public void Fire(Setting setting)
        {
            if (ReferenceEquals(setting, _current))
            {
                _current = null;
                callback();
            }
        }
    }
}
