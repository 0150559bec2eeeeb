using Softlan.Wire.Offload;
using Xunit;

namespace Softlan.Tests.Wire.Offload;

/// <summary>The path of a frame leaves nothing for the garbage collector.</summary>
public sealed class OffloadAllocationTests
{
    [Fact]
    public void Segmenting_ASuperFrame_AllocatesNothing()
    {
        TestFrame frame = new() { Payload = new byte[60_000] };
        byte[] original = frame.BuildPartial();
        byte[] bytes = new byte[original.Length];
        byte[] buffer = new byte[1_522];
        VirtioNetHeader header = frame.PartialHeader(VirtioGsoType.TcpV4, 1_448);
        int segments = 0;
        Allocations.AssertNone(() =>
        {
            original.CopyTo(bytes, 0);
            segments = 0;
            if (!FrameSegmenter.TryBegin(header, bytes, buffer.Length, out FrameSegmenter segmenter))
            {
                return;
            }

            while (segmenter.TryNext(buffer, out _))
            {
                segments++;
            }
        });
        Assert.Equal(42, segments);
    }

    [Fact]
    public void Coalescing_ABatch_AllocatesNothingOnceItsBuffersExist()
    {
        byte[][] frames =
        [
            .. (new TestFrame { Payload = new byte[60_000] }).Cut(1_448),
            .. (new TestFrame { IsV6 = true, IsTcp = false, Payload = new byte[6_000] }).Cut(500),
            (new TestFrame()).Build(),
        ];
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        int bytes = 0;
        Allocations.AssertNone(() =>
        {
            foreach (byte[] frame in frames)
            {
                coalescer.TryAdd(frame);
            }

            int count = coalescer.Finish();
            for (int i = 0; i < count; i++)
            {
                bytes += coalescer[i].Length;
            }

            coalescer.Clear();
        });
        Assert.NotEqual(0, bytes);
    }
}
