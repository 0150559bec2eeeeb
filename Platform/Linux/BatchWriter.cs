using System.Runtime.Versioning;
using Softlan.Wire;
using Softlan.Wire.Offload;

namespace Softlan.Platform.Linux;

// What a port is given to write, in the order in which a frame meets it:
//
//   Add       the frame is copied into the batch, where it joins the run of its flow
//   Flush     at the end of the turn, or when the batch is full: each run is one super-frame with a vnet header
//   WriteOut  one system call for one or many of them (TAP, packet socket)
//   Refused   what the kernel does not take is dropped and counted; a super-frame that it does not understand is cut and written again

/// <summary>Writes frames to a descriptor of the kernel's in batches, as super-frames where it takes them.</summary>
[SupportedOSPlatform("linux")]
internal abstract class BatchWriter(SafeFd fd, PeerCounters counters, bool mergesUdp)
{
    /// <summary>Super-frames that may be refused in a row, each cut and sent again, before softlan stops making them: one bad flow shall not slow
    /// down all others.</summary>
    private const int MaxRefusals = 16;

    private readonly byte[] _single = new byte[VirtioNetHeader.Length + FrameCoalescer.MaxFrameLength];
    private FrameCoalescer _coalescer = new(VirtioNetHeader.Length, mergesUdp);
    private byte[]? _cut;

    /// <summary>UDP super-frames are younger than TCP ones (Linux 6.2): a kernel that does not know them gets TCP ones alone, from the next batch
    /// on.</summary>
    private bool _refusesUdp;
    private int _refusals;

    /// <summary>False once the kernel refused super-frames too often; then each frame is written on its own.</summary>
    public bool MakesSuperFrames { get; private set; } = true;

    protected SafeFd Descriptor { get; } = fd;

    /// <summary>Takes a copy of the frame.</summary>
    /// <returns>0, or the error that says that the port is broken.</returns>
    public int Add(ReadOnlySpan<byte> frame)
    {
        if (frame.Length > FrameCoalescer.MaxFrameLength)
        {
            counters.Drop(DropReason.PortBusy);
            return 0;
        }

        if (!MakesSuperFrames)
        {
            return WriteSingle(frame);
        }

        if (_coalescer.TryAdd(frame))
        {
            return 0;
        }

        int error = Flush();
        _coalescer.TryAdd(frame);
        return error;
    }

    /// <summary>Writes everything out.</summary>
    /// <inheritdoc cref="Add"/>
    public int Flush()
    {
        int count = _coalescer.Finish();
        int error = count > 0 ? WriteOut(_coalescer, count) : 0;
        _coalescer.Clear();
        if (_refusesUdp)
        {
            _refusesUdp = false;
            _coalescer = new FrameCoalescer(VirtioNetHeader.Length, mergesUdp: false);
        }

        return error;
    }

    /// <summary>Writes all entries, one by one where there is no call for many; hands each that is not taken to <see cref="Refused"/>.</summary>
    /// <returns>0, or the error that says that the port is broken.</returns>
    protected virtual int WriteOut(FrameCoalescer batch, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int error = WriteOne(batch[i]);
            if (error == 0)
            {
                Accepted();
            }
            else if (Refused(batch[i], batch.Frames(i), error) is not 0 and int fatal)
            {
                return fatal;
            }
        }

        return 0;
    }

    /// <summary>Writes one vnet header with its frame.</summary>
    /// <returns>0 or the error.</returns>
    protected abstract int WriteOne(ReadOnlySpan<byte> entry);

    /// <summary>Whether the error means that the port is broken, and not only this frame.</summary>
    protected abstract bool IsFatal(int error);

    /// <summary>The kernel took the last entry.</summary>
    protected void Accepted() => _refusals = 0;

    /// <summary>The kernel did not take an entry.</summary>
    /// <returns>0, or the error that says that the port is broken.</returns>
    protected int Refused(ReadOnlySpan<byte> entry, int frames, int error)
    {
        VirtioNetHeader header = VirtioNetHeader.Read(entry);
        bool isSuperFrame = header.GsoType != VirtioGsoType.None || header.NeedsChecksum;
        if (isSuperFrame && error is Errno.EINVAL or Errno.EOPNOTSUPP or Errno.EMSGSIZE)
        {
            return CutAndWrite(header, entry[VirtioNetHeader.Length..], frames);
        }

        counters.Drop(DropReason.PortBusy, frames);
        return IsFatal(error) ? error : 0;
    }

    private int CutAndWrite(VirtioNetHeader header, ReadOnlySpan<byte> superFrame, int frames)
    {
        if (header.GsoType == VirtioGsoType.UdpL4)
        {
            _refusesUdp = true;
        }
        else if (++_refusals >= MaxRefusals)
        {
            MakesSuperFrames = false;
        }

        _cut ??= new byte[2 * FrameCoalescer.MaxFrameLength];
        Span<byte> copy = _cut.AsSpan(0, superFrame.Length);
        Span<byte> segment = _cut.AsSpan(FrameCoalescer.MaxFrameLength);
        superFrame.CopyTo(copy);
        if (!FrameSegmenter.TryBegin(header, copy, segment.Length, out FrameSegmenter segmenter))
        {
            counters.Drop(DropReason.PortBusy, frames);
            return 0;
        }

        if (segmenter.IsWhole)
        {
            return WriteSingle(copy);
        }

        int error = 0;
        while (error == 0 && segmenter.TryNext(segment, out int length))
        {
            error = WriteSingle(segment[..length]);
            frames--;
        }

        if (error != 0)
        {
            counters.Drop(DropReason.PortBusy, frames); // What stood behind the one that showed that the port is broken.
        }

        return error;
    }

    private int WriteSingle(ReadOnlySpan<byte> frame)
    {
        // The vnet header in front stays zero: nothing to finish, nothing to cut.
        frame.CopyTo(_single.AsSpan(VirtioNetHeader.Length));
        int error = WriteOne(_single.AsSpan(0, VirtioNetHeader.Length + frame.Length));
        if (error == 0)
        {
            return 0;
        }

        counters.Drop(DropReason.PortBusy);
        return IsFatal(error) ? error : 0;
    }
}
