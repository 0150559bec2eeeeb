using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class FrameReassemblerTests
{
    private readonly FrameReassembler _reassembler = new();
    private readonly PeerCounters _counters = new();
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void HeadThenTail_DeliverTheFrame()
    {
        byte[] frame = Packets.Numbered(1518, 1);
        Assert.Null(Head(7, frame[..759]));
        Assert.Equal(frame, Tail(7, frame[759..]));
        Assert.Equal(1, _counters.ReassembledFrames);
        Assert.Equal(0, _counters.TotalDropped);
        Assert.Equal(0, _reassembler.UnfinishedCount);
    }

    [Fact]
    public void TailThenHead_DeliverTheFrame()
    {
        byte[] frame = Packets.Numbered(1400, 1);
        Assert.Null(Tail(7, frame[1000..]));
        Assert.Equal(frame, Head(7, frame[..1000]));
    }

    [Theory]
    [InlineData(1, 13)]
    [InlineData(13, 1)]
    [InlineData(1, 1517)]
    [InlineData(1517, 1)]
    [InlineData(700, 700)]
    public void AnyCut_BothOrders_DeliverTheFrame(int head, int tail)
    {
        byte[] frame = Packets.Numbered(head + tail, 5);
        Head(1, frame[..head]);
        Assert.Equal(frame, Tail(1, frame[head..]));
        Tail(2, frame[head..]);
        Assert.Equal(frame, Head(2, frame[..head]));
    }

    [Theory]
    [InlineData(1, 12)]
    [InlineData(759, 760)]
    [InlineData(1517, 1517)]
    public void ResultOutsideTheLimits_IsMalformed(int head, int tail)
    {
        Assert.Null(Head(1, new byte[head]));
        Assert.Null(Tail(1, new byte[tail]));
        Assert.Null(Tail(2, new byte[tail]));
        Assert.Null(Head(2, new byte[head]));
        Assert.Equal(2, _counters.Dropped(DropReason.Malformed));
        Assert.Equal(0, _counters.ReassembledFrames);
        Assert.Equal(0, _reassembler.UnfinishedCount);
    }

    [Fact]
    public void OtherSource_SameId_IsAnotherFrame()
    {
        byte[] one = Packets.Numbered(1200, 1);
        byte[] two = Packets.Numbered(1200, 2);
        Assert.Null(Head(7, one[..600], source: 1));
        Assert.Null(Tail(7, two[600..], source: 2));
        Assert.Equal(one, Tail(7, one[600..], source: 1));
        Assert.Equal(two, Head(7, two[..600], source: 2));
    }

    [Fact]
    public void DuplicatePiece_BeforeCompletion_ChangesNothing()
    {
        byte[] frame = Packets.Numbered(1200, 1);
        Assert.Null(Head(7, frame[..600]));
        Assert.Null(Head(7, frame[..600]));
        Assert.Equal(frame, Tail(7, frame[600..]));
        Assert.Equal(0, _counters.TotalDropped);
    }

    [Fact]
    public void DuplicatePieces_AfterCompletion_DeliverNothing()
    {
        byte[] frame = Packets.Numbered(1200, 1);
        Head(7, frame[..600]);
        Assert.NotNull(Tail(7, frame[600..]));
        for (int later = 0; later <= FrameReassembler.WindowLength; later++)
        {
            byte[] next = Packets.Numbered(1300, later);
            Assert.Null(Head(7, frame[..600]));
            Assert.Null(Tail(7, frame[600..]));
            if (later < FrameReassembler.WindowLength)
            {
                Head((byte)(8 + later), next[..650]);
                Assert.Equal(next, Tail((byte)(8 + later), next[650..]));
            }
        }

        Assert.Equal(0, _reassembler.UnfinishedCount);
        Assert.Equal(0, _counters.TotalDropped);
    }

    [Fact]
    public void SameKindWithOtherContent_TheNewerFrameWins()
    {
        byte[] old = Packets.Numbered(1200, 1);
        byte[] newer = Packets.Numbered(1300, 2);
        Assert.Null(Head(7, old[..600]));
        Assert.Null(Head(7, newer[..650]));
        Assert.Equal(newer, Tail(7, newer[650..]));
        Assert.Equal(1, _counters.Dropped(DropReason.Incomplete));
    }

    [Fact]
    public void UnfinishedFrame_DiesWhenItIsTooOld()
    {
        byte[] frame = Packets.Numbered(1200, 1);
        Head(7, frame[..600]);
        _now += FrameReassembler.Lifetime;
        Assert.Equal(frame, Tail(7, frame[600..]));

        Head(8, frame[..600]);
        _now += FrameReassembler.Lifetime + TimeSpan.FromTicks(1);
        Assert.Null(Tail(8, frame[600..]));
        Assert.Equal(1, _counters.Dropped(DropReason.Incomplete));
        Assert.Equal(1, _reassembler.UnfinishedCount);
    }

    [Fact]
    public void Expire_WithoutFurtherPieces_CountsWhatDied()
    {
        Head(7, new byte[600]);
        Head(8, new byte[600]);
        _reassembler.Expire(_now + FrameReassembler.Lifetime, _counters);
        Assert.Equal(2, _reassembler.UnfinishedCount);
        _reassembler.Expire(_now + FrameReassembler.Lifetime + TimeSpan.FromTicks(1), _counters);
        Assert.Equal(0, _reassembler.UnfinishedCount);
        Assert.Equal(2, _counters.Dropped(DropReason.Incomplete));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(128, false)]
    [InlineData(191, false)]
    public void UnfinishedFrame_DiesWhenAnIdFarAheadWasSeen(int ahead, bool survives)
    {
        byte[] frame = Packets.Numbered(1200, 1);
        Head(200, frame[..600], source: 1);
        Head((byte)(200 + ahead), new byte[600], source: 2);
        Assert.Equal(survives ? 0 : 1, _counters.Dropped(DropReason.Incomplete));
        Assert.Equal(survives, Tail(200, frame[600..], source: 1) is not null);
    }

    /// <summary>The case that the window exists for: at 1 Gbit/s ids wrap every 3 ms, long before a lost piece's partner is 250 ms old.</summary>
    [Fact]
    public void WrappedId_NeverSplicesTwoFrames()
    {
        byte[] old = Packets.Numbered(1200, 1);
        Head(5, old[..600]);
        for (int i = 1; i < 256; i++)
        {
            byte[] between = Packets.Numbered(1300, i);
            Head((byte)(5 + i), between[..650], source: 9);
            Assert.Equal(between, Tail((byte)(5 + i), between[650..], source: 9));
        }

        byte[] newer = Packets.Numbered(1200, 2);
        Assert.Null(Tail(5, newer[600..]));
        Assert.Equal(newer, Head(5, newer[..600]));
        Assert.Equal(1, _counters.Dropped(DropReason.Incomplete));
    }

    [Fact]
    public void CompletedId_CanBeUsedAgainAfterTheWrap()
    {
        for (int i = 0; i < 2000; i++)
        {
            byte[] frame = Packets.Numbered(1200, i);
            Assert.Null(Head((byte)i, frame[..600]));
            Assert.Equal(frame, Tail((byte)i, frame[600..]));
        }

        Assert.Equal(2000, _counters.ReassembledFrames);
    }

    [Fact]
    public void AfterASilence_AnyIdBeginsAfresh()
    {
        byte[] frame = Packets.Numbered(1200, 1);
        Head(7, frame[..600]);
        Assert.NotNull(Tail(7, frame[600..]));
        _now += TimeSpan.FromSeconds(1);
        byte[] next = Packets.Numbered(1200, 2);
        Assert.Null(Head(7, next[..600]));
        Assert.Equal(next, Tail(7, next[600..]));
    }

    [Fact]
    public void MoreThan32OfOneSource_TheOldestGivesWay()
    {
        byte[] frame = Packets.Numbered(1200, 1);
        for (byte id = 0; id < 33; id++)
        {
            Head(id, frame[..600]);
        }

        Assert.Equal(32, _reassembler.UnfinishedCount);
        Assert.Equal(1, _counters.Dropped(DropReason.Incomplete));
        Assert.Equal(frame, Tail(1, frame[600..]));
        Assert.Equal(frame, Tail(32, frame[600..]));
        Assert.Null(Tail(0, frame[600..]));
    }

    [Fact]
    public void MoreThan32OfOneSource_LeaveOtherSourcesAlone()
    {
        byte[] frame = Packets.Numbered(1200, 1);
        Head(0, frame[..600], source: 2);
        for (byte id = 1; id < 60; id++)
        {
            Head(id, frame[..600], source: 1);
        }

        Assert.Equal(33, _reassembler.UnfinishedCount);
        Assert.Equal(frame, Tail(0, frame[600..], source: 2));
    }

    [Fact]
    public void ManySources_AreBoundedTogether()
    {
        for (int source = 1; source <= 1000; source++)
        {
            Head(3, new byte[600], (ushort)source);
        }

        Assert.Equal(FrameReassembler.MaxUnfinished, _reassembler.UnfinishedCount);
        Assert.Equal(1000 - FrameReassembler.MaxUnfinished, _counters.Dropped(DropReason.Incomplete));
    }

    [Fact]
    public void ManySources_OneMoreThanTheLinkMayHave_TheOldestGivesWay()
    {
        byte[] frame = Packets.Numbered(1200, 1);
        for (byte id = 0; id <= FrameReassembler.MaxUnfinished; id++)
        {
            Head(id, frame[..600], source: (ushort)(id + 1));
        }

        Assert.Equal(1, _counters.Dropped(DropReason.Incomplete));
        Assert.Null(Tail(0, frame[600..], source: 1));
        Assert.Equal(frame, Tail(2, frame[600..], source: 3));
        Assert.Equal(frame, Tail(FrameReassembler.MaxUnfinished, frame[600..], source: FrameReassembler.MaxUnfinished + 1));
    }

    /// <summary>Two buffers are kept for the next frames.</summary>
    [Fact]
    public void AfterASilence_MostBuffersAreGivenBack()
    {
        byte[] piece = new byte[600];
        for (byte id = 0; id < FrameReassembler.MaxUnfinished; id++)
        {
            Head(id, piece, source: (ushort)(id / 2));
        }

        _now += TimeSpan.FromSeconds(1);
        Head(100, piece); // Takes one of the two.
        Assert.Equal(0, Allocations.Of(() => Head(101, piece)));
        Assert.InRange(Allocations.Of(() => Head(102, piece)), FrameLimits.MaxLength, 2 * FrameLimits.MaxLength);
    }

    [Fact]
    public void ClockGoesBackwards_NothingIsLost()
    {
        byte[] frame = Packets.Numbered(1200, 1);
        Head(7, frame[..600]);
        _now -= TimeSpan.FromMinutes(5);
        Assert.Equal(frame, Tail(7, frame[600..]));
    }

    [Fact]
    public void Add_SaysWhatBecameOfThePiece()
    {
        Assert.Equal(PieceResult.Waiting, Add(DatagramKind.Head, 1, 600));
        Assert.Equal(PieceResult.Waiting, Add(DatagramKind.Head, 1, 600));
        Assert.Equal(PieceResult.Complete, Add(DatagramKind.Tail, 1, 600));
        Assert.Equal(PieceResult.Waiting, Add(DatagramKind.Tail, 1, 600));
        Assert.Equal(PieceResult.Waiting, Add(DatagramKind.Tail, 2, 5));
        Assert.Equal(PieceResult.Malformed, Add(DatagramKind.Head, 2, 5));

        PieceResult Add(DatagramKind kind, byte id, int length) =>
            _reassembler.Add(new DatagramHeader(kind, id, 1), new byte[length], _now, _counters, out _);
    }

    [Fact]
    public void Construction_CostsAlmostNothing()
    {
        FrameReassembler warm = new();
        FrameReassembler? idle = null;
        Assert.InRange(Allocations.Of(() => idle = new FrameReassembler()), 1, 256);
        Assert.Equal(warm.UnfinishedCount, idle!.UnfinishedCount);
    }

    private byte[]? Head(byte id, byte[] body, ushort source = 1) => Add(DatagramKind.Head, id, body, source);

    private byte[]? Tail(byte id, byte[] body, ushort source = 1) => Add(DatagramKind.Tail, id, body, source);

    private byte[]? Add(DatagramKind kind, byte id, byte[] body, ushort source) =>
        _reassembler.Add(new DatagramHeader(kind, id, source), body, _now, _counters, out ReadOnlySpan<byte> frame) == PieceResult.Complete
            ? frame.ToArray()
            : null;
}
