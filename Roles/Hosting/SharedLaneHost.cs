using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Hosting;

/// <summary>Runs a role on a <see cref="SharedLane"/> of its own: the calling thread only waits for the end.</summary>
internal static class SharedLaneHost
{
    /// <param name="logging">What is logged.</param>
    /// <param name="clock">The lane's; null: the system's.</param>
    /// <param name="createEngine">Makes the QUIC engine, on the lane. It is disposed after the role: its last goodbyes leave then.</param>
    /// <param name="create">Makes the role, on the lane; it need not start anything yet.</param>
    /// <returns>The exit code; a failure of the role is thrown.</returns>
    public static int Run(
        LoggingOptions logging,
        TimeProvider? clock,
        Func<SharedLane, ILoggerFactory, IQuicEngine> createEngine,
        Func<SharedLane, ILoggerFactory, IQuicEngine, IRole> create)
    {
        using ILoggerFactory loggers = SoftlanLogging.Create(logging);
        using CancellationTokenSource broken = new();
        Exception? bug = null;
        using SharedLane lane = new(
            exception =>
            {
                if (Interlocked.CompareExchange(ref bug, exception, null) is null)
                {
                    broken.Cancel();
                }
            },
            clock);
        IQuicEngine? engine = null;
        using RoleHost host = new(lane, Wait, loggers.CreateLogger("softlan"), OnLane);
        return host.Run(() => RoleAndEngine.Create(engine = createEngine(lane, loggers), made => create(lane, loggers, made)));

        void OnLane(Action work)
        {
            try
            {
                Do(lane, work);
            }
            finally
            {
                (engine as IFarewell)?.Wait(); // Where that was the end, the process is about to go.
            }
        }

        void Wait(CancellationToken end)
        {
            WaitHandle.WaitAny([end.WaitHandle, broken.Token.WaitHandle]);
            if (bug is not null)
            {
                ExceptionDispatchInfo.Throw(bug); // Ends the process in order, and with its stack trace.
            }
        }
    }

    /// <summary>A role that takes its engine along when it goes.</summary>
    private sealed class RoleAndEngine(IRole role, IQuicEngine engine) : IRole
    {
        public static RoleAndEngine Create(IQuicEngine engine, Func<IQuicEngine, IRole> create)
        {
            try
            {
                return new RoleAndEngine(create(engine), engine);
            }
            catch
            {
                engine.Dispose();
                throw;
            }
        }

        public long Frames => role.Frames;

        public void Start(Action<SoftlanException?> ended) => role.Start(ended);

        public void Stop() => role.Stop();

        public void HangUp() => role.HangUp();

        public void Dispose()
        {
            try
            {
                role.Dispose();
            }
            finally
            {
                engine.Dispose();
            }
        }
    }

    /// <summary>Does it on the lane, and waits.</summary>
    private static void Do(SharedLane lane, Action work)
    {
        using ManualResetEventSlim done = new();
        ExceptionDispatchInfo? failure = null;
        lane.Post(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                done.Set();
            }
        });
        done.Wait();
        failure?.Throw();
    }
}
