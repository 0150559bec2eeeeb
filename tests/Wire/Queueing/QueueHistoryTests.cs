using System.Buffers.Binary;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire.Queueing;

/// <summary>Queues in whatever order things happen to them.</summary>
public sealed class QueueHistoryTests : QueueScene
{
    /// <summary>In whatever order things happen: each conversation keeps its order and its bytes, and what is lost is counted. And as a scheduler is
    /// lent to one link after the other, nothing may be left in it.</summary>
    [Fact]
    public void AnyHistory_KeepsEveryFlowInOrder_AndLeavesNothingBehind()
    {
        Random random = new(7);
        byte[][] frames =
        [
            .. Enumerable.Range(1, 4).Select(port => Tcp("02:00:00:00:00:01", port)),
            .. Enumerable.Range(5, 4).Select(port => Tcp("02:00:00:00:00:02", port, length: 100)),
            Game("02:00:00:00:00:01"), Game("02:00:00:00:00:02"), Bulk("02:00:00:00:00:03"),
        ];
        for (int round = 0; round < 2000; round++)
        {
            DatagramQueue queue = Make(FairBy.Source);
            PeerCounters before = new();
            before.Add(Counters);
            int[] latest = new int[frames.Length];
            int added = 0;
            int taken = 0;

            void Take(Span<byte> datagram)
            {
                int flow = datagram[^5];
                int number = BinaryPrimitives.ReadInt32BigEndian(datagram[^4..]);
                Assert.Equal(frames[flow].Length, datagram.Length - DatagramHeader.Length);
                Assert.InRange(number, latest[flow] + 1, added);
                latest[flow] = number;
                queue.Dequeue();
                taken++;
            }

            for (int step = random.Next(120); step > 0; step--)
            {
                Now += TimeSpan.FromMilliseconds(random.Next(20) == 0 ? 6 : 0);
                switch (random.Next(6))
                {
                    case 0:
                        queue.Settle();
                        break;
                    case 1 when queue.TryPeek(Now, out Span<byte> datagram):
                        Take(datagram);
                        break;
                    case 2:
                        queue.TryPeek(Now, out _); // And it cannot be sent now.
                        break;
                    case 3 when random.Next(30) == 0:
                        queue.DropOld(Now);
                        break;
                    default:
                        int flow = random.Next(frames.Length);
                        byte[] frame = frames[flow];
                        frame[^5] = (byte)flow;
                        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(^4), ++added);
                        queue.Enqueue(DatagramHeader.ForFrame(1), frame, Now);
                        break;
                }
            }

            while (random.Next(200) > 0 && queue.TryPeek(Now, out Span<byte> datagram))
            {
                Take(datagram);
            }

            Assert.Equal(added, taken + queue.Count + Counters.TotalDropped - before.TotalDropped);
            queue.Clear();
            Assert.Equal(0, Pool.Used);
        }
    }
}
