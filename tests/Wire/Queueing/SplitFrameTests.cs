using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire.Queueing;

/// <summary>Frames that are too long for one datagram: cut when they leave, so that their pieces leave one behind the other.</summary>
public sealed class SplitFrameTests : QueueScene
{
    private const int Narrow = 1200;
    private const string Ann = "02:00:00:00:00:01";
    private const string Bob = "02:00:00:00:00:02";

    private readonly DatagramQueue _queue;

    public SplitFrameTests() => _queue = Make(FairBy.Source);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TooLong_LeavesAsHeadAndTail_WithTheNextId(bool settles)
    {
        byte[] frame = Bulk(Ann);
        Fill(_queue, frame, 3);
        if (settles)
        {
            _queue.Settle();
        }

        for (byte id = 1; id <= 3; id++)
        {
            byte[] head = Take();
            byte[] tail = Take();
            Assert.Equal([0x11, id, 0, 1], head[..4]);
            Assert.Equal([0x12, id, 0, 1], tail[..4]);
            Assert.Equal(frame, head[4..].Concat(tail[4..]));
        }

        Assert.Equal((0, 0, 3L), (_queue.Count, Pool.Used, Counters.SplitFrames));
    }

    /// <summary>Ids must count up on the wire, or the other side takes a frame that was overtaken for a lost one.</summary>
    [Fact]
    public void FlowsThatTakeTurns_TheOtherSideMissesNothing()
    {
        Fill(_queue, Tcp(Ann, 1000), 96);
        Fill(_queue, Bulk(Bob), 96);
        _queue.Settle();
        FrameReassembler other = new();
        PeerCounters received = new();
        Dictionary<string, int> whole = [];
        while (_queue.TryPeek(Now, out Span<byte> datagram, Narrow))
        {
            Assert.True(DatagramHeader.TryParse(datagram, out DatagramHeader header, out ReadOnlySpan<byte> body));
            if (other.Add(header, body, Now, received, out ReadOnlySpan<byte> frame) == PieceResult.Complete)
            {
                whole[Name(frame)] = whole.GetValueOrDefault(Name(frame)) + 1;
            }

            _queue.Dequeue();
        }

        Assert.Equal((96, 96), (whole[Flow(1000)], whole["game"]));
        Assert.Equal(0, received.Dropped(DropReason.Incomplete));
    }

    [Fact]
    public void TailOfWhatHasLeft_GoesFirst_AndCounts()
    {
        Fill(_queue, Bulk(Ann), 4);
        _queue.Settle();
        for (int i = 0; i < 5; i++)
        {
            Take();
        }

        Fill(_queue, Game(Bob), 1);
        Assert.Equal(3, _queue.Count);
        Assert.Equal(DatagramKind.Tail, Peek());
        Assert.True(_queue.IsNextSparse);
        _queue.Dequeue();
        Assert.Equal(DatagramKind.Frame, Peek());
        Assert.Equal(2, _queue.Count);
    }

    [Fact]
    public void ShownAsHead_ThenThePathCarriesMore_LeavesWhole()
    {
        byte[] frame = Bulk(Ann);
        Fill(_queue, frame, 2);
        Assert.Equal(DatagramKind.Head, Peek());
        byte[] whole = Take(FrameLimits.MaxDatagramLength);
        Assert.Equal([0x10, 0, 0, 1], whole[..4]);
        Assert.Equal(frame, whole[4..]);
        Assert.Equal(1, Take()[1]); // No id was used up.
        Assert.Equal(1, Counters.SplitFrames);
    }

