using System.Buffers.Binary;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

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

    /// <summary>In a plain table of 256 places they would stand in one queue, and the game would have the download's delay for the whole
    /// evening.</summary>
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

    /// <summary>More conversations than a station has places for: some share one, and free places become theirs only when nothing of them waits
    /// there.</summary>
    [Fact]
    public void ManyConversationsOfOneStation_KeepTheirOrder()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Random random = new(7);
        Dictionary<int, int> last = [];
        Fill(queue, Tcp("02:00:00:00:00:02", 1), 100);
        int sent = 0;
        for (int i = 1; i < 20_000; i++)
        {
            byte[] frame = Ethernet(
                EtherTypes.IPv4,
                IPv4(IPProtocols.Udp, Udp(1000 + random.Next(random.Next(1, 80)), ScanPort, 40)),
                Server, "02:00:00:00:00:01");
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(^4..), i);
            queue.Enqueue(DatagramHeader.ForFrame(1), frame, Now);
            for (int j = i / 50 % 2 == 0 ? 0 : random.Next(6); j > 0 && queue.TryPeek(Now, out Span<byte> datagram); j--)
            {
                ReadOnlySpan<byte> leaving = datagram[DatagramHeader.Length..];
                if (Name(leaving) == "scan")
                {
                    int conversation = BinaryPrimitives.ReadUInt16BigEndian(leaving[34..]);
                    int number = BinaryPrimitives.ReadInt32BigEndian(leaving[^4..]);
                    Assert.True(number > last.GetValueOrDefault(conversation));
                    last[conversation] = number;
                    sent++;
                }

                queue.Dequeue();
            }

            Fill(queue, Tcp("02:00:00:00:00:02", 1), Math.Max(0, 100 - queue.Count));
            queue.Settle();
        }

        Assert.InRange(sent, 5_000, 20_000);
    }

    private static byte[] Likeness(byte[] frame, uint places, Func<FlowLabel, uint> hash)
    {
        uint place = hash(FlowLabel.Read(frame, FairBy.Source, 0)) % places;
        return Enumerable.Range(0, 0xffff)
            .Select(i => Game($"02:00:00:01:{i >> 8:x2}:{i & 0xff:x2}"))
            .First(game => hash(FlowLabel.Read(game, FairBy.Source, 0)) % places == place);
    }
}
