using Softlan.Platform.Linux;
using Softlan.Platform.Quic.Ngtcp2;

namespace Softlan.Bench;

/// <summary>A loop with an engine on a thread of its own, as each process of softlan has one.</summary>
internal sealed class BenchLoop : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;

    public BenchLoop(string name)
    {
        Loop = new EventLoop();
        Engine = new Ngtcp2Engine(Loop);
        _thread = new Thread(() => Loop.Run(_stop.Token)) { Name = name, IsBackground = true };
        _thread.Start();
    }

    public EventLoop Loop { get; }

    public Ngtcp2Engine Engine { get; }

    /// <summary>Runs something on the loop and waits for it.</summary>
    public T Do<T>(Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    /// <summary>Processor time and allocated bytes of the loop's thread until now.</summary>
    public (TimeSpan Cpu, long Allocated) Usage() => Do(() => (Cpu.OfThisThread(), GC.GetAllocatedBytesForCurrentThread()));

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join(TimeSpan.FromSeconds(5));
        Engine.Dispose();
        Loop.Dispose();
        _stop.Dispose();
    }
}
