using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Roles.CommandLine;

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
        try
        {
            return LinuxHost.Run(logging, (loop, loggers) =>
            {
                List<RelayWorker> workers = [RelayWorker.Own(loop, createEngine(loop, loggers))];
                for (int i = 1; i < options.Workers; i++)
                {
                    LoopThread thread = new($"relay worker {i}", loop);
                    threads.Add(thread);
                    workers.Add(new RelayWorker(thread.Loop, createEngine(thread.Loop, loggers), thread.Invoke));
                    thread.Start();
                }

                return new RelayRole(options, workers, Console.Out, loggers.CreateLogger("softlan.relay"));
            });
        }
        finally
        {
            threads.ForEach(thread => thread.Dispose());
        }
    }
}
