using Softlan.Platform;
using Softlan.Platform.Windows;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Windows;

/// <summary>The frame port on a driver in memory, on a real shared lane whose clock is moved by hand.</summary>
public abstract class WindowsTapBench : IDisposable
{
    private protected static readonly MacAddress Mac = MacAddress.FromUInt64(0x02_00_5e_10_00_21);

    private readonly QuietClock _clock = new();
    private readonly List<Exception> _bugs = [];

    protected WindowsTapBench()
    {
        CableWanted = () => Tap!.SetMedia(true);
        Lane = new SharedLane(_bugs.Add, _clock);
        Tap = new WindowsTap(Lane, "Party", Device, Mac,
            () => Reopened ?? throw SoftlanException.Create("Cannot open the TAP adapter 'Party'", "it is away"), () => CableWanted());
    }

    private protected SharedLane Lane { get; }

    /// <summary>The adapter as it was when the port was made.</summary>
    private protected FakeTapDevice Device { get; } = new() { Mac = Mac };

    private protected RecordingHandler Handler { get; } = new();

    private protected WindowsTap Tap { get; }

    /// <summary>What opening the adapter again gives; null: it is away.</summary>
    private protected FakeTapDevice? Reopened { get; set; }

    private protected Action CableWanted { get; set; }

    public void Dispose()
    {
        Tap.Dispose();
        Lane.Dispose();
        Assert.Empty(_bugs);
        GC.SuppressFinalize(this);
    }

    private protected static byte[] Frame(byte n)
    {
        byte[] frame = new byte[60];
        Mac.Write(frame.AsSpan(6));
        frame[14] = n;
        return frame;
    }

    private protected void Begin()
    {
        Lane.Post(() =>
        {
            Tap.Start(Handler);
            Tap.SetMedia(true);
        });
        Assert.Equal(Device.ReadSlots, Device.ReadsUnderWay);
    }

    /// <summary>A read ends with the error that the device has from now on.</summary>
    private protected void Break()
    {
        Device.Receive([], Device.Error);
        Device.Tell();
    }

    private protected void Pass(TimeSpan time)
    {
        // Steps, as the timers of a lane want to be looked at.
        TimeSpan step = time < TimeSpan.FromMinutes(2) ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromHours(1);
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += step)
        {
            _clock.Advance(step);
            Lane.Post(() => { });
        }
    }

    private protected sealed class RecordingHandler : IFramePortHandler
    {
        public List<byte[]> Frames { get; } = [];

        public SoftlanException? Failure { get; private set; }

        public int Failures { get; private set; }

        public Action? OnFirst { get; set; }

        public WindowsTap? Echo { get; set; }

        public void OnFrame(Span<byte> frame, FrameOrigin origin)
        {
            if (Echo is { } echo)
            {
                echo.Write(frame);
                return;
            }

            Frames.Add(frame.ToArray());
            OnFirst?.Invoke();
        }

        public void OnPortFailed(SoftlanException reason)
        {
            Failure = reason;
            Failures++;
        }
    }
}
