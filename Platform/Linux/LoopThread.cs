using System.Runtime.ExceptionServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>An <see cref="EventLoop"/> on a thread of its own, beside the loop of the main thread.</summary>
/// <param name="name">The thread's.</param>
/// <param name="main">Hears of an exception that ends this loop: it is thrown there, since a bug must not pass unseen.</param>
[SupportedOSPlatform("linux")]
internal sealed class LoopThread(string name, EventLoop main) : IDisposable
{
    /// <summary>A loop that does not answer for so long hangs, or has ended.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;

    public EventLoop Loop { get; } = new();

    public void Start()
    {
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs something on the loop and waits for it. What it throws is thrown here.</summary>
    public void Invoke(Action work)
    {
        using ManualResetEventSlim done = new();
        ExceptionDispatchInfo? failure = null;
        Loop.Post(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }

            done.Set();
        });
        if (!done.Wait(Patience))
        {
            throw new TimeoutException($"The thread '{name}' does not answer.");
        }

        failure?.Throw();
    }

    /// <summary>No turn runs after this returns, unless the loop hangs.</summary>
    public void Stop()
    {
        _stop.Cancel();
        _thread?.Join(Patience);
    }

    public void Dispose()
    {
        Stop();
        Loop.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        try
        {
            Loop.Run(_stop.Token);
        }
        catch (Exception bug)
        {
            ExceptionDispatchInfo captured = ExceptionDispatchInfo.Capture(bug);
            main.Post(captured.Throw);
        }
    }
}
