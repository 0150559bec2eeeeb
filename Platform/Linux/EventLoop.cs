using System.Diagnostics;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

// One turn of the loop, in this order:
//
//   epoll_pwait2   until a descriptor is ready, a timer is due, or work was posted
//   OnReady        each ready descriptor reads a bounded batch; frames are forwarded into queues on the way
//   posted work    what other threads handed over, or entered
//   timers         all that are due
//   OnTurnEnd      queues are written out: QUIC packets with one sendmmsg, frames to the ports
//
// One thread runs all of it, so nothing that a frame meets on its way takes a lock.

/// <summary>The lane of Linux: one thread that waits on epoll and owns sockets, connections, ports and timers.</summary>
[SupportedOSPlatform("linux")]
internal sealed class EventLoop : IEnterableLane, IDisposable
{
    /// <summary>Descriptors reported by one wait. With more ready ones the rest is reported in the next turn.</summary>
    private const int MaxEventsPerWait = 64;

    /// <summary>Timers fired in one turn. More are left for the next turn, so that descriptors are not starved.</summary>
    private const int MaxTimersPerTurn = 4096;

    /// <summary>In nanoseconds: a wait that took longer found nothing ready when it began.</summary>
    private const long Rest = 10_000;

    private readonly SafeFd _epoll;
    private readonly SafeFd _wakeUp;
    private readonly byte[] _events = new byte[MaxEventsPerWait * NativeLibc.EpollEventLayout.Size];
    private readonly Lock _postedLock = new();
    private List<Action> _posted = [];
    private List<Action> _postedSpare = [];
    private volatile bool _hasPosted;
    private readonly LaneWorkList _entered = new();
    private TurnEnd[] _turnEnds = new TurnEnd[16];
    private TurnEnd[] _turnEndsSpare = new TurnEnd[16];
    private int _turnEndCount;
    private Registration[] _registrations = new Registration[64];
    private uint _generation;
    private bool _hasPwait2 = true;

    public EventLoop()
    {
        _epoll = NativeLibc.EpollCreate1(NativeLibc.EPOLL_CLOEXEC);
        if (_epoll.IsInvalid)
        {
            throw Errno.ToException("Cannot create an epoll descriptor", Errno.Last);
        }

        _wakeUp = NativeLibc.EventFd(0, NativeLibc.EFD_CLOEXEC | NativeLibc.EFD_NONBLOCK);
        if (_wakeUp.IsInvalid)
        {
            int errno = Errno.Last;
            _epoll.Dispose();
            throw Errno.ToException("Cannot create an event descriptor", errno);
        }

        StartTurn();
        Add(_wakeUp, PollEvents.Readable, new WakeUp(_wakeUp));
    }

    public TimeSpan Now { get; private set; }

    /// <summary>The clock that ngtcp2 is given (CLOCK_MONOTONIC), in nanoseconds. Runs ahead of <see cref="Now"/> after
    /// <see cref="RefreshNanoseconds"/>.</summary>
    public long NowNanoseconds { get; private set; }

    /// <summary>The wait before this turn took a while: whatever is ready has just become so. False in a loop that has much to do.</summary>
    public bool HasRested { get; private set; }

    internal TimerHeap Timers { get; } = new();

    /// <summary>Reads the clock again inside a turn, for pacing. <see cref="Now"/> stays: a frame must not age in its queue because a turn took
    /// long.</summary>
    // On Linux a tick of the Stopwatch is a nanosecond of CLOCK_MONOTONIC.
    public void RefreshNanoseconds() => NowNanoseconds = Stopwatch.GetTimestamp() * (Nanoseconds.PerSecond / Stopwatch.Frequency);

    public ILaneTimer CreateTimer(Action callback) => new LoopTimer(this, callback);

    public void Post(Action work)
    {
        lock (_postedLock)
        {
            _posted.Add(work);
            _hasPosted = true;
        }

        RingWakeUp();
    }