    [Fact]
    public void HeadIsDropped_SoIsTheFrame_AndNoIdIsUsedUp()
    {
        Fill(_queue, Bulk(Ann), 2);
        Assert.Equal(DatagramKind.Head, Peek());
        _queue.DropFirst(DropReason.QueueFull);
        Assert.Equal([0x11, 1], Take()[..2]);
        Assert.Equal([0x12, 1], Take()[..2]);
        Assert.Equal((0, 0), (_queue.Count, Pool.Used));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TailThatCannotLeave_IsDroppedWhenItIsTooOld(bool isSeen)
    {
        Fill(_queue, Bulk(Ann), 1);
        Take();
        Now += _queue.MaxAge;
        Assert.Equal(DatagramKind.Tail, Peek());
        Now += Step;
        if (isSeen)
        {
            Assert.False(_queue.TryPeek(Now, out _));
        }
        else
        {
            _queue.DropOld(Now);
        }

        Assert.Equal((0, 0, 1L), (_queue.Count, Pool.Used, Counters.Dropped(DropReason.TooOld)));
    }

    [Fact]
    public void FullSegmentOfTcp_IsNotSparse_ThoughItsPiecesAreShort()
    {
        Fill(_queue, Bulk(Bob), 4);
        Fill(_queue, Tcp(Ann, 1000), 1);
        _queue.Settle();
        while (Peek() is var _ && !_queue.IsNextTcp)
        {
            _queue.Dequeue();
        }

        Assert.False(_queue.IsNextSparse);
        _queue.Dequeue();
        Peek();
        Assert.True(_queue.IsNextTcp);
    }

    [Fact]
    public void Clear_WithATail_GivesItsMemoryBack()
    {
        Fill(_queue, Bulk(Ann), 2);
        Take();
        _queue.Clear();
        Assert.Equal((0, 0), (_queue.Count, Pool.Used));
        Assert.Equal(0, Counters.TotalDropped);
    }

    /// <summary>Whatever happens to the queue, each frame comes out whole and once, or is counted as dropped.</summary>
    [Fact]
    public void RandomTraffic_EveryFrameArrivesWhole_OrIsCounted()
    {
        Random random = new(7);
        FrameReassembler other = new();
        PeerCounters received = new();
        HashSet<string> expected = [];
        int sent = 0;
        int arrived = 0;
        for (int i = 0; i < 100_000; i++)
        {
            Now += random.Next(3000) == 0 ? TimeSpan.FromMilliseconds(random.Next(120)) : Step;
            int max = random.Next(4) == 0 ? FrameLimits.MaxDatagramLength : Narrow;
            switch (random.Next(40))
            {
                case < 12:
                    byte[] frame = Tcp($"02:00:00:00:00:{random.Next(4):x2}", 1000 + random.Next(8), length: random.Next(20, 1440));
                    BitConverter.TryWriteBytes(frame.AsSpan(^8), i);
                    _queue.Enqueue(DatagramHeader.ForFrame(1), frame, Now);
                    expected.Add(Convert.ToBase64String(frame));
                    sent++;
                    break;
                case 12:
                    _queue.Settle();
                    break;
                case 13:
                    _queue.DropOld(Now);
                    break;
                case 14 when _queue.TryPeek(Now, out _, max):
                    break; // Shown, and not sent.
                case 15 when _queue.TryPeek(Now, out _, max):
                    _queue.DropFirst(DropReason.Congested);
                    break;
                case > 15 when _queue.TryPeek(Now, out Span<byte> datagram, max):
                    Assert.True(datagram.Length <= max);
                    Assert.True(DatagramHeader.TryParse(datagram, out DatagramHeader header, out ReadOnlySpan<byte> body));
                    bool isWhole = header.Kind == DatagramKind.Frame;
                    if (isWhole || other.Add(header, body, Now, received, out body) == PieceResult.Complete)
                    {
                        Assert.True(expected.Remove(Convert.ToBase64String(body)));
                        arrived++;
                    }

                    _queue.Dequeue();
                    break;
            }
        }

        int waiting = _queue.Count;
        _queue.Clear();
        Assert.Equal(0, Pool.Used);
        Assert.True(arrived > 10_000);
        Assert.True(Counters.SplitFrames > 2_000);
        Assert.Equal(sent, arrived + waiting + Counters.TotalDropped);
    }

    private DatagramKind Peek()
    {
        Assert.True(_queue.TryPeek(Now, out Span<byte> datagram, Narrow));
        return DatagramHeader.KindOf(datagram);
    }

    private byte[] Take(int max = Narrow)
    {
        Assert.True(_queue.TryPeek(Now, out Span<byte> datagram, max));
        byte[] copy = datagram.ToArray();
        _queue.Dequeue();
        return copy;
    }
}
