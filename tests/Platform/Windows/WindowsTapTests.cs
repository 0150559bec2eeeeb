using Softlan.Platform;
using Softlan.Platform.Windows;
using Softlan.Tests.Wire;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Windows;

/// <summary>The frame port on a driver in memory, on a real shared lane whose clock is moved by hand.</summary>
public sealed class WindowsTapTests : IDisposable
{
    private static readonly MacAddress Mac = MacAddress.FromUInt64(0x02_00_5e_10_00_21);

    private readonly QuietClock _clock = new();
    private readonly List<Exception> _bugs = [];
    private readonly SharedLane _lane;
    private readonly FakeTapDevice _device = new() { Mac = Mac };
    private readonly Handler _handler = new();
    private readonly WindowsTap _tap;
    private FakeTapDevice? _reopened;
    private Action _cableWanted;

    public WindowsTapTests()
    {
        _cableWanted = () => _tap!.SetMedia(true);
        _lane = new SharedLane(_bugs.Add, _clock);
        _tap = new WindowsTap(_lane, "Party", _device, Mac,
            () => _reopened ?? throw SoftlanException.Create("Cannot open the TAP adapter 'Party'", "it is away"), () => _cableWanted());
    }

    public void Dispose()
    {
        _tap.Dispose();
        _lane.Dispose();
        Assert.Empty(_bugs);
    }

    [Fact]
    public void Start_CableIsOut_ReadsNothing()
    {
        _lane.Post(() => _tap.Start(_handler));
        Assert.Equal(0, _device.ReadsBegun);
        _lane.Post(() => _tap.SetMedia(true));
        Assert.Equal(_device.ReadSlots, _device.ReadsUnderWay);
    }

    [Fact]
    public void Frames_ComeInOrder_AndTheirSlotsReadAgain()
    {
        Begin();
        for (byte n = 0; n < 20; n++)
        {
            _device.Receive(Frame(n));
            _device.Tell();
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(n => (byte)n), _handler.Frames.Select(frame => frame[14]));
        Assert.Equal(_device.ReadSlots, _device.ReadsUnderWay);
    }

    [Fact]
    public void CompletionsOutOfOrder_FramesInOrder()
    {
        Begin();
        _device.ReceiveOutOfOrder(Frame(1), Frame(2), Frame(3));
        Assert.Equal([1, 2, 3], _handler.Frames.Select(frame => frame[14]));
    }

    [Fact]
    public void FrameLongerThanTheBuffer_IsCountedAndReadingGoesOn()
    {
        Begin();
        _device.Receive([], Win32Error.ERROR_MORE_DATA);
        _device.Receive(Frame(1));
        _device.Tell();
        Assert.Equal(1, _tap.Counters.Dropped(DropReason.Jumbo));
        Assert.Single(_handler.Frames);
    }

    [Fact]
    public void Writes_LeaveAtTheEndOfTheTurn()
    {
        Begin();
        _lane.Post(() =>
        {
            _tap.Write(Frame(1));
            _tap.Write(Frame(2));
            Assert.Empty(_device.Written);
        });
        Assert.Equal([1, 2], _device.Written.Select(frame => frame[14]));
    }

    [Fact]
    public void Writes_MoreThanThereAreSlots_LeaveInBatchesAndNoneIsLost()
    {
        Begin();
        _lane.Post(() =>
        {
            for (byte n = 0; n < 30; n++)
            {
                _tap.Write(Frame(n));
            }
        });
        Assert.Equal(30, _device.Written.Count);
        Assert.Equal(0, _tap.Counters.TotalDropped);
    }

    [Fact]
    public void Writes_DriverHoldsThem_TheRestIsDroppedAndCounted_UntilItLetsGo()
    {
        Begin();
        _device.HoldsWrites = true;
        _lane.Post(() =>
        {
            for (byte n = 0; n < 10; n++)
            {
                _tap.Write(Frame(n));
            }
        });
        Assert.Equal(_device.WriteSlots, _device.Written.Count);
        Assert.Equal(2, _tap.Counters.Dropped(DropReason.PortBusy));
        _device.CompleteWrites();
        _device.Tell();
        _lane.Post(() => _tap.Write(Frame(99)));
        Assert.Equal(99, _device.Written[^1][14]);
    }

