using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Softlan.Platform;

namespace Softlan.Roles.CommandLine;

/// <summary>Runs a role on a <see cref="SharedLane"/> of its own: the calling thread only waits for the end.</summary>
internal static class SharedLaneHost
{
    /// <param name="logging">What is logged.</param>
    /// <param name="create">Makes the role, on the lane; it need not start anything yet.</param>
    /// <returns>The exit code; a failure of the role is thrown.</returns>
    public static int Run(LoggingOptions logging, Func<SharedLane, ILoggerFactory, IRole> create)
    {
        using ILoggerFactory loggers = SoftlanLogging.Create(logging);
        using CancellationTokenSource broken = new();
        Exception? bug = null;
        using SharedLane lane = new(exception =>
        {
            if (Interlocked.CompareExchange(ref bug, exception, null) is null)
            {
                broken.Cancel();
            }
        });
        using RoleHost host = new(lane, Wait, loggers.CreateLogger("softlan"), work => Do(lane, work));
        return host.Run(() => create(lane, loggers));

        void Wait(CancellationToken end)
        {
            WaitHandle.WaitAny([end.WaitHandle, broken.Token.WaitHandle]);
            if (bug is not null)
            {
                ExceptionDispatchInfo.Throw(bug); // Ends the process in order, and with its stack trace.
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