    public void Enter(LaneWork work)
    {
        if (work.TryMark() && _entered.Add(work))
        {
            RingWakeUp();
        }
    }

    public void AtTurnEnd(ITurnEnd target)
    {
        if (_turnEndCount == _turnEnds.Length)
        {
            Array.Resize(ref _turnEnds, 2 * _turnEndCount);
        }

        _turnEnds[_turnEndCount++] = new TurnEnd(target);
    }

    /// <summary>Watches a descriptor until <see cref="Remove"/>. The caller keeps it open until then.</summary>
    public void Add(SafeFd fd, PollEvents interest, IPollable target)
    {
        int number = fd.Number;
        if (number >= _registrations.Length)
        {
            Array.Resize(ref _registrations, Math.Max(number + 1, _registrations.Length * 2));
        }

        _registrations[number] = new Registration(target, ++_generation);
        Control(NativeLibc.EPOLL_CTL_ADD, fd, interest);
    }

    public void Modify(SafeFd fd, PollEvents interest, IPollable target)
    {
        _registrations[fd.Number] = new Registration(target, _registrations[fd.Number].Generation);
        Control(NativeLibc.EPOLL_CTL_MOD, fd, interest);
    }

    public void Remove(SafeFd fd)
    {
        _registrations[fd.Number] = default;
        Control(NativeLibc.EPOLL_CTL_DEL, fd, PollEvents.None);
    }