    [Fact]
    public void Write_CableIsOut_IsDropped()
    {
        _lane.Post(() => _tap.Start(_handler));
        _lane.Post(() => _tap.Write(Frame(1)));
        Assert.Equal(1, _tap.Counters.Dropped(DropReason.PortBusy));
        Assert.Equal(0, _device.WritesBegun);
    }

    [Fact]
    public void Sleep_ReadsAreTriedWithAPause_AndGoOnAfterwards()
    {
        Begin();
        _device.IsAsleep = true;
        _lane.Post(_device.Cancel);
        int begun = _device.ReadsBegun;
        Pass(TimeSpan.FromMilliseconds(249));
        Assert.Equal(begun, _device.ReadsBegun); // It does not spin.
        Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal(begun + _device.ReadSlots, _device.ReadsBegun);
        _device.IsAsleep = false;
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(_device.ReadSlots, _device.ReadsUnderWay);
        _device.Receive(Frame(7));
        _device.Tell();
        Assert.Single(_handler.Frames);
    }

    [Fact]
    public void Sleep_OfAWholeNight_IsNoFailure()
    {
        Begin();
        _device.IsAsleep = true;
        _lane.Post(_device.Cancel);
        Pass(TimeSpan.FromHours(10)); // The clock goes on while Windows sleeps, and now and then softlan, too.
        _reopened = new FakeTapDevice { Mac = Mac, IsAsleep = true };
        Pass(TimeSpan.FromHours(10));
        _reopened.IsAsleep = false;
        Pass(TimeSpan.FromSeconds(3));
        Assert.Null(_handler.Failure);
        Assert.Equal(_reopened.ReadSlots, _reopened.ReadsUnderWay);
    }

    [Fact]
    public void Sleep_AgainAndAgain_IsNoFailure()
    {
        Begin();
        for (int i = 0; i < 3 * WindowsTap.MaxAttempts; i++)
        {
            _device.IsAsleep = true;
            _lane.Post(_device.Cancel);
            _device.IsAsleep = false;
            Pass(TimeSpan.FromSeconds(10));
        }

        Assert.Null(_handler.Failure);
    }

    [Fact]
    public void AdapterRestarts_IsOpenedAgain()
    {
        Begin();
        _reopened = new FakeTapDevice { Mac = Mac };
        _device.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        Break();
        Pass(TimeSpan.FromSeconds(1));
        Assert.True(_device.IsDisposed);
        Assert.Equal(_reopened.ReadSlots, _reopened.ReadsUnderWay);
        _reopened.Receive(Frame(7));
        _reopened.Tell();
        _lane.Post(() => _tap.Write(Frame(8)));
        Assert.Single(_handler.Frames);
        Assert.Single(_reopened.Written);
    }

    [Fact]
    public void AdapterRestarts_ItsCableStaysOutUntilTheOwnerIsReady()
    {
        Begin();
        int asked = 0;
        _cableWanted = () => asked++;
        _reopened = new FakeTapDevice { Mac = Mac };
        _device.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        Break();
        Pass(TimeSpan.FromSeconds(30));
        Assert.Equal((1, false), (asked, _tap.IsConnected));
        Assert.Equal([false], _reopened.Media);
        _lane.Post(() => _tap.SetMedia(true));
        Assert.Equal(_reopened.ReadSlots, _reopened.ReadsUnderWay);
    }

    [Fact]
    public void AdapterRestarts_RefusesItsCableForAMoment_IsNoFailure()
    {
        Begin();
        _reopened = new FakeTapDevice { Mac = Mac, RefusesCable = true };
        _device.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        Break();
        Pass(TimeSpan.FromSeconds(3));
        _reopened.RefusesCable = false;
        Pass(TimeSpan.FromSeconds(5));
        Assert.Null(_handler.Failure);
        Assert.Equal(_reopened.ReadSlots, _reopened.ReadsUnderWay);
    }

