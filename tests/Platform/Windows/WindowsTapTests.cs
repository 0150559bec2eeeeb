using Softlan.Platform.Windows;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Windows;

/// <summary>Frames through the port, there and back.</summary>
public sealed class WindowsTapTests : WindowsTapBench
{
    [Fact]
    public void Start_CableIsOut_ReadsNothing()
    {
        Lane.Post(() => Tap.Start(Handler));
        Assert.Equal(0, Device.ReadsBegun);
        Lane.Post(() => Tap.SetMedia(true));
        Assert.Equal(Device.ReadSlots, Device.ReadsUnderWay);
    }

    [Fact]
    public void Frames_ComeInOrder_AndTheirSlotsReadAgain()
    {
        Begin();
        for (byte n = 0; n < 20; n++)
        {
            Device.Receive(Frame(n));
            Device.Tell();
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(n => (byte)n), Handler.Frames.Select(frame => frame[14]));
        Assert.Equal(Device.ReadSlots, Device.ReadsUnderWay);
    }

    [Fact]
    public void CompletionsOutOfOrder_FramesInOrder()
    {
        Begin();
        Device.ReceiveOutOfOrder(Frame(1), Frame(2), Frame(3));
        Assert.Equal([1, 2, 3], Handler.Frames.Select(frame => frame[14]));
    }

    [Fact]
    public void FrameLongerThanTheBuffer_IsCountedAndReadingGoesOn()
    {
        Begin();
        Device.Receive([], Win32Error.ERROR_MORE_DATA);
        Device.Receive(Frame(1));
        Device.Tell();
        Assert.Equal(1, Tap.Counters.Dropped(DropReason.Jumbo));
        Assert.Single(Handler.Frames);
    }

    [Fact]
    public void Writes_LeaveAtTheEndOfTheTurn()
    {
        Begin();
        Lane.Post(() =>
        {
            Tap.Write(Frame(1));
            Tap.Write(Frame(2));
            Assert.Empty(Device.Written);
        });
        Assert.Equal([1, 2], Device.Written.Select(frame => frame[14]));
    }

    [Fact]
    public void Writes_MoreThanThereAreSlots_LeaveInBatchesAndNoneIsLost()
    {
        Begin();
        Lane.Post(() =>
        {
            for (byte n = 0; n < 30; n++)
            {
                Tap.Write(Frame(n));
            }
        });
        Assert.Equal(30, Device.Written.Count);
        Assert.Equal(0, Tap.Counters.TotalDropped);
    }

    [Fact]
    public void Writes_DriverHoldsThem_TheRestIsDroppedAndCounted_UntilItLetsGo()
    {
        Begin();
        Device.HoldsWrites = true;
        Lane.Post(() =>
        {
            for (byte n = 0; n < 10; n++)
            {
                Tap.Write(Frame(n));
            }
        });
        Assert.Equal(Device.WriteSlots, Device.Written.Count);
        Assert.Equal(2, Tap.Counters.Dropped(DropReason.PortBusy));
        Device.CompleteWrites();
        Device.Tell();
        Lane.Post(() => Tap.Write(Frame(99)));
        Assert.Equal(99, Device.Written[^1][14]);
    }

    [Fact]
    public void Write_CableIsOut_IsDropped()
    {
        Lane.Post(() => Tap.Start(Handler));
        Lane.Post(() => Tap.Write(Frame(1)));
        Assert.Equal(1, Tap.Counters.Dropped(DropReason.PortBusy));
        Assert.Equal(0, Device.WritesBegun);
    }

    [Fact]
    public void Dispose_TakesTheCableOutAndCloses()
    {
        Begin();
        Lane.Post(Tap.Dispose);
        Assert.False(Device.IsMediaConnected);
        Assert.True(Device.IsDisposed);
        Device.Tell();
        Lane.Post(() => Tap.Write(Frame(1)));
        Assert.Empty(Handler.Frames);
    }

    [Fact]
    public void HandlerDisposesThePort_NothingFollows()
    {
        Begin();
        Handler.OnFirst = Tap.Dispose;
        Device.ReceiveOutOfOrder(Frame(1), Frame(2));
        Assert.Single(Handler.Frames);
    }

    [Fact]
    public void AFrameThereAndBack_AllocatesNothing()
    {
        Begin();
        Device.Keeps = false;
        Handler.Echo = Tap;
        byte[] frame = Frame(1);
        Allocations.AssertNone(() =>
        {
            Device.Receive(frame);
            Device.Tell();
        });
        Assert.Equal(2000, Device.WritesBegun);
    }
}
