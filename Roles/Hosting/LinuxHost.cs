using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Linux;

namespace Softlan.Roles.Hosting;

/// <summary>Runs a role on an <see cref="EventLoop"/> of its own, on the calling thread.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxHost
{
    /// <param name="logging">What is logged.</param>
    /// <param name="cpuLatency">In microseconds, how long processors may take to wake up while frames flow; null: the system decides.</param>
    /// <param name="createEngine">Makes the QUIC engine on the loop that it is given. It is disposed after the role, since goodbyes may still be on
    /// their way out.</param>
    /// <param name="create">Makes the role; it need not start anything yet.</param>
    /// <param name="stopOthers">Stops the threads that post to the loop, when the role is disposed and the loop is still there. Null: there are
    /// none.</param>
    /// <returns>The exit code; a failure of the role is thrown.</returns>
    public static int Run(
        LoggingOptions logging, int? cpuLatency, Func<EventLoop, ILoggerFactory, IQuicEngine> createEngine,
        Func<EventLoop, IQuicEngine, ILoggerFactory, IRole> create, Action? stopOthers = null)
    {
        using CpuLatency? wakefulness = cpuLatency is { } microseconds ? new CpuLatency(microseconds) : null;
        wakefulness?.Hold(); // Where it is not allowed, that is said now and not in the middle of a game.
        wakefulness?.Release();
        using ILoggerFactory loggers = SoftlanLogging.Create(logging);
        using EventLoop loop = new();
        bool hasTerminal = LinuxProcesses.HasTerminal();
        IQuicEngine engine = createEngine(loop, loggers);
        WakefulCores? cores = null;
        try
        {
            using RoleHost host = new(
                loop, loop.Run, loggers.CreateLogger("softlan"), hasLostTerminal: () => hasTerminal && !LinuxProcesses.HasTerminal());
            return host.Run(() =>
            {
                IRole role = create(loop, engine, loggers);
                cores = wakefulness is null ? null : new WakefulCores(loop, wakefulness, () => role.Frames, loggers.CreateLogger("softlan"));
                return role;
            });
        }
        finally
        {
            cores?.Dispose();
            stopOthers?.Invoke();
            engine.Dispose();
        }
    }
}