    [Fact]
    public void Sleep_TheOwnerIsAskedBeforeTheCableIsPluggedAgain()
    {
        Begin();
        int asked = 0;
        _cableWanted = () => asked++;
        _device.IsAsleep = true;
        _lane.Post(_device.Cancel);
        int plugged = _device.Media.Count;
        Pass(TimeSpan.FromSeconds(10));
        Assert.Equal((1, plugged), (asked, _device.Media.Count));
    }

    [Fact]
    public void CableIsPluggedWhileTheAdapterIsAway_IsDoneWhenItComesBack()
    {
        Begin();
        _device.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        Break();
        Pass(TimeSpan.FromSeconds(2));
        _lane.Post(() => _tap.SetMedia(false));
        _lane.Post(() => _tap.SetMedia(true));
        _reopened = new FakeTapDevice { Mac = Mac };
        Pass(TimeSpan.FromSeconds(5));
        Assert.True(_reopened.IsMediaConnected);
        Assert.Equal(_reopened.ReadSlots, _reopened.ReadsUnderWay);
    }

    [Fact]
    public void AdapterComesBackWithAnotherMac_Fails()
    {
        Begin();
        _reopened = new FakeTapDevice();
        _device.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        Break();
        Pass(TimeSpan.FromSeconds(1));
        Assert.Contains("with the MAC 00:ff:11:22:33:44 instead of 02:00:5e:10:00:21", _handler.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AdapterStaysAway_FailsAfterHalfAMinuteAndOnce()
    {
        Begin();
        _device.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        Break();
        Pass(TimeSpan.FromSeconds(20));
        Assert.Null(_handler.Failure);
        Pass(TimeSpan.FromSeconds(30));
        Assert.Equal("Cannot open the TAP adapter 'Party': it is away.", _handler.Failure!.Message);
        Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(1, _handler.Failures);
    }

    [Fact]
    public void CableOutAndIn_GoesOnReading()
    {
        Begin();
        _lane.Post(() => _tap.SetMedia(false));
        Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(0, _device.ReadsUnderWay);
        _lane.Post(() => _tap.SetMedia(true));
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(_device.ReadSlots, _device.ReadsUnderWay);
    }

    [Fact]
    public void Dispose_TakesTheCableOutAndCloses()
    {
        Begin();
        _lane.Post(_tap.Dispose);
        Assert.False(_device.IsMediaConnected);
        Assert.True(_device.IsDisposed);
        _device.Tell();
        _lane.Post(() => _tap.Write(Frame(1)));
        Assert.Empty(_handler.Frames);
    }

    [Fact]
    public void HandlerDisposesThePort_NothingFollows()
    {
        Begin();
        _handler.OnFirst = _tap.Dispose;
        _device.ReceiveOutOfOrder(Frame(1), Frame(2));
        Assert.Single(_handler.Frames);
    }

    [Fact]
    public void AFrameThereAndBack_AllocatesNothing()
    {
        Begin();
        _device.Keeps = false;
        _handler.Echo = _tap;
        byte[] frame = Frame(1);
        Allocations.AssertNone(() =>
        {
            _device.Receive(frame);
            _device.Tell();
        });
        Assert.Equal(2000, _device.WritesBegun);
    }

    private static byte[] Frame(byte n)
    {
        byte[] frame = new byte[60];
        Mac.Write(frame.AsSpan(6));
        frame[14] = n;
        return frame;
    }

    private void Begin()
    {
        _lane.Post(() =>
        {
            _tap.Start(_handler);
            _tap.SetMedia(true);
        });
        Assert.Equal(_device.ReadSlots, _device.ReadsUnderWay);
    }

    /// <summary>A read ends with the error that the device has from now on.</summary>
    private void Break()
    {
        _device.Receive([], _device.Error);
        _device.Tell();
    }

    private void Pass(TimeSpan time)
    {
        // Steps, as the timers of a lane want to be looked at.
        TimeSpan step = time < TimeSpan.FromMinutes(2) ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromHours(1);
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += step)
        {
            _clock.Advance(step);
            _lane.Post(() => { });
        }
    }

    private sealed class Handler : IFramePortHandler
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
