using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Softlan.Platform;
using Softlan.Tests.Fakes;
using Xunit;

namespace Softlan.Tests.Platform;

public sealed class FrameRingTests
{
    private readonly ManualLane _lane = new();
    private readonly List<(int Id, byte[] Bytes)> _delivered = [];
    private readonly FrameRing _ring;

    public FrameRingTests() => _ring = new FrameRing(_lane, (id, bytes) => _delivered.Add((id, bytes.ToArray())));

    [Fact]
    public void TryWrite_BothParts_AreDeliveredAsOneInOrder()
    {
        Assert.True(_ring.TryWrite(7, [1, 2, 3], [4]));
        Assert.True(_ring.TryWrite(8, [], []));
        Assert.True(_ring.TryWrite(9, [5], new byte[1500]));
        Assert.Empty(_delivered);
        _lane.Run();
        Assert.Equal([7, 8, 9], _delivered.Select(one => one.Id));
        Assert.Equal([1, 2, 3, 4], _delivered[0].Bytes);
        Assert.Empty(_delivered[1].Bytes);
        Assert.Equal(1501, _delivered[2].Bytes.Length);
    }

    [Fact]
    public void TryWrite_ReaderIsSlow_SaysNoAndKeepsWhatIsThere()
    {
        byte[] frame = new byte[1400];
        int written = 0;
        while (_ring.TryWrite(written, frame, default))
        {
            written++;
        }

        Assert.InRange(written, FrameRing.Capacity / 1500, FrameRing.Capacity / 1400);
        Assert.False(_ring.TryWrite(-1, frame, default));
        _lane.Run();
        Assert.Equal(Enumerable.Range(0, written), _delivered.Select(one => one.Id));
        Assert.True(_ring.TryWrite(1, frame, default));
    }

    [Fact]
    public void ManyRounds_AnyLengths_WrapWithoutLossOrChange()
    {
        Random random = new(3);
        Queue<byte[]> expected = new();
        for (int round = 0; round < 2000; round++)
        {
            for (int i = random.Next(8); i > 0; i--)
            {
                byte[] frame = new byte[random.Next(1519)];
                random.NextBytes(frame);
                int cut = random.Next(frame.Length + 1);
                Assert.True(_ring.TryWrite(round, frame.AsSpan(0, cut), frame.AsSpan(cut)));
                expected.Enqueue(frame);
            }

            _lane.Run();
            foreach ((int _, byte[] bytes) in _delivered)
            {
                Assert.Equal(expected.Dequeue(), bytes);
            }

            _delivered.Clear();
        }

        Assert.Empty(expected);
    }

    [Theory]
    [InlineData(1400)]
    [InlineData(16)]
    public void Run_MuchWaits_DeliversSomeOfItAndTheRestInFurtherTurns(int length)
    {
        byte[] frame = new byte[length];
        int written = 0;
        while (_ring.TryWrite(written, frame, default))
        {
            written++;
        }

        _ring.Run();
        Assert.InRange(_delivered.Sum(one => one.Bytes.Length), 1, FrameRing.MaxBytesAtOnce + length);
        Assert.InRange(_delivered.Count, 1, FrameRing.MaxRecordsAtOnce);
        _lane.Run();
        Assert.Equal(Enumerable.Range(0, written), _delivered.Select(one => one.Id));
    }

    [Fact]
    public void NeverEmpty_WrapsWithoutLossOrChange()
    {
        byte[] frame = new byte[1400];
        int written = 0;
        for (int round = 0; round < 20; round++)
        {
            while (_ring.TryWrite(written, frame, default))
            {
                frame.AsSpan().Fill((byte)++written);
            }

            _ring.Run();
        }

        _lane.Run();
        Assert.Equal(Enumerable.Range(0, written), _delivered.Select(one => one.Id));
        Assert.All(_delivered, one => Assert.True(one.Bytes.AsSpan().IndexOfAnyExcept((byte)one.Id) < 0));
        Assert.InRange(written * 1400L, 3L * FrameRing.Capacity, long.MaxValue);
    }

    /// <summary>What no burst has needed is no memory of the machine's.</summary>
    [Fact]
    public void ReaderKeepsUp_TheMemoryBehindTheUsualReachStaysUntouched()
    {
        ManualLane lane = new();
        nint lowest = nint.MaxValue;
        nint highest = 0;
        FrameRing ring = new(lane, (_, bytes) =>
        {
            nint at = AddressOf(bytes);
            lowest = Math.Min(lowest, at);
            highest = Math.Max(highest, at + bytes.Length);
        });
        byte[] frame = new byte[1400];
        for (int i = 0; i < 10_000; i++)
        {
            Assert.True(ring.TryWrite(i, frame, default));
            Assert.True(ring.TryWrite(i, frame, default));
            lane.Run();
        }

        Assert.InRange(highest - lowest, 1, FrameRing.UsualReach + (2 * 1500));

        // SAFETY: only the number is looked at. The ring is pinned, so it names a place in it.
        static unsafe nint AddressOf(ReadOnlySpan<byte> bytes) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
    }

    /// <summary>One broadcast to a large room is as many records as there are players.</summary>
    [Fact]
    public void TryWrite_WhereverTheLastOneWasRead_ABurstFindsTheWholeRing()
    {
        byte[] frame = new byte[1400];
        for (int before = 0; before < 1000; before++)
        {
            Assert.True(_ring.TryWrite(before, frame, default));
            _lane.Run();
            _delivered.Clear();
            if (before % 10 != 0)
            {
                continue;
            }

            int burst = 0;
            while (_ring.TryWrite(burst, frame, default))
            {
                burst++;
            }

            _lane.Run();
            Assert.InRange(burst, FrameRing.Capacity / 1500, FrameRing.Capacity / 1400);
            Assert.Equal(Enumerable.Range(0, burst), _delivered.Select(one => one.Id));
            _delivered.Clear();
        }
    }

    [Fact]
    public void TwoThreads_NothingIsLostOrReordered()
    {
        const int Count = 300_000;
        long expected = 0;
        long wrong = 0;
        using SharedLane reader = new(static _ => { });
        FrameRing ring = new(reader, (id, bytes) =>
        {
            wrong += id == expected && bytes.Length == 100 + (id % 50) && bytes[^1] == (byte)id ? 0 : 1;
            expected++;
        });
        byte[] frame = new byte[150];
        Thread writer = new(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                Span<byte> bytes = frame.AsSpan(0, 100 + (i % 50));
                bytes[^1] = (byte)i;
                SpinWait spin = default;
                while (!ring.TryWrite(i, bytes[..4], bytes[4..]))
                {
                    spin.SpinOnce();
                }
            }
        });

        // Somebody else is inside the lane half of the time, so that writing and reading are on different threads.
        Work busy = new(() => Thread.SpinWait(2000));
        writer.Start();
        while (writer.IsAlive)
        {
            reader.Enter(busy);
        }

        Assert.True(SpinWait.SpinUntil(() => Interlocked.Read(ref expected) == Count, TimeSpan.FromSeconds(20)));
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void SteadyTraffic_AllocatesNothing()
    {
        using SharedLane reader = new(static _ => { });
        long bytesSeen = 0;
        FrameRing ring = new(reader, (_, bytes) => bytesSeen += bytes.Length);
        byte[] frame = new byte[1400];
        Allocations.AssertNone(() => ring.TryWrite(1, frame, default));
        Assert.True(bytesSeen > 0);
    }

    private sealed class Work(Action run) : LaneWork
    {
        public override void Run() => run();
    }
}
