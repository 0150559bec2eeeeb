using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire.Queueing;

/// <summary>Who goes before others on a link that is full or held up, and for how long.</summary>
public sealed class SparseFlowTests : QueueScene
{
    [Fact]
    public void IsNextSparse_OnlyWhileAGameGoesBeforeOthers()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:01", 1), 200);
        Assert.Equal([Flow(1), Flow(1), Flow(1)], [Send(queue), Send(queue), Send(queue)]);
        queue.Enqueue(DatagramHeader.ForFrame(1), Game("02:00:00:00:00:01"), Now);
        Assert.True(queue.TryPeek(Now, out _));
        Assert.True(queue.IsNextSparse);
        Assert.Equal("game", Send(queue));
        Assert.True(queue.TryPeek(Now, out _));
        Assert.False(queue.IsNextSparse);
    }

    /// <summary>In a plain table of 256 places they would stand in one queue, and the game would have the download's delay for the whole evening.</summary>
    [Fact]
    public void Game_WhoseHashIsLikeThatOfADownload_GoesBeforeIt()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[] download = Tcp("02:00:00:00:00:01", 1);
        Fill(queue, download, 200);
        Assert.Equal([Flow(1), Flow(1), Flow(1)], [Send(queue), Send(queue), Send(queue)]);
        queue.Enqueue(DatagramHeader.ForFrame(1), Likeness(download, 256, static label => label.Flow), Now);
        Assert.Equal("game", Send(queue));
    }

    [Fact]
    public void Game_WhileALinkIsHeldUp_GoesBeforeWhatWasShown()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:01", 1), 20);
        Assert.Equal(Flow(1), Send(queue));
        for (int i = 0; i < 5; i++)
        {
            // Nothing may leave but what is sparse. Each of the game's packets finds its flow empty, and nobody else has had a turn meanwhile.
            Assert.True(queue.TryPeek(Now, out _));
            Assert.False(queue.IsNextSparse);
            queue.Enqueue(DatagramHeader.ForFrame(1), Game("02:00:00:00:00:02"), Now);
            Assert.True(queue.TryPeek(Now, out _));
            Assert.True(queue.IsNextSparse);
            Assert.Equal("game", Send(queue));
        }
    }

    [Fact]
    public void Flow_ThatEmptiesAgainAndAgain_SendsOneQuantumOutOfTurn()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:01", 1), 20);
        Assert.Equal(Flow(1), Send(queue));
        int outOfTurn = 0;
        for (int i = 0; i < 40; i++)
        {
            queue.Enqueue(DatagramHeader.ForFrame(1), Game("02:00:00:00:00:02"), Now);
            Assert.True(queue.TryPeek(Now, out Span<byte> datagram));
            if (!queue.IsNextSparse)
            {
                break;
            }

            outOfTurn += datagram.Length;
            queue.Dequeue();
        }

        Assert.InRange(outOfTurn, FrameLimits.MaxDatagramLength, FrameLimits.MaxDatagramLength + 200);
    }

    [Theory]
    [InlineData(1400, false)]
    [InlineData(300, true)]
    public void Tcp_IsSparseOnlyWithShortSegments(int length, bool isSparse)
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:01", 1), 20);
        Assert.Equal(Flow(1), Send(queue));
        queue.Enqueue(DatagramHeader.ForFrame(1), Tcp("02:00:00:00:00:02", 2, length: length), Now);
        Assert.True(queue.TryPeek(Now, out Span<byte> datagram));
        Assert.Equal(isSparse, queue.IsNextSparse);
        Assert.Equal(Flow(isSparse ? 2 : 1), Name(datagram[DatagramHeader.Length..]));
    }

    [Fact]
    public void Tcp_ThatGoesOnWithFullSegments_IsNotSparseAnyLonger()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:01", 1), 20);
        Assert.Equal(Flow(1), Send(queue));
        queue.Enqueue(DatagramHeader.ForFrame(1), Tcp("02:00:00:00:00:02", 2, length: 300), Now);
        queue.Enqueue(DatagramHeader.ForFrame(1), Tcp("02:00:00:00:00:02", 2), Now);
        Assert.Equal(Flow(2), Send(queue));
        Assert.True(queue.TryPeek(Now, out _));
        Assert.False(queue.IsNextSparse);
    }

    [Theory]
    [InlineData(2, false, false)]
    [InlineData(3, false, true)]
    [InlineData(3, true, false)]
    public void IsNextLate_AfterAQuarterOfItsTime_ButNotTcp(int milliseconds, bool isTcp, bool isLate)
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[] frame = isTcp ? Tcp("02:00:00:00:00:01", 1) : Game("02:00:00:00:00:01");
        Fill(queue, frame, 2);
        queue.Settle();
        Now += TimeSpan.FromMilliseconds(milliseconds);
        Assert.False(queue.IsNextLate(Now));
        Assert.True(queue.TryPeek(Now, out _));
        Assert.Equal(isLate, queue.IsNextLate(Now));
        queue.Clear();
        Assert.False(queue.IsNextLate(Now));
    }

    private static byte[] Likeness(byte[] frame, uint places, Func<FlowLabel, uint> hash)
    {
        uint place = hash(FlowLabel.Read(frame, FairBy.Source, 0)) % places;
        return Enumerable.Range(0, 0xffff).Select(i => Game($"02:00:00:01:{i >> 8:x2}:{i & 0xff:x2}")).First(game => hash(FlowLabel.Read(game, FairBy.Source, 0)) % places == place);
    }
}
