using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using Softlan.Wire;
using Softlan.Wire.Control;
using Softlan.Wire.Offload;

namespace Softlan.Bench;

/// <summary>Each step that a frame meets, alone and warm.</summary>
internal static class StageBench
{
    private const int FramesPerRound = 1000;

    public static void Run(TimeSpan time)
    {
        byte[] full = TcpFrame(1382);
        byte[] small = TcpFrame(0);
        Console.WriteLine("| step | ns per frame | allocated, bytes per million |");
        Console.WriteLine("| --- | --- | --- |");
        Measure("safety policy, from a player, 1436 bytes", time, () => SafetyPolicy.Check(full, PeerRole.Client));
        Measure("MSS clamp of a frame that is no SYN", time, () => MssClamp.Clamp(full, 1436));
        Measure("flow label", time, () => FlowLabel.Read(full, FairBy.Source, 0));
        Measure("checksum of 1436 bytes", time, () => InternetChecksum.Add(0, full));
        Queue(time, full, 1, "queue: in and out, alone, 1436 bytes");
        Queue(time, full, 64, "queue: in and out, 64 waiting, 1436 bytes");
        Queue(time, small, 64, "queue: in and out, 64 waiting, 54 bytes");
        Segment(time);
        Coalesce(time);
    }

    private static void Queue(TimeSpan time, byte[] frame, int waiting, string name)
    {
        DatagramQueue queue = new(new DatagramPool(0), new PeerCounters(), FairBy.Source, new QueueLimits(QueueLimits.DefaultMaxAge));
        for (int i = 1; i < waiting; i++)
        {
            queue.Enqueue(DatagramHeader.ForFrame(1), frame, TimeSpan.Zero);
        }

        Measure(name, time, () =>
        {
            queue.Enqueue(DatagramHeader.ForFrame(1), frame, TimeSpan.Zero);
            queue.TryPeek(TimeSpan.Zero, out _);
            queue.Dequeue();
        });
    }

    private static void Segment(TimeSpan time)
    {
        const int Segments = 45;
        byte[] original = TcpFrame(1382 * Segments);
        byte[] super = new byte[original.Length];
        byte[] buffer = new byte[FrameCoalescer.MaxFrameLength];
        VirtioNetHeader header = new(VirtioNetFlags.NeedsChecksum, VirtioGsoType.TcpV4, 54, 1382, 34, 16);
        Measure("cut a super-frame of TCP, 1436 bytes each", time, () =>
        {
            original.AsSpan(0, 54).CopyTo(super);
            FrameSegmenter.TryBegin(header, super, buffer.Length, out FrameSegmenter segmenter);
            while (segmenter.TryNext(buffer, out _))
            {
                // The next one.
            }
        }, Segments);
    }

    private static void Coalesce(TimeSpan time)
    {
        const int Segments = 45;
        byte[][] frames = new byte[Segments][];
        byte[] buffer = new byte[FrameCoalescer.MaxFrameLength];
        VirtioNetHeader header = new(VirtioNetFlags.NeedsChecksum, VirtioGsoType.TcpV4, 54, 1382, 34, 16);
        FrameSegmenter.TryBegin(header, TcpFrame(1382 * Segments), buffer.Length, out FrameSegmenter segmenter);
        for (int i = 0; segmenter.TryNext(buffer, out int length); i++)
        {
            frames[i] = buffer[..length];
        }

        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        Measure("merge TCP into a super-frame, 1436 bytes each", time, () =>
        {
            foreach (byte[] frame in frames)
            {
                coalescer.TryAdd(frame);
            }

            coalescer.Finish();
            coalescer.Clear();
        }, Segments);
    }

    private static void Measure(string name, TimeSpan time, Action work, int framesPerCall = 1)
    {
        Rounds(work, time / 4);
        long before = GC.GetAllocatedBytesForCurrentThread();
        (long calls, TimeSpan elapsed) = Rounds(work, time);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        long frames = calls * framesPerCall;
        Console.WriteLine($"| {name} | {elapsed.TotalNanoseconds / frames:0.0} | {allocated * 1_000_000 / frames} |");
    }

    private static (long Calls, TimeSpan Elapsed) Rounds(Action work, TimeSpan time)
    {
        long calls = 0;
        long start = Stopwatch.GetTimestamp();
        TimeSpan elapsed;
        do
        {
            for (int i = 0; i < FramesPerRound; i++)
            {
                work();
            }

            calls += FramesPerRound;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < time);
        return (calls, elapsed);
    }

    /// <summary>IPv4 and TCP without options; the checksum's place holds the pseudo header's sum, as a kernel leaves it.</summary>
    private static byte[] TcpFrame(int payload)
    {
        byte[] frame = new byte[54 + payload];
        MacAddress.FromUInt64(0x00_16_3e_00_00_01).Write(frame);
        MacAddress.FromUInt64(0x02_00_00_00_00_01).Write(frame.AsSpan(6));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), EtherTypes.IPv4);
        Span<byte> ip = frame.AsSpan(14);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(40 + payload));
        ip[6] = 0x40;
        ip[8] = 64;
        ip[9] = IPProtocols.Tcp;
        IPAddress.Parse("10.73.42.17").TryWriteBytes(ip[12..], out _);
        IPAddress.Parse("10.73.42.11").TryWriteBytes(ip[16..], out _);
        InternetChecksum.WriteFinished(ip[10..], InternetChecksum.Add(0, ip[..20]));
        Span<byte> tcp = ip[20..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, 40000);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], 5201);
        tcp[12] = 5 << 4;
        tcp[13] = 0x10;
        InternetChecksum.WritePartial(tcp[16..], InternetChecksum.PseudoHeader(ip[12..20], IPProtocols.Tcp, tcp.Length));
        return frame;
    }
}
