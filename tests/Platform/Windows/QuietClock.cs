namespace Softlan.Tests.Platform.Windows;

/// <summary>Time that moves only when a test says so, for a shared lane: no alarm of the real world rings in it, so only the test's thread works on
/// the lane.</summary>
internal sealed class QuietClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

    public void Advance(TimeSpan by) => _ticks += by.Ticks;

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
