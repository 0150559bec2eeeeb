using Softlan.Platform.Windows;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Windows;

/// <summary>How the port comes back after sleep, after a restart of the adapter, and when the cable was out.</summary>
public sealed class WindowsTapReturnTests : WindowsTapBench
{
    [Fact]
    public void Sleep_ReadsAreTriedWithAPause_AndGoOnAfterwards()
    {
        Begin();
        Device.IsAsleep = true;
        Lane.Post(Device.Cancel);
        int begun = Device.ReadsBegun;
        Pass(TimeSpan.FromMilliseconds(249));
        Assert.Equal(begun, Device.ReadsBegun); // It does not spin.
        Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal(begun + Device.ReadSlots, Device.ReadsBegun);
        Device.IsAsleep = false;
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Device.ReadSlots, Device.ReadsUnderWay);
        Device.Receive(Frame(7));
        Device.Tell();
        Assert.Single(Handler.Frames);
    }

    [Fact]
    public void Sleep_OfAWholeNight_IsNoFailure()
    {
        Begin();
        Device.IsAsleep = true;
        Lane.Post(Device.Cancel);
        Reopened = new FakeTapDevice { Mac = Mac, IsAsleep = true };
        Pass(TimeSpan.FromHours(3 * WindowsTap.MaxAttempts)); // The clock goes on while Windows sleeps, and now and then softlan, too.
        Reopened.IsAsleep = false;
        Pass(TimeSpan.FromSeconds(3));
        Assert.Null(Handler.Failure);
        Assert.Equal(Reopened.ReadSlots, Reopened.ReadsUnderWay);
    }

    [Fact]
    public void Sleep_AgainAndAgain_IsNoFailure()
    {
        Begin();
        for (int i = 0; i < 3 * WindowsTap.MaxAttempts; i++)
        {
            Device.IsAsleep = true;
            Lane.Post(Device.Cancel);
            Device.IsAsleep = false;
            Pass(TimeSpan.FromSeconds(10));
        }

        Assert.Null(Handler.Failure);
    }

    /// <summary>With a driver that lets a read wait through the night nothing happens at all.</summary>
    [Fact]
    public void Sleep_CardIsBackAtOnce_TheSameHandleGoesOn()
    {
        Begin();
        Device.IsAsleep = true;
        Lane.Post(Device.Cancel);
        Pass(WindowsTap.FirstPause);
        Device.IsAsleep = false;
        Pass(TimeSpan.FromSeconds(1));
        Assert.False(Device.IsDisposed);
        Assert.Equal(Device.ReadSlots, Device.ReadsUnderWay);
    }

    [Fact]
    public void AdapterIsHalted_ItsHandleIsClosedWithinSecondsAndItIsOpenedAgain()
    {
        Begin();
        int plugged = Device.Media.Count;
        Reopened = new FakeTapDevice { Mac = Mac };
        Lane.Post(Device.Halt);
        Pass(TimeSpan.FromSeconds(2));
        Assert.True(Device.IsDisposed);
        Assert.Equal(WindowsTap.SameHandleAttempts, Device.Media.Count - plugged);
        Assert.Equal(Reopened.ReadSlots, Reopened.ReadsUnderWay);
    }

    [Fact]
    public void AdapterIsHaltedAndStaysAway_FailsWithWhatOpeningItSays()
    {
        Begin();
        Lane.Post(Device.Halt);
        Pass(TimeSpan.FromSeconds(45));
        Assert.Equal("Cannot open the TAP adapter 'Party': it is away.", Handler.Failure!.Message);
    }

    [Fact]
    public void LetGo_IsClosed_UntilTheCableIsWanted()
    {
        Begin();
        Reopened = new FakeTapDevice { Mac = Mac };
        Lane.Post(Tap.LetGo);
        Pass(TimeSpan.FromMinutes(1));
        Assert.True(Device.IsDisposed);
        Assert.Empty(Reopened.Media);
        Assert.False(Tap.IsConnected);
        Lane.Post(() => Tap.SetMedia(true));
        Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal([false, true], Reopened.Media);
        Assert.Equal(Reopened.ReadSlots, Reopened.ReadsUnderWay);
    }

    [Fact]
    public void LetGo_FramesThatWaitForTheTurnsEnd_AreCounted()
    {
        Begin();
        Lane.Post(() =>
        {
            Tap.Write(Frame(1));
            Tap.LetGo();
            Tap.Write(Frame(2));
        });
        Assert.Equal(2, Tap.Counters.Dropped(DropReason.PortBusy));
        Assert.Empty(Device.Written);
    }

    [Fact]
    public void AdapterRestarts_IsOpenedAgain()
    {
        Begin();
        Reopened = new FakeTapDevice { Mac = Mac };
        Device.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        Break();
        Pass(TimeSpan.FromSeconds(1));
        Assert.True(Device.IsDisposed);
        Assert.Equal(Reopened.ReadSlots, Reopened.ReadsUnderWay);
        Reopened.Receive(Frame(7));
        Reopened.Tell();
        Lane.Post(() => Tap.Write(Frame(8)));
        Assert.Single(Handler.Frames);
        Assert.Single(Reopened.Written);
    }

    [Fact]
    public void AdapterRestarts_ItsCableStaysOutUntilTheOwnerIsReady()
    {
        Begin();
        int asked = 0;
        CableWanted = () => asked++;
        Reopened = new FakeTapDevice { Mac = Mac };
        Device.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        Break();
        Pass(TimeSpan.FromSeconds(30));
        Assert.Equal((1, false), (asked, Tap.IsConnected));
        Assert.Equal([false], Reopened.Media);
        Lane.Post(() => Tap.SetMedia(true));
        Assert.Equal(Reopened.ReadSlots, Reopened.ReadsUnderWay);
    }

    [Fact]
    public void AdapterRestarts_RefusesItsCableForAMoment_IsNoFailure()
    {
        Begin();
        Reopened = new FakeTapDevice { Mac = Mac, RefusesCable = true };
        Device.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        Break();
        Pass(TimeSpan.FromSeconds(3));
        Reopened.RefusesCable = false;
        Pass(TimeSpan.FromSeconds(5));
        Assert.Null(Handler.Failure);
        Assert.Equal(Reopened.ReadSlots, Reopened.ReadsUnderWay);
    }

    [Fact]
    public void Sleep_TheOwnerIsAskedBeforeTheCableIsPluggedAgain()
    {
        Begin();
        int asked = 0;
        CableWanted = () => asked++;
        Device.IsAsleep = true;
        Lane.Post(Device.Cancel);
        int plugged = Device.Media.Count;
        Pass(TimeSpan.FromSeconds(10));
        Assert.Equal((1, plugged), (asked, Device.Media.Count));
    }

    [Fact]
    public void CableIsPluggedWhileTheAdapterIsAway_IsDoneWhenItComesBack()
    {
        Begin();
        Device.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        Break();
        Pass(TimeSpan.FromSeconds(2));
        Lane.Post(() => Tap.SetMedia(false));
        Lane.Post(() => Tap.SetMedia(true));
        Reopened = new FakeTapDevice { Mac = Mac };
        Pass(TimeSpan.FromSeconds(5));
        Assert.True(Reopened.IsMediaConnected);
        Assert.Equal(Reopened.ReadSlots, Reopened.ReadsUnderWay);
    }

    [Fact]
    public void AdapterComesBackWithAnotherMac_Fails()
    {
        Begin();
        Reopened = new FakeTapDevice();
        Device.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        Break();
        Pass(TimeSpan.FromSeconds(1));
        Assert.Contains("with the MAC 00:ff:11:22:33:44 instead of 02:00:5e:10:00:21", Handler.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AdapterStaysAway_FailsAfterHalfAMinuteAndOnce()
    {
        Begin();
        Device.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        Break();
        Pass(TimeSpan.FromSeconds(20));
        Assert.Null(Handler.Failure);
        Pass(TimeSpan.FromSeconds(30));
        Assert.Equal("Cannot open the TAP adapter 'Party': it is away.", Handler.Failure!.Message);
        Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(1, Handler.Failures);
    }

    [Fact]
    public void CableOutAndIn_GoesOnReading()
    {
        Begin();
        Lane.Post(() => Tap.SetMedia(false));
        Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(0, Device.ReadsUnderWay);
        Lane.Post(() => Tap.SetMedia(true));
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Device.ReadSlots, Device.ReadsUnderWay);
    }
}
