using System.Buffers.Binary;
using Softlan.Wire;
using Softlan.Wire.Offload;
using Xunit;

namespace Softlan.Tests.Wire.Offload;

/// <summary>Properties that hold for any traffic, tried with much of it. The seeds are fixed.</summary>
public sealed class OffloadRandomTests
{
    private const int BufferLength = 1_522;
    private const byte Canary = 0xa5;

    private static readonly VirtioGsoType[] EcnBits =
        [VirtioGsoType.None, VirtioGsoType.Ecn, VirtioGsoType.AccurateEcn, VirtioGsoType.Ecn | VirtioGsoType.AccurateEcn];

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void CoalesceThenSegment_RandomTraffic_GivesBackEveryFlowFrameByFrame(int seed, bool mergesUdp)
    {
        Random random = new(seed);
        RandomTraffic traffic = new(random);
        FrameCoalescer coalescer = new(seed % 2 == 0 ? VirtioNetHeader.Length : VirtioNetHeader.LengthWithBufferCount, mergesUdp);
        int vnetLength = seed % 2 == 0 ? VirtioNetHeader.Length : VirtioNetHeader.LengthWithBufferCount;
        int frames = 0;
        int entries = 0;
        for (int batch = 0; batch < 60; batch++)
        {
            Dictionary<string, string> flows = [];
            List<(string Flow, string Frame)> sent = [];
            List<(string Flow, string Frame)> received = [];
            for (int i = random.Next(1, 200); i > 0; i--)
            {
                (string flow, byte[] bytes) = traffic.Next();
                if (!coalescer.TryAdd(bytes))
                {
                    entries += Drain(coalescer, vnetLength, Receive);
                    Assert.True(coalescer.TryAdd(bytes));
                }

                string normal = Normalize(bytes);
                flows[normal] = flow;
                sent.Add((flow, normal));
                frames++;
            }

            entries += Drain(coalescer, vnetLength, Receive);
            Assert.Equal(
                sent.GroupBy(pair => pair.Flow).OrderBy(group => group.Key),
                received.GroupBy(pair => pair.Flow).OrderBy(group => group.Key));

            void Receive(byte[] bytes)
            {
                string normal = Normalize(bytes);
                Assert.True(flows.TryGetValue(normal, out string? flow), "A frame came out that never went in.");
                received.Add((flow, normal));
            }
        }

        // It would be easy to be right by never merging.
        Assert.InRange(entries, 1, frames * 2 / 3);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void TryBegin_RandomSuperFrames_EqualTheReference(int seed)
    {
        Random random = new(seed);
        byte[] buffer = new byte[BufferLength];
        for (int round = 0; round < 400; round++)
        {
            TestFrame frame = RandomSuperFrame(random);
            int gsoSize = random.Next(8, BufferLength - frame.HeaderLength + 1);
            if (frame.Payload.Length > gsoSize * (frame.IsTcp ? FrameSegmenter.MaxSegments : FrameSegmenter.MaxUdpSegments))
            {
                continue;
            }

            VirtioGsoType type = !frame.IsTcp ? VirtioGsoType.UdpL4 : frame.IsV6 ? VirtioGsoType.TcpV6 : VirtioGsoType.TcpV4;
            VirtioGsoType ecn = frame.IsTcp ? random.GetItems(EcnBits, 1)[0] : VirtioGsoType.None;
            byte[] bytes = frame.BuildPartial();
            bool isTaken = FrameSegmenter.TryBegin(frame.PartialHeader(type | ecn, gsoSize), bytes, buffer.Length, out FrameSegmenter segmenter);
            Assert.Equal(!frame.IsV6 || !frame.Extensions.Contains(IPProtocols.Fragment), isTaken);
            if (!isTaken)
            {
                continue;
            }

            List<byte[]> expected = frame.Cut(gsoSize, ecn);
            if (segmenter.IsWhole)
            {
                Assert.InRange(expected.Count, 0, 1);
                continue;
            }

            foreach (byte[] segment in expected)
            {
                Assert.True(segmenter.TryNext(buffer, out int length));
                Assert.Equal(segment, buffer[..length]);
            }

            Assert.False(segmenter.TryNext(buffer, out _));
        }
    }

    [Fact]
    public void TryBegin_AnyBytesUnderAnyHeader_NeverThrowsAndStaysInBounds()
    {
        Random random = new(21);
        byte[] memory = new byte[70_000];
        byte[] buffer = new byte[BufferLength + 16];
        buffer.AsSpan(BufferLength).Fill(Canary);
        Span<byte> noise = stackalloc byte[VirtioNetHeader.Length];
        for (int round = 0; round < 4_000; round++)
        {
            TestFrame valid = RandomSuperFrame(random);
            byte[] bytes = random.Next(8) == 0 ? new byte[random.Next(200)] : valid.BuildPartial();
            random.NextBytes(noise);
            VirtioNetHeader header = random.Next(3) switch
            {
                0 => VirtioNetHeader.Read(noise),
                1 => VirtioNetHeader.Read(noise) with { GsoType = (VirtioGsoType)random.Next(6) },
                _ => valid.PartialHeader((VirtioGsoType)random.Next(6), random.Next(2_000)),
            };
            for (int i = random.Next(6); i > 0 && bytes.Length > 0; i--)
            {
                bytes[random.Next(Math.Min(bytes.Length, 100))] = (byte)random.Next(256);
            }

            int cut = random.Next(4) == 0 ? random.Next(bytes.Length + 1) : bytes.Length;
            memory.AsSpan().Fill(Canary);
            Span<byte> frame = memory.AsSpan(100, cut);
            bytes.AsSpan(0, cut).CopyTo(frame);
            int segments = 0;
            if (FrameSegmenter.TryBegin(header, frame, BufferLength, out FrameSegmenter segmenter))
            {
                while (segmenter.TryNext(buffer, out int length))
                {
                    Assert.InRange(length, 1, BufferLength);
                    segments++;
                }
            }

            Assert.InRange(segments, 0, FrameSegmenter.MaxSegments);
            Assert.Equal(-1, memory.AsSpan(0, 100).IndexOfAnyExcept(Canary));
            Assert.Equal(-1, memory.AsSpan(100 + cut).IndexOfAnyExcept(Canary));
            Assert.Equal(-1, buffer.AsSpan(BufferLength).IndexOfAnyExcept(Canary));
        }
    }

    [Fact]
    public void TryAdd_AnyBytes_NeverThrowsAndLosesNothing()
    {
        const int Rounds = 20_000;
        Random random = new(31);
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        List<string> sent = [];
        List<string> received = [];
        TestFrame frame = new();
        int entries = 0;
        for (int round = 0; round < Rounds; round++)
        {
            frame = random.Next(10) switch
            {
                0 => RandomSuperFrame(random, maxPayload: 40),
                1 => PlainFrame(random),
                _ => Follow(frame),
            };
            byte[] bytes = random.Next(3) == 0 ? Damage(random, frame.Build()) : frame.Build();
            if (!coalescer.TryAdd(bytes))
            {
                entries += Drain(coalescer, VirtioNetHeader.Length, one => received.Add(Convert.ToBase64String(one)));
                Assert.Equal(sent.Order(StringComparer.Ordinal), received.Order(StringComparer.Ordinal));
                sent.Clear();
                received.Clear();
                Assert.True(coalescer.TryAdd(bytes));
            }

            sent.Add(Convert.ToBase64String(bytes));
        }

        // It would be easy to lose nothing by never merging.
        Assert.InRange(entries, 1, Rounds * 9 / 10);
    }

    private static TestFrame PlainFrame(Random random) => new()
    {
        IsTcp = random.Next(2) == 0,
        Identification = (ushort)random.Next(65_536),
        Sequence = (uint)random.Next(),
        Payload = new byte[random.Next(8, 40)],
    };

    private static TestFrame Follow(TestFrame frame) => frame with
    {
        Sequence = frame.Sequence + (uint)frame.Payload.Length,
        Identification = (ushort)(frame.Identification + 1),
    };

    private static byte[] Damage(Random random, byte[] bytes)
    {
        for (int i = random.Next(4); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static TestFrame RandomSuperFrame(Random random, int maxPayload = 65_000)
    {
        byte[] payload = new byte[random.Next(random.Next(4) == 0 ? maxPayload : Math.Min(maxPayload, 6_000))];
        byte[] options = new byte[4 * random.Next(11)];
        random.NextBytes(payload);
        random.NextBytes(options);
        return new TestFrame
        {
            Tags = random.Next(4) switch { 0 => [0x81, 0, 0, 1], 1 => [0x88, 0xa8, 0, 1, 0x81, 0, 0, 1], _ => [] },
            IsV6 = random.Next(2) == 0,
            IsTcp = random.Next(3) > 0,
            Host = (byte)random.Next(4),
            TrafficClass = (byte)random.Next(256),
            Identification = (ushort)random.Next(65_536),
            Fragment = (ushort)(random.Next(2) * 0x4000),
            IpOptions = random.Next(3) == 0 ? options[..(options.Length / 8 * 4)] : [],
            Extensions = random.Next(3) == 0 ? random.GetItems(RandomTraffic.Extensions, random.Next(4)) : [],
            Sequence = (uint)random.NextInt64(1L << 32),
            TcpReserved = (byte)random.Next(16),
            TcpFlags = (byte)random.Next(256),
            TcpOptions = options,
            Payload = payload,
        };
    }

    /// <summary>Hands every frame of a batch to <paramref name="receive"/>, and says how many entries there were.</summary>
    private static int Drain(FrameCoalescer coalescer, int vnetLength, Action<byte[]> receive)
    {
        int count = coalescer.Finish();
        byte[] buffer = new byte[BufferLength];
        for (int entry = 0; entry < count; entry++)
        {
            VirtioNetHeader header = VirtioNetHeader.Read(coalescer[entry]);
            byte[] frame = coalescer[entry][vnetLength..].ToArray();
            Assert.Equal(coalescer.Frames(entry) > 1, header.GsoType != VirtioGsoType.None);
            Assert.True(FrameSegmenter.TryBegin(header, frame, buffer.Length, out FrameSegmenter segmenter));
            if (segmenter.IsWhole)
            {
                receive(frame);
            }

            int segments = 0;
            while (segmenter.TryNext(buffer, out int length))
            {
                receive(buffer[..length]);
                segments++;
            }

            Assert.Equal(coalescer.Frames(entry), Math.Max(segments, 1));
        }

        coalescer.Clear();
        return count;
    }

    /// <summary>Identifications that stayed the same may count up afterwards: RFC 6864 gives those of packets with DF no meaning.</summary>
    private static string Normalize(byte[] bytes)
    {
        byte[] copy = [.. bytes];
        bool isFixed = copy.Length >= 34 && copy[11] >= RandomTraffic.FirstFixedHost
            && BinaryPrimitives.ReadUInt16BigEndian(copy.AsSpan(12)) == 0x0800;
        if (isFixed)
        {
            Assert.Equal(0xffff, ReferenceChecksum.Sum(copy[14..(14 + ((copy[14] & 0xf) * 4))]));
            copy.AsSpan(18, 2).Clear();
            copy.AsSpan(24, 2).Clear();
        }

        return Convert.ToBase64String(copy);
    }
}
