using Softlan.Platform;

namespace Softlan.Roles.Shared;

/// <summary>Renews a terminal's live line once a second. Made on the lane whose state it shows; disposing it takes the line away.</summary>
internal sealed class StatusLine : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>A terminal that was stopped with Ctrl-S, or whose SSH session hangs, keeps its line: what was changed on the host is put back behind
    /// this.</summary>
    private static readonly TimeSpan ClosingPatience = TimeSpan.FromMilliseconds(250);

    private readonly ILaneTimer _timer;
    private readonly StatusConsole _console;
    private readonly Func<string> _describe;
    private volatile bool _isWriting;

    /// <param name="describe">Called on the lane; gives the line without a line break.</param>
    public StatusLine(ILane lane, StatusConsole console, Func<string> describe)
    {
        _console = console;
        _describe = describe;
        _timer = lane.CreateTimer(OnTimer);
        _timer.Set(Interval);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _ = Task.Run(_console.CloseLine).Wait(ClosingPatience);
    }

    private void OnTimer()
    {
        _timer.Set(Interval);
        Write(_describe());
    }

    /// <summary>Not on the lane: a terminal that is stopped with Ctrl-S blocks whoever writes, and frames must not wait for it. Meanwhile lines are
    /// left out.</summary>
    private void Write(string line)
    {
        if (_isWriting)
        {
            return;
        }

        _isWriting = true;
        ThreadPool.QueueUserWorkItem(
            static state =>
            {
                state.Self._console.Show(state.Line);
                state.Self._isWriting = false;
            },
            (Self: this, Line: line),
            preferLocal: false);
    }
}
