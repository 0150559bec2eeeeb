using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>Time since this machine started, sleep included (CLOCK_BOOTTIME). The clock of an <see cref="EventLoop"/> stands still while the machine
/// sleeps.</summary>
[SupportedOSPlatform("linux")]
internal sealed class BootClock : TimeProvider
{
    public override long TimestampFrequency => Nanoseconds.PerSecond;

    public override long GetTimestamp()
    {
        if (NativeLibc.ClockGetTime(NativeLibc.CLOCK_BOOTTIME, out NativeLibc.Timespec time) < 0)
        {
            throw Errno.ToException("Cannot read the clock", Errno.Last);
        }

        return (time.Seconds * Nanoseconds.PerSecond) + time.Nanoseconds;
    }
}
