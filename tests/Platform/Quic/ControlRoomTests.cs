using Softlan.Platform.Quic.MsQuic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class ControlRoomTests
{
    [Fact]
    public void MustHold_RoomIsFull_UntilHalfOfItIsFree()
    {
        ControlRoom room = new(100);
        Assert.False(room.MustHold());
        room.Add(101);
        Assert.True(room.MustHold());
        Assert.False(room.Take(40)); // 61 are more than half.
        Assert.True(room.Take(20));
        Assert.False(room.Take(41)); // Said once.
        Assert.False(room.MustHold());
    }

    [Fact]
    public void Take_NeverHeld_NeedsNoEnabling()
    {
        ControlRoom room = new(100);
        room.Add(80);
        Assert.False(room.Take(80));
    }

    /// <summary>Between the look at the room and the mark the lane may take everything; a stream that is held then with nobody left to enable it
    /// stands still for good.</summary>
    [Fact]
    public void LaneEmptiesItMeanwhile_IsNeverHeldForGood()
    {
        const int Rounds = 200_000;
        ControlRoom room = new(1);
        int enabled = 0;
        int waiting = 0;
        bool isOver = false;
        Thread lane = new(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                if (Volatile.Read(ref waiting) > 0)
                {
                    Interlocked.Decrement(ref waiting);
                    if (room.Take(2))
                    {
                        Interlocked.Increment(ref enabled);
                    }
                }
            }
        });
        lane.Start();
        bool isStuck = false;
        for (int i = 0; i < Rounds && !isStuck; i++)
        {
            if (room.MustHold())
            {
                // msquic delivers again only when it was enabled.
                isStuck = !SpinWait.SpinUntil(() => Volatile.Read(ref enabled) > 0, TimeSpan.FromSeconds(5));
                Interlocked.Exchange(ref enabled, 0);
            }

            room.Add(2);
            Interlocked.Increment(ref waiting);
        }

        Volatile.Write(ref isOver, true);
        lane.Join();
        Assert.False(isStuck);
    }
}
