using System.Buffers.Binary;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Wire.Control;

public sealed class ControlReaderTests
{
    [Fact]
    public void WholeMessageInOneInput_IsReturnedWithoutACopy()
    {
        byte[] stream = Framed(Message(100));
        ReadOnlySpan<byte> input = stream;
        Assert.Equal(ControlReadResult.Message, new ControlReader().Read(ref input, out ReadOnlySpan<byte> message));
        Assert.True(message == stream.AsSpan(4));
        Assert.True(input.IsEmpty);
    }

    [Fact]
    public void SeveralMessagesInOneInput_ComeOutOneAfterTheOther()
    {
        ReadOnlySpan<byte> input = (byte[])[.. Framed(Message(1)), .. Framed(Message(2)), .. Framed(Message(700)), 0, 0];
        ControlReader reader = new();
        foreach (int length in new[] { 1, 2, 700 })
        {
            Assert.Equal(ControlReadResult.Message, reader.Read(ref input, out ReadOnlySpan<byte> message));
            Assert.Equal(Message(length), message.ToArray());
        }

        Assert.Equal(ControlReadResult.NeedMore, reader.Read(ref input, out _));
        Assert.Equal(ControlReadResult.NeedMore, reader.Read(ref input, out _));
        Assert.True(input.IsEmpty);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(65537u)]
    [InlineData(0x7fffffffu)]
    [InlineData(0x80000000u)]
    [InlineData(0xffffffffu)]
    public void ImpossibleLength_IsInvalidForEver(uint length)
    {
        byte[] prefix = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(prefix, length);
        ReadOnlySpan<byte> input = prefix;
        ControlReader reader = new();
        Assert.Equal(ControlReadResult.Invalid, reader.Read(ref input, out _));
        input = Framed(Message(5));
        Assert.Equal(ControlReadResult.Invalid, reader.Read(ref input, out ReadOnlySpan<byte> message));
        Assert.True(message.IsEmpty);
    }

    [Fact]
    public void LongestMessage_Arrives()
    {
        ReadOnlySpan<byte> input = Framed(Message(ControlCodec.MaxMessageLength));
        Assert.Equal(ControlReadResult.Message, new ControlReader().Read(ref input, out ReadOnlySpan<byte> message));
        Assert.Equal(ControlCodec.MaxMessageLength, message.Length);
    }

    [Fact]
    public void ByteByByte_EveryMessageArrives()
    {
        byte[] stream = [.. Framed(Message(3)), .. Framed(Message(1500)), .. Framed(Message(1))];
        List<int> lengths = [];
        ControlReader reader = new();
        for (int i = 0; i < stream.Length; i++)
        {
            ReadOnlySpan<byte> input = stream.AsSpan(i, 1);
            if (reader.Read(ref input, out ReadOnlySpan<byte> message) == ControlReadResult.Message)
            {
                Assert.Equal(Message(message.Length), message.ToArray());
                lengths.Add(message.Length);
            }
        }

        Assert.Equal([3, 1500, 1], lengths);
    }

    [Fact]
    public void AnyCuts_GiveTheSameMessages()
    {
        Random random = new(20);
        for (int run = 0; run < 200; run++)
        {
            int[] lengths = [.. Enumerable.Range(0, 20).Select(_ => random.Next(10) == 0 ? random.Next(1, 65537) : random.Next(1, 900))];
            byte[] stream = [.. lengths.SelectMany(length => Framed(Message(length)))];
            List<int> seen = [];
            ControlReader reader = new();
            for (int at = 0; at < stream.Length;)
            {
                int count = Math.Min(stream.Length - at, random.Next(random.Next(1, 5000)));
                ReadOnlySpan<byte> input = stream.AsSpan(at, count);
                while (reader.Read(ref input, out ReadOnlySpan<byte> message) == ControlReadResult.Message)
                {
                    Assert.True(message.SequenceEqual(Message(message.Length)));
                    seen.Add(message.Length);
                }

                Assert.True(input.IsEmpty);
                at += count;
            }

            Assert.Equal(lengths, seen);
        }
    }

    [Fact]
    public void AnyBytes_NeverThrow()
    {
        Random random = new(21);
        for (int run = 0; run < 2000; run++)
        {
            ControlReader reader = new();
            for (int i = 0; i < 20; i++)
            {
                byte[] bytes = new byte[random.Next(40)];
                random.NextBytes(bytes);
                bytes.AsSpan(0, Math.Min(3, bytes.Length)).Clear();
                ReadOnlySpan<byte> input = bytes;
                while (reader.Read(ref input, out ReadOnlySpan<byte> message) == ControlReadResult.Message)
                {
                    Assert.InRange(message.Length, 1, ControlCodec.MaxMessageLength);
                }
            }
        }
    }

    /// <summary>Announcing much and sending little must not cost the reader memory.</summary>
    [Fact]
    public void AnnouncedLength_ReservesNothing()
    {
        byte[] stream = Framed(Message(ControlCodec.MaxMessageLength))[..104];
        ControlReader reader = new();
        ControlReadResult result = ControlReadResult.Message;
        long allocated = Allocations.Of(() =>
        {
            ReadOnlySpan<byte> input = stream;
            result = reader.Read(ref input, out _);
        });
        Assert.Equal(ControlReadResult.NeedMore, result);
        Assert.InRange(allocated, 0, 2048);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65537)]
    [InlineData(-1)]
    public void WritePrefix_ImpossibleLength_Throws(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ControlWriter.WritePrefix(new byte[4], length));

    private static byte[] Message(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 7) + length))];

    private static byte[] Framed(byte[] message)
    {
        byte[] prefix = new byte[ControlReader.PrefixLength];
        ControlWriter.WritePrefix(prefix, message.Length);
        return [.. prefix, .. message];
    }
}
