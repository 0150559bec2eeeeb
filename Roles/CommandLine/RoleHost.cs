using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.CommandLine;

/// <summary>Runs one role on one lane until it ends: wires the signals, bounds the shutdown, says the exit code.</summary>
/// <param name="lane">Where the role lives.</param>
/// <param name="runLane">Runs the lane on the calling thread until the token is cancelled.</param>
/// <param name="logger">For the host's own words.</param>
internal sealed class RoleHost(ILane lane, Action<CancellationToken> runLane, ILogger logger) : IDisposable
{
    /// <summary>A role that has not ended this long after it was asked to is disposed where it stands.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Stopping and undoing together; then the process ends whatever hangs. Service managers kill after 90 s or less.</summary>
    private static readonly TimeSpan HardTimeout = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _end = new();
    private IRole? _role;
    private ILaneTimer? _stopTimer;
    private Timer? _hardTimer;
    private SoftlanException? _failure;
    private int _signals;

    /// <summary>Makes, starts and runs the role; it is always disposed. The calling thread becomes the lane's.</summary>
    public int Run(Func<IRole> create)
    {
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnStopSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnStopSignal);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangUpSignal);
        using ILaneTimer stopTimer = lane.CreateTimer(OnStopTimeout);
        _stopTimer = stopTimer;
        try
        {
            _role = create();
            _role.Start(OnEnded);
            runLane(_end.Token);
        }
        catch (Exception)
        {
            // Without a catch an exception that nobody handles ends the process before any finally runs, and the host's routes would stay changed.
            _role?.Dispose();
            throw;
        }

        _role.Dispose();
        return _failure is null ? ExitCodes.Success : throw _failure;
    }

    /// <summary>Asks the role to stop. Any thread may call it.</summary>
    public void RequestStop() => lane.Post(Stop);

    public void Dispose()
    {
        _hardTimer?.Dispose();
        _end.Dispose();
    }

    private void Stop()
    {
        _stopTimer?.Set(StopTimeout);
        _role?.Stop();
    }

    private void OnEnded(SoftlanException? failure)
    {
        _failure ??= failure;
        _end.Cancel();
    }

    private void OnStopTimeout()
    {
        RoleHostLog.StopTimedOut(logger, StopTimeout);
        _end.Cancel();
    }

    private void OnStopSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1)
        {
            Environment.Exit(ExitCodes.Interrupted);
        }

        _hardTimer = new Timer(static _ => Environment.Exit(ExitCodes.Failure), null, HardTimeout, Timeout.InfiniteTimeSpan);
        RequestStop();
    }

    private void OnHangUpSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        lane.Post(() => _role?.HangUp());
    }
}
