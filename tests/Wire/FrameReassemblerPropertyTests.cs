using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

/// <summary>A simulated path that loses, doubles and reorders: whatever comes out was sent, and comes out once.</summary>
public sealed class FrameReassemblerPropertyTests
{
    private const int FramesPerRun = 1500;

    private readonly record struct Piece(DatagramHeader Header, byte[] Body, double Position);

    [Theory]
    [InlineData(1, 0, 0, 0)]
    [InlineData(2, 0.02, 0, 0)]
    [InlineData(3, 0.3, 0, 0)]
    [InlineData(4, 0, 0.2, 0)]
    [InlineData(5, 0, 0, 20)]
    [InlineData(6, 0.1, 0.1, 20)]
    [InlineData(7, 0.5, 0.5, 100)]
    [InlineData(8, 0.6, 0, 0)]
    public void AnyPath_DeliversOnlyWhatWasSentAndOnlyOnce(int seed, double loss, double duplication, double reordering)
    {
        Random random = new(seed);
        FrameReassembler reassembler = new();
        PeerCounters counters = new();
        HashSet<string> sent = [];
        HashSet<string> delivered = [];
        foreach (Piece piece in Arrivals(random, sent, loss, duplication, reordering))
        {
            // 250 microseconds a piece: ids wrap many times within the lifetime of an unfinished frame.
            TimeSpan now = TimeSpan.FromMicroseconds(250 * Math.Max(0, piece.Position));
            if (reassembler.Add(piece.Header, piece.Body, now, counters, out ReadOnlySpan<byte> frame) == PieceResult.Complete)
            {
                string content = Convert.ToHexString(frame);
                Assert.Contains(content, sent);
                Assert.True(delivered.Add(content), "A frame was delivered twice.");
            }

            Assert.InRange(reassembler.UnfinishedCount, 0, FrameReassembler.MaxUnfinished);
        }

        Assert.Equal(delivered.Count, counters.ReassembledFrames);
        Assert.Equal(0, counters.Dropped(DropReason.Malformed));
        if (loss == 0 && reordering <= 20)
        {
            Assert.Equal(sent.Count, delivered.Count);
        }
    }

    [Fact]
    public void AnyPieces_NeverThrow_AndNeverMakeAFrameOutsideTheLimits()
    {
        Random random = new(9);
        FrameReassembler reassembler = new();
        PeerCounters counters = new();
        byte[] body = new byte[FrameLimits.MaxLength];
        TimeSpan now = default;
        for (int i = 0; i < 30_000; i++)
        {
            random.NextBytes(body.AsSpan(0, 16));
            now += TimeSpan.FromMilliseconds(random.Next(100) == 0 ? random.Next(-50, 400) : random.Next(2));
            DatagramHeader header = new(
                random.Next(2) == 0 ? DatagramKind.Head : DatagramKind.Tail,
                (byte)random.Next(random.Next(1, 256)),
                (ushort)random.Next(4));
            PieceResult result = reassembler.Add(header, body.AsSpan(0, random.Next(1, body.Length)), now, counters, out ReadOnlySpan<byte> frame);
            if (result == PieceResult.Complete)
            {
                Assert.InRange(frame.Length, FrameLimits.MinLength, FrameLimits.MaxLength);
            }

            Assert.InRange(reassembler.UnfinishedCount, 0, FrameReassembler.MaxUnfinished);
        }
    }

    private static IEnumerable<Piece> Arrivals(Random random, HashSet<string> sent, double loss, double duplication, double reordering)
    {
        List<Piece> arrivals = [];
        for (int number = 0; number < FramesPerRun; number++)
        {
            byte[] frame = Packets.Numbered(random.Next(1165, 1519), number);
            sent.Add(Convert.ToHexString(frame));
            int head = FrameSplitter.HeadLength(frame.Length, FrameLimits.MinMaxDatagramLength);
            ushort source = (ushort)random.Next(1, 4);
            foreach ((DatagramKind kind, byte[] body) in new[] { (DatagramKind.Head, frame[..head]), (DatagramKind.Tail, frame[head..]) })
            {
                for (int copies = random.NextDouble() < duplication ? 2 : 1; copies > 0; copies--)
                {
                    if (random.NextDouble() >= loss)
                    {
                        double position = (2 * number) + (int)kind + (reordering * random.NextDouble());
                        arrivals.Add(new Piece(new DatagramHeader(kind, (byte)number, source), body, position));
                    }
                }
            }
        }

        return arrivals.OrderBy(piece => piece.Position);
    }
}
