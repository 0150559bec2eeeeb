using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>An <see cref="EventLoop"/> on a thread of its own, beside the loop of the main thread.</summary>
/// <param name="name">The thread's.</param>
/// <param name="main">Hears of an exception that ends this loop: it is thrown there, since a bug must not pass unseen.</param>
[SupportedOSPlatform("linux")]
internal sealed class LoopThread(string name, EventLoop main) : IDisposable
{
    /// <summary>A loop that does not answer for so long hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Between two looks whether a loop that is waited for has ended.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;
    private volatile bool _hasEnded;

    public EventLoop Loop { get; } = new();

    public void Start()
    {
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs something on the loop and waits for it; where the loop has ended, or ends before that, here. What it throws is thrown here.
    /// </summary>
    /// <exception cref="TimeoutException">The loop hangs.</exception>
    public void Invoke(Action work)
    {
        if (_hasEnded)
        {
            work();
            return;
        }

        ManualResetEventSlim done = new(); // Not disposed: a loop that hung may still set it.
        ExceptionDispatchInfo? failure = null;
        int begun = 0;
        Loop.Post(() =>
        {
            if (Interlocked.Exchange(ref begun, 1) != 0)
            {
                return;
            }

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
        long start = Stopwatch.GetTimestamp();
        while (!done.Wait(Look))
        {
            if (_hasEnded && Interlocked.Exchange(ref begun, 1) == 0)
            {
                work();
                return;
            }

            if (Stopwatch.GetElapsedTime(start) >= Patience)
            {
                throw new TimeoutException($"The thread '{name}' does not answer.");
            }
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
        finally
        {
            _hasEnded = true;
        }
    }
}
