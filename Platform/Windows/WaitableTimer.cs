using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Softlan.Wire;

namespace Softlan.Platform.Windows;

/// <summary>A timer object of Windows' of high resolution (synchapi.h: CreateWaitableTimerExW), which rings on the thread pool.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WaitableTimer : WaitHandle, ITimer
{
    private readonly RegisteredWaitHandle _wait;

    /// <param name="ring">Called on a thread of the pool, perhaps once more while the timer is disposed of.</param>
    /// <exception cref="SoftlanException">Windows gives no timer.</exception>
    public WaitableTimer(Action ring)
    {
        SafeWaitHandle = Create();
        _wait = ThreadPool.UnsafeRegisterWaitForSingleObject(this, (_, _) => ring(), null, Timeout.Infinite, executeOnlyOnce: false);
    }

    /// <summary>Sets it; one that rang or was set before is set anew.</summary>
    /// <param name="dueTime">Negative: never.</param>
    /// <param name="period">In whole milliseconds; negative or zero: once.</param>
    /// <returns>False: it is disposed of, or Windows refuses.</returns>
    public unsafe bool Change(TimeSpan dueTime, TimeSpan period)
    {
        try
        {
            if (dueTime < TimeSpan.Zero)
            {
                return NativeKernel32.CancelWaitableTimer(SafeWaitHandle);
            }

            // Negative: from now on, in 100 ns as TimeSpan's ticks are. Zero would be a date long past, and comes to the same.
            long due = -dueTime.Ticks;

            // SAFETY: Windows reads the time before it returns, and there is no completion routine.
            return NativeKernel32.SetWaitableTimer(SafeWaitHandle, &due, Math.Max(0, (int)period.TotalMilliseconds), null, null, resume: false);
        }
        catch (ObjectDisposedException)
        {
            return false; // Whoever is in the lane's last turn may be later than the end.
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    protected override void Dispose(bool explicitDisposing)
    {
        if (explicitDisposing)
        {
            _wait.Unregister(null);
        }

        base.Dispose(explicitDisposing);
    }

    /// <summary>Reset by the wait that it ends. Windows before 10, 1803 knows no high resolution, and then it is the tick's.</summary>
    private static SafeWaitHandle Create()
    {
        const uint Access = NativeKernel32.TIMER_ALL_ACCESS;
        nint timer = NativeKernel32.CreateWaitableTimerEx(0, 0, NativeKernel32.CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, Access);
        timer = timer != 0 ? timer : NativeKernel32.CreateWaitableTimerEx(0, 0, 0, Access);
        return timer != 0
            ? new SafeWaitHandle(timer, ownsHandle: true)
            : throw SoftlanException.Create(
                "Cannot make a timer",
                Win32Error.Text(Marshal.GetLastPInvokeError()),
                "Windows is short of memory or handles: end some programs, or restart the PC");
    }
}
