using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Hosting;

/// <summary>Runs one role on one lane until it ends: wires the signals, bounds the shutdown, says the exit code.</summary>
/// <param name="lane">Where the role lives.</param>
/// <param name="runLane">Runs the lane on the calling thread until the token is cancelled; a lane without a thread of its own only waits for
/// that.</param>
/// <param name="logger">For the host's own words.</param>
/// <param name="onLane">Does something on the lane and returns when it is done; throws what it threw. Null: the calling thread is the lane's.</param>
/// <param name="hasLostTerminal">Asked at SIGHUP: whether the terminal on which softlan was started is gone. Null: no.</param>
internal sealed class RoleHost(
    ILane lane, Action<CancellationToken> runLane, ILogger logger, Action<Action>? onLane = null, Func<bool>? hasLostTerminal = null) : IDisposable
{
    /// <summary>A role that has not ended this long after it was asked to is disposed where it stands.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Stopping and undoing together; then the process ends whatever hangs. Service managers kill after 90 s or less.</summary>
    private static readonly TimeSpan HardTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Windows ends a process 5 s after its console window was closed, and as soon as the handler returns; so it returns when everything is
    /// undone, or now.</summary>
    private static readonly TimeSpan ClosingTimeout = TimeSpan.FromSeconds(4.5);

    private readonly Action<Action> _onLane = onLane ?? (static work => work());

    // Never disposed: a signal may come when all is over, and its handler waits for this.
    private readonly ManualResetEventSlim _isOver = new();
    private readonly CancellationTokenSource _end = new();
    private readonly StopSignals _signals = new();
    private IRole? _role;
    private ILaneTimer? _stopTimer;
    private Timer? _hardTimer;
    private SoftlanException? _failure;

    /// <summary>Makes, starts and runs the role; it is always disposed. The calling thread becomes the lane's.</summary>
    public int Run(Func<IRole> create)
    {
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnStopSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnStopSignal);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangUpSignal);
        using PosixSignalRegistration? interruptByBreak = OperatingSystem.IsWindows()
            ? PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnStopSignal)
            : null;
        using ILaneTimer stopTimer = lane.CreateTimer(OnStopTimeout);
        _stopTimer = stopTimer;
        try
        {
            _onLane(() =>
            {
                _role = create();
                _role.Start(OnEnded);
            });
            runLane(_end.Token);
        }
        catch (Exception)
        {
            // Without a catch an exception that nobody handles ends the process before any finally runs, and the host's routes would stay changed.
            DisposeRole();
            throw;
        }

        DisposeRole();
        return _failure is null ? ExitCodes.Success : throw _failure;
    }

    public void Dispose()
    {
        _hardTimer?.Dispose();
        _end.Dispose();
    }

    private void DisposeRole()
    {
        try
        {
            _onLane(() => _role?.Dispose());
        }
        finally
        {
            _isOver.Set();
        }
    }

    private void Stop() => Stop(StopTimeout);

    private void Stop(TimeSpan timeout)
    {
        _stopTimer?.Set(timeout);
        _role?.Stop();
    }

    private void OnEnded(SoftlanException? failure)
    {
        _failure ??= failure;
        _end.Cancel();
    }

    private void OnStopTimeout()
    {
        RoleHostLog.StopTimedOut(logger, DurationText.Seconds(StopTimeout));
        _end.Cancel();
    }

    private void OnStopSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        switch (_signals.Note())
        {
            case StopSignals.Meaning.Echo:
                return;
            case StopSignals.Meaning.EndNow:
                Environment.Exit(ExitCodes.Interrupted);
                return;
        }

        if (OperatingSystem.IsWindows() && context.Signal == PosixSignal.SIGTERM)
        {
            StartHardTimer();
            StopBeforeTheHandlerReturns();
        }
        else
        {
            StopInOrder();
        }
    }

    private void OnHangUpSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (OperatingSystem.IsWindows())
        {
            StopBeforeTheHandlerReturns(); // The console window was closed, and the process goes with it, whichever role it has.
        }
        else
        {
            OnHangUp();
        }
    }

    /// <summary>The terminal's closing ends every role. Otherwise somebody sent the signal, and the role knows what it means. Kernel and shell may
    /// both tell of the closing, so a second time is no hurry.</summary>
    internal void OnHangUp()
    {
        if (hasLostTerminal?.Invoke() == true)
        {
            StopInOrder();
        }
        else
        {
            PostAside(() => _role?.HangUp());
        }
    }

    private void StopInOrder()
    {
        StartHardTimer();
        PostAside(Stop);
    }

    private void StartHardTimer() =>
        _hardTimer ??= new Timer(static _ => Environment.Exit(ExitCodes.Failure), null, HardTimeout, Timeout.InfiniteTimeSpan);

    private void StopBeforeTheHandlerReturns()
    {
        PostAside(() => Stop(ClosingTimeout / 2));
        _isOver.Wait(ClosingTimeout);
    }

    /// <summary>Not from the signal's own thread: whoever posts to a shared lane may have to do its work, and a handler that hangs in it would keep
    /// the next signal from being heard.</summary>
    private void PostAside(Action work) => ThreadPool.UnsafeQueueUserWorkItem(_ => lane.Post(work), null);
}
