using System.Buffers.Binary;
using System.Text;
using Softlan.Platform;
using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class ControlSendBufferTests
{
    private const int PrefixLength = 4;
    private const int MaxPending = 300_000;

    private readonly ControlChunkPool _pool = new();
    private readonly ControlSendBuffer _buffer;

    public ControlSendBufferTests() => _buffer = new ControlSendBuffer(_pool, MaxPending);

    [Fact]
    public void Unsent_GivesSeveralPrefixedMessagesAtOnce()
    {
        Assert.True(_buffer.TryAdd("{}"u8));
        Assert.True(_buffer.TryAdd("[1]"u8));
        Assert.Equal("\0\0\0\u0002{}\0\0\0\u0003[1]", Encoding.UTF8.GetString(_buffer.Unsent));
        _buffer.MarkSent(9);
        Assert.Equal("\u0003[1]", Encoding.UTF8.GetString(_buffer.Unsent));
        _buffer.MarkSent(4);
        Assert.False(_buffer.HasUnsent);
        Assert.True(_buffer.Unsent.IsEmpty);
        Assert.False(_buffer.IsEmpty);
    }

    [Fact]
    public void Unsent_AfterSomethingWasAddedToAChunkThatWasSent_GoesOnBehindIt()
    {
        _buffer.TryAdd("{}"u8);
        _buffer.MarkSent(6);
        _buffer.TryAdd("[]"u8);
        Assert.Equal("\0\0\0\u0002[]", Encoding.UTF8.GetString(_buffer.Unsent));
    }

    [Fact]
    public void Unsent_MessageLongerThanAChunk_ComesInChunks()
    {
        byte[] message = Message(2 * ControlChunk.Length);
        _buffer.TryAdd(message);
        byte[] stream = SendAll(part: ControlChunk.Length);
        Assert.Equal(Framed(message), stream);
        Assert.False(_buffer.HasUnsent);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Unsent_PrefixAtTheEndOfAChunk_GoesOnInTheNext(int prefixBytesInFirst)
    {
        byte[] filler = Message(ControlChunk.Length - PrefixLength - prefixBytesInFirst);
        _buffer.TryAdd(filler);
        _buffer.TryAdd("{}"u8);
        Assert.Equal(ControlChunk.Length, _buffer.Unsent.Length);
        Assert.Equal([.. Framed(filler), .. Framed("{}"u8)], SendAll(part: 1000));
    }

    [Fact]
    public void MarkAcknowledged_InTheMiddleOfAChunk_KeepsIt()
    {
        byte[] message = Message(ControlChunk.Length);
        _buffer.TryAdd(message);
        SendAll(part: 1000);
        _buffer.MarkAcknowledged(ControlChunk.Length - 1);
        Assert.Equal(0, _pool.Free);
        _buffer.MarkAcknowledged(ControlChunk.Length);
        Assert.Equal(1, _pool.Free);
        Assert.False(_buffer.IsEmpty);
        _buffer.MarkAcknowledged(ControlChunk.Length + PrefixLength);
        Assert.Equal(2, _pool.Free);
        Assert.True(_buffer.IsEmpty);
    }

    [Fact]
    public void MarkAcknowledged_WhileMoreWaits_LeavesTheUnsentAlone()
    {
        _buffer.TryAdd("{}"u8);
        _buffer.TryAdd("[]"u8);
        _buffer.MarkSent(8);
        _buffer.MarkAcknowledged(8);
        Assert.Equal("\0\u0002[]", Encoding.UTF8.GetString(_buffer.Unsent));
    }

    [Fact]
    public void MarkAcknowledged_ExactlyAFullChunk_GoesOnInAnother()
    {
        _buffer.TryAdd(Message(ControlChunk.Length - PrefixLength));
        SendAll(part: ControlChunk.Length);
        _buffer.MarkAcknowledged(ControlChunk.Length);
        Assert.True(_buffer.IsEmpty);
        Assert.Equal(1, _pool.Free);
        _buffer.TryAdd("{}"u8);
        Assert.Equal(0, _pool.Free);
        Assert.Equal("\0\0\0\u0002{}", Encoding.UTF8.GetString(_buffer.Unsent));
    }

    [Fact]
    public void TryAdd_AfterEverythingIsAcknowledged_UsesTheSameChunkAgain()
    {
        for (int i = 1; i <= 1000; i++)
        {
            _buffer.TryAdd("{}"u8);
            Assert.Equal(0, _pool.Free);
            _buffer.MarkSent(_buffer.Unsent.Length);
            _buffer.MarkAcknowledged(6L * i);
            Assert.Equal(1, _pool.Free);
        }
    }

    [Fact]
    public void TryAdd_OnceThePoolIsWarm_AllocatesNothing()
    {
        byte[] message = Message(100);
        long offset = 0;
        Allocations.AssertNone(() =>
        {
            _buffer.TryAdd(message);
            offset += _buffer.Unsent.Length;
            _buffer.MarkSent(_buffer.Unsent.Length);
            _buffer.MarkAcknowledged(offset);
        });
    }

    [Fact]
    public void TwoBuffers_OfOnePool_LeaveEachOthersBytesAlone()
    {
        ControlSendBuffer other = new(_pool, MaxPending);
        _buffer.TryAdd("[1]"u8);
        _buffer.MarkSent(7);
        _buffer.MarkAcknowledged(7);
        other.TryAdd("[2]"u8);
        _buffer.TryAdd("[3]"u8);
        Assert.Equal("\0\0\0\u0003[2]", Encoding.UTF8.GetString(other.Unsent));
        Assert.Equal("\0\0\0\u0003[3]", Encoding.UTF8.GetString(_buffer.Unsent));
    }

    [Fact]
    public void AnyMessages_SentAndAcknowledgedInAnyParts_MakeTheStreamAndStayUntilAcknowledged()
    {
        Random random = new(7);
        List<byte> stream = [];
        List<byte> sent = [];
        List<(SentBytes Bytes, long Offset)> inFlight = [];
        int acknowledged = 0;
        for (int step = 0; step < 20_000; step++)
        {
            switch (random.Next(3))
            {
                case 0 when stream.Count - acknowledged < 100_000:
                    byte[] message = Message(random.Next(1, random.Next(4) == 0 ? 6000 : 300), (byte)step);
                    Assert.True(_buffer.TryAdd(message));
                    stream.AddRange(Framed(message));
                    break;
                case 1:
                    ReadOnlySpan<byte> unsent = _buffer.Unsent;
                    ReadOnlySpan<byte> part = unsent[..Math.Min(unsent.Length, random.Next(1, 1500))];
                    inFlight.Add((new SentBytes(part), sent.Count));
                    sent.AddRange(part);
                    _buffer.MarkSent(part.Length);
                    break;
                default:
                    acknowledged = random.Next(acknowledged, sent.Count + 1);
                    inFlight.RemoveAll(view => view.Offset < acknowledged);
                    _buffer.MarkAcknowledged(acknowledged);
                    break;
            }

            Assert.Equal(sent.Count < stream.Count, _buffer.HasUnsent);
            Assert.Equal(acknowledged == stream.Count, _buffer.IsEmpty);
            Assert.True(inFlight.TrueForAll(view => view.Bytes.IsUnchanged), "what is unacknowledged was written over");
        }

        sent.AddRange(SendAll(part: 1400));
        Assert.Equal(stream, sent);
        _buffer.MarkAcknowledged(sent.Count);
        Assert.True(_buffer.IsEmpty);
    }

    [Fact]
    public void Progress_CountsBytesSinceTheStart()
    {
        Assert.Equal(new ControlProgress(0, 0), _buffer.Progress);
        _buffer.TryAdd("{}"u8);
        _buffer.MarkSent(6);
        _buffer.MarkAcknowledged(6);
        _buffer.TryAdd("[1]"u8);
        Assert.Equal(new ControlProgress(13, 6), _buffer.Progress);
    }

    [Fact]
    public void TryAdd_MoreThanAPeerMayLeaveUnread_IsRefusedUntilItReads()
    {
        byte[] message = new byte[65536];
        int added = 0;
        while (_buffer.TryAdd(message))
        {
            added++;
        }

        Assert.Equal(MaxPending / (message.Length + PrefixLength), added);
        SendAll(part: 60_000);
        _buffer.MarkAcknowledged(message.Length);
        Assert.True(_buffer.TryAdd(message));
        Assert.False(_buffer.TryAdd(message));
    }

    [Fact]
    public void Clear_GivesAllChunksBack_AlsoThoseThatWereNotSent()
    {
        _buffer.TryAdd(Message(3 * ControlChunk.Length));
        _buffer.MarkSent(100);
        _buffer.Clear();
        Assert.Equal(4, _pool.Free);
        Assert.True(_buffer.IsEmpty);
        Assert.False(_buffer.HasUnsent);
        Assert.True(_buffer.Unsent.IsEmpty);
        _buffer.Clear();
        Assert.Equal(4, _pool.Free);
    }

    [Fact]
    public void Pool_KeepsNoMoreThanItsBound()
    {
        ControlChunk[] chunks = [.. Enumerable.Range(0, ControlChunkPool.MaxFree + 1).Select(_ => _pool.Rent())];
        foreach (ControlChunk chunk in chunks)
        {
            _pool.Return(chunk);
        }

        Assert.Equal(ControlChunkPool.MaxFree, _pool.Free);
    }

    /// <summary>Takes what is unsent, in pieces of at most <paramref name="part"/> bytes.</summary>
    private byte[] SendAll(int part)
    {
        List<byte> stream = [];
        while (_buffer.HasUnsent)
        {
            ReadOnlySpan<byte> unsent = _buffer.Unsent;
            unsent = unsent[..Math.Min(unsent.Length, part)];
            stream.AddRange(unsent);
            _buffer.MarkSent(unsent.Length);
        }

        return [.. stream];
    }

    private static byte[] Message(int length, byte first = 0) => [.. Enumerable.Range(0, length).Select(i => (byte)(first + i))];

    private static byte[] Framed(ReadOnlySpan<byte> message)
    {
        byte[] framed = new byte[PrefixLength + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(framed, (uint)message.Length);
        message.CopyTo(framed.AsSpan(PrefixLength));
        return framed;
    }

    /// <summary>What an engine keeps of bytes that it has sent: where they lie; and what it relies on.</summary>
    private sealed unsafe class SentBytes(ReadOnlySpan<byte> bytes)
    {
        // SAFETY: the bytes are pinned, and the pool or the buffer of the test keeps their array.
        private readonly byte* _address =
            (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(bytes));

        private readonly byte[] _expected = bytes.ToArray();

        public bool IsUnchanged => new ReadOnlySpan<byte>(_address, _expected.Length).SequenceEqual(_expected);
    }
}
