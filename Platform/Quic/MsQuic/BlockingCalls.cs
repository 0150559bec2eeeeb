namespace Softlan.Platform.Quic.MsQuic;

/// <summary>Calls into msquic that wait for one of its threads: closing a handle, reading or setting a connection's parameter. On a lane, or inside
/// one of msquic's callbacks, such a call could wait for the thread that it stands on.</summary>
/// <remarks>One after the other, in the order in which they were added, on a thread of the pool; none is held while there is nothing to do.</remarks>
internal sealed class BlockingCalls
{
    private readonly Lock _lock = new();
    private readonly Queue<Action> _calls = new();
    private readonly Action<Exception> _failed;
    private bool _isRunning;

    /// <param name="failed">Hears of a call that threw: a bug.</param>
    public BlockingCalls(Action<Exception> failed) => _failed = failed;

    /// <summary>Any thread may call it.</summary>
    public void Add(Action call)
    {
        lock (_lock)
        {
            _calls.Enqueue(call);
            if (_isRunning)
            {
                return;
            }

            _isRunning = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static calls => calls.Run(), this, preferLocal: false);
    }

    private void Run()
    {
        while (true)
        {
            Action? call;
            lock (_lock)
            {
                if (!_calls.TryDequeue(out call))
                {
                    _isRunning = false;
                    return;
                }
            }

            try
            {
                call();
            }
            catch (Exception bug)
            {
                _failed(bug);
            }
        }
    }
}