    /// <summary>Runs turns on the calling thread until asked to stop. An exception of a handler ends it: that is a bug, and going on would hide
    /// it.</summary>
    public void Run(CancellationToken stop)
    {
        ShortSlice.TryRequest();
        using CancellationTokenRegistration wakeUp = stop.Register(() => Post(static () => { }));
        while (!stop.IsCancellationRequested)
        {
            RunTurn(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>One turn; waits at most <paramref name="longest"/> for something to happen.</summary>
    public void RunTurn(TimeSpan longest)
    {
        int ready = Wait(longest);
        long before = NowNanoseconds;
        StartTurn();
        HasRested = NowNanoseconds - before >= Rest;
        for (int i = 0; i < ready; i++)
        {
            Dispatch(_events.AsSpan(i * NativeLibc.EpollEventLayout.Size, NativeLibc.EpollEventLayout.Size));
        }

        RunPosted();
        for (LaneWork? work = _entered.TakeAll(); work is not null;)
        {
            LaneWorkList.RunFirst(ref work);
        }

        for (int i = 0; i < MaxTimersPerTurn && Timers.TakeDue(NowNanoseconds) is { } timer; i++)
        {
            timer.Callback();
        }

        RunTurnEnds();
    }

    public void Dispose()
    {
        _wakeUp.Dispose();
        _epoll.Dispose();
    }

    private void StartTurn()
    {
        RefreshNanoseconds();
        Now = Nanoseconds.ToTimeSpan(NowNanoseconds);
    }

    private int Wait(TimeSpan longest)
    {
        long timeout = NanosecondsToWait(longest);
        int ready = -1;
        if (_hasPwait2)
        {
            NativeLibc.Timespec timespec = new() { Seconds = timeout / Nanoseconds.PerSecond, Nanoseconds = timeout % Nanoseconds.PerSecond };
            ready = NativeLibc.EpollPwait2(_epoll, _events, MaxEventsPerWait, in timespec, 0);

            // A kernel before 5.11 does not know it, and filters of system calls that are older than it (containers) refuse it.
            _hasPwait2 = ready >= 0 || Errno.Last is not (Errno.ENOSYS or Errno.EPERM);
        }

        if (!_hasPwait2)
        {
            ready = NativeLibc.EpollWait(_epoll, _events, MaxEventsPerWait, (int)Math.Min((timeout + 999_999) / 1_000_000, int.MaxValue));
        }

        if (ready < 0 && Errno.Last != Errno.EINTR)
        {
            throw Errno.ToException("Cannot wait for events", Errno.Last);
        }

        return Math.Max(ready, 0);
    }

    private long NanosecondsToWait(TimeSpan longest)
    {
        // "For ever" is written as a year: a negative timespec is invalid.
        const long Year = 365L * 24 * 3600 * Nanoseconds.PerSecond;
        RefreshNanoseconds();
        if (_turnEndCount > 0)
        {
            return 0; // What was posted or entered rings by itself.
        }

        long bound = longest == Timeout.InfiniteTimeSpan ? Year : Nanoseconds.From(longest);
        if (Timers.NextDue == long.MaxValue)
        {
            return bound;
        }

        return Math.Clamp(Timers.NextDue - NowNanoseconds, 0, bound);
    }

    private void RingWakeUp()
    {
        // Fails only when 2^64-2 wake-ups are pending, and then the loop wakes up anyway.
        Span<byte> one = stackalloc byte[sizeof(ulong)];
        BitConverter.TryWriteBytes(one, 1UL);
        try
        {
            _ = NativeLibc.Write(_wakeUp, one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // Whoever has something for a loop that is gone, such as a signal at the very end, cannot know, and nobody is left to do it.
        }
    }

    private void Dispatch(ReadOnlySpan<byte> e)
    {
        // In the machine's byte order, as Control wrote it.
        PollEvents events = (PollEvents)BitConverter.ToUInt32(e);
        ulong data = BitConverter.ToUInt64(e[NativeLibc.EpollEventLayout.DataOffset..]);
        Registration registration = _registrations[(int)(data & uint.MaxValue)];

        // A handler that ran earlier in this turn may have removed the descriptor, or even reused its number.
        if (registration.Target is not null && registration.Generation == (uint)(data >> 32))
        {
            registration.Target.OnReady(events);
        }
    }

    private void RunPosted()
    {
        if (!_hasPosted)
        {
            return;
        }

        List<Action> work;
        lock (_postedLock)
        {
            (work, _posted) = (_posted, _postedSpare);
            _hasPosted = false;
        }

        foreach (Action action in work)
        {
            action();
        }

        work.Clear();
        _postedSpare = work;
    }

    private void RunTurnEnds()
    {
        // What a target asks for while it is served waits for the next turn, which then does not sleep.
        (TurnEnd[] targets, int count) = (_turnEnds, _turnEndCount);
        (_turnEnds, _turnEndCount) = (_turnEndsSpare, 0);
        for (int i = 0; i < count; i++)
        {
            ITurnEnd target = targets[i].Target;
            targets[i] = default;
            target.OnTurnEnd();
        }

        _turnEndsSpare = targets;
    }

    private void Control(int operation, SafeFd fd, PollEvents interest)
    {
        Span<byte> e = stackalloc byte[NativeLibc.EpollEventLayout.Size];
        e.Clear();
        BitConverter.TryWriteBytes(e, (uint)interest);
        BitConverter.TryWriteBytes(
            e[NativeLibc.EpollEventLayout.DataOffset..], ((ulong)_registrations[fd.Number].Generation << 32) | (uint)fd.Number);
        if (NativeLibc.EpollCtl(_epoll, operation, fd, e) < 0)
        {
            throw Errno.ToException("Cannot watch a descriptor", Errno.Last);
        }
    }

    /// <summary>Of a struct, since each reference that is stored in an array of an interface's is checked by the runtime.</summary>
    private readonly record struct TurnEnd(ITurnEnd Target);

    private readonly record struct Registration(IPollable? Target, uint Generation);

    /// <summary>The eventfd behind <see cref="Post"/>: being readable has done its work; the counter is only reset.</summary>
    private sealed class WakeUp(SafeFd fd) : IPollable
    {
        public void OnReady(PollEvents events)
        {
            Span<byte> counter = stackalloc byte[sizeof(ulong)];
            _ = NativeLibc.Read(fd, counter, sizeof(ulong));
        }
    }
}
