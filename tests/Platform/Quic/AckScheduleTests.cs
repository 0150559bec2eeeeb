using Softlan.Platform.Quic.Ngtcp2;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class AckScheduleTests
{
    private const long Millisecond = 1_000_000;

    private readonly AckSchedule _acks = new();

    [Fact]
    public void Packet_WithoutDatagrams_NeedsNoAnswerOfOurs_ButChangesTheLibrarysTimers()
    {
        _acks.BeginPacket();
        Assert.False(_acks.EndPacket(0));
        _acks.Postpone();
        Assert.True(_acks.Settle(0));
        Assert.Equal(long.MaxValue, _acks.Due);
    }

    [Fact]
    public void Datagram_ThatNobodyWaitsFor_IsAcknowledgedBeforeTheOtherSideProbes()
    {
        Assert.False(Read(at: 5));
        Assert.Equal(5 + AckSchedule.LongDelay, _acks.Due);
    }

    [Fact]
    public void Datagrams_AsManyAsTheSmallestWindow_WaitShorter()
    {
        for (int i = 0; i < AckSchedule.SmallestWindow; i++)
        {
            Assert.False(Read(at: i));
        }

        Assert.Equal(AckSchedule.SmallestWindow - 1 + AckSchedule.UnaskedDelay, _acks.Due);
    }

    [Fact]
    public void Datagrams_OfASideThatAsks_WaitLonger()
    {
        Assert.True(Read(at: 0, asks: true));
        _acks.OnWrite();
        for (int i = 1; i <= AckSchedule.SmallestWindow; i++)
        {
            Assert.False(Read(at: i));
        }

        Assert.Equal(AckSchedule.SmallestWindow + AckSchedule.ShortDelay, _acks.Due);
    }

    [Fact]
    public void Datagram_ThatFindsOthersWaitingForLong_TakesThemAlong()
    {
        for (int i = 0; i < AckSchedule.SmallestWindow; i++)
        {
            Assert.False(Read(at: 0));
        }

        Assert.False(Read(at: AckSchedule.UnaskedDelay - 1));
        Assert.True(Read(at: AckSchedule.UnaskedDelay));
    }

    [Fact]
    public void Datagrams_OfABulkTransfer_AreAcknowledgedByTheSixteenth()
    {
        for (int i = 1; i < AckSchedule.AtOnce; i++)
        {
            Assert.False(Read(at: 0));
        }

        Assert.True(Read(at: 0));
    }

    [Fact]
    public void Packet_OfManyDatagrams_CountsOnce()
    {
        for (int i = 1; i < AckSchedule.AtOnce; i++)
        {
            Assert.False(Read(at: 0, datagrams: 5));
        }
    }

    [Fact]
    public void Write_TakesEverythingAlong()
    {
        for (int i = 1; i < AckSchedule.AtOnce; i++)
        {
            Read(at: 0);
        }

        _acks.OnWrite();
        Assert.Equal(long.MaxValue, _acks.Due);
        Assert.False(_acks.Settle(Millisecond));
        Assert.Equal(long.MaxValue, _acks.Due);
        Assert.False(Read(at: Millisecond));
        Assert.Equal(Millisecond + AckSchedule.LongDelay, _acks.Due);
    }

    [Fact]
    public void Settle_OfALaterTurn_DoesNotPutOffWhatWaits()
    {
        Read(at: 0);
        Read(at: 10 * Millisecond);
        Assert.Equal(AckSchedule.LongDelay, _acks.Due);
    }

    /// <summary>One packet in a turn of its own, in which nothing is written.</summary>
    /// <returns>It is to be acknowledged at once.</returns>
    private bool Read(long at, bool asks = false, int datagrams = 1)
    {
        _acks.BeginPacket();
        for (int i = 0; i < datagrams; i++)
        {
            _acks.OnDatagram(asks);
        }

        bool isDue = _acks.EndPacket(at);
        if (!isDue)
        {
            _acks.Postpone();
            Assert.False(_acks.Settle(at));
        }

        return isDue;
    }
}
