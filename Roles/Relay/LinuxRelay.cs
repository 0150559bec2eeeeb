using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Roles.Hosting;

namespace Softlan.Roles.Relay;

/// <summary>A relay on Linux: one loop on the calling thread, and one more thread for each further worker.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxRelay
{
    /// <param name="createEngine">Makes the QUIC engine on the loop that it is given.</param>
    /// <returns>The exit code; a failure is thrown.</returns>
    public static int Run(RelayOptions options, LoggingOptions logging, Func<EventLoop, ILoggerFactory, IQuicEngine> createEngine)
    {
        List<LoopThread> threads = [];
        List<IQuicEngine> engines = [];
        try
        {
            return LinuxHost.Run(logging, options.CpuLatency, createEngine, Create, () => threads.ForEach(thread => thread.Stop()));

            RelayRole Create(EventLoop loop, IQuicEngine engine, ILoggerFactory loggers)
            {
                List<RelayWorker> workers = [RelayWorker.Own(loop, engine)];
                for (int i = 1; i < options.Workers; i++)
                {
                    LoopThread thread = new($"relay worker {i}", loop);
                    threads.Add(thread);
                    IQuicEngine another = createEngine(thread.Loop, loggers);
                    engines.Add(another);
                    workers.Add(new RelayWorker(thread.Loop, another, thread.Invoke));
                    thread.Start();
                }

                return new RelayRole(options, workers, logging.OutputOrNull, loggers.CreateLogger("softlan.relay"));
            }
        }
        finally
        {
            // The loops stand still by now, and are there when the engines' last packets leave.
            engines.ForEach(engine => engine.Dispose());
            threads.ForEach(thread => thread.Dispose());
        }
    }
}
