namespace Softlan.Wire.Offload;

/// <summary>Merges the frames of one batch into super-frames, so that the kernel takes forty TCP segments with one call: the reverse of
/// <see cref="FrameSegmenter"/>.</summary>
/// <remarks>
/// The port's loop:
/// <code>
/// Write(frame):  if (!coalescer.TryAdd(frame)) { WriteOut(); coalescer.TryAdd(frame); }    // succeeds on an empty one
/// WriteOut():    for (int i = 0, count = coalescer.Finish(); i &lt; count; i++) { ... coalescer[i] goes out with one write ... }
///                coalescer.Clear();
/// </code>
/// An entry stands where its first frame stood. Frames of one flow never change their order, frames of different flows may. A frame is copied once:
/// into the buffer of the run that it begins or joins, or, alone, into a buffer that such frames share.
/// </remarks>
internal sealed class FrameCoalescer
{
    /// <summary>Entries in one batch. When they are used up, <see cref="TryAdd"/> says no and the port writes out early.</summary>
    public const int MaxEntries = 256;

    /// <summary>Buffers, and thereby open runs: 2 MiB, made when first needed, of which the kernel gives what is touched. When they are used up,
    /// frames travel alone as long as they fit, then <see cref="TryAdd"/> says no.</summary>
    public const int MaxBuffers = 32;

    /// <summary>The longest frame: 65535 bytes of IP behind an Ethernet header. A frame that would make its super-frame longer begins
    /// another.</summary>
    public const int MaxFrameLength = FrameLimits.HeaderLength + ushort.MaxValue;

    /// <summary>Bytes of one buffer: vnet header and longest frame, plus what keeps buffers that follow each other from competing for the same cache
    /// sets.</summary>
    public const int BufferLength = 65_536 + 64;

    private readonly int _vnetLength;
    private readonly bool _mergesUdp;

    private readonly CoalescedRun[] _entries = new CoalescedRun[MaxEntries];
    private int _count;

    /// <summary>Pinned, so that a port can hand the kernel many entries at once by address.</summary>
    private readonly byte[]?[] _buffers = new byte[MaxBuffers][];
    private int _buffersUsed;

    /// <summary>Where frames that travel alone are packed one behind the other.</summary>
    private byte[]? _shared;
    private int _sharedUsed;

    // The open runs, side by side: where the entry is, its flow, and the flow's mix, which is what is searched.
    private readonly int[] _openEntries = new int[MaxBuffers];
    private readonly FlowKey[] _openFlows = new FlowKey[MaxBuffers];
    private readonly uint[] _openMixes = new uint[MaxBuffers];
    private int _openCount;

    /// <param name="vnetLength"><see cref="VirtioNetHeader.Length"/> or <see cref="VirtioNetHeader.LengthWithBufferCount"/>, as the port has set
    /// it.</param>
    /// <param name="mergesUdp">The kernel understands <see cref="VirtioGsoType.UdpL4"/> (Linux 6.2).</param>
    public FrameCoalescer(int vnetLength, bool mergesUdp)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vnetLength, VirtioNetHeader.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vnetLength, VirtioNetHeader.LengthWithBufferCount);
        _vnetLength = vnetLength;
        _mergesUdp = mergesUdp;
    }

    /// <summary>An entry: the vnet header, and the frame behind it. Valid after <see cref="Finish"/>, until <see cref="Clear"/>; it does not
    /// move.</summary>
    public ReadOnlySpan<byte> this[int entry] => _entries.AsSpan(0, _count)[entry].Bytes;

    /// <summary>Frames in an entry, to be counted when the kernel refuses it.</summary>
    public int Frames(int entry) => _entries.AsSpan(0, _count)[entry].Frames;

    /// <summary>Takes a copy of a finished frame of at most <see cref="MaxFrameLength"/> bytes; any bytes will do.</summary>
    /// <returns>False when there is no room: finish, write out, clear, and add it again.</returns>
    public bool TryAdd(ReadOnlySpan<byte> frame)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frame.Length, MaxFrameLength, nameof(frame));
        if (_count == MaxEntries || (_buffersUsed == MaxBuffers && !FitsShared(frame.Length)))
        {
            return false;
        }

        MergeCandidate.Parse(frame, _mergesUdp, out MergeCandidate candidate);
        if (candidate.IsFragment)
        {
            CloseFlowsOfFragment(candidate.Flow);
        }
        else if (!candidate.Flow.IsNone)
        {
            uint mix = candidate.Flow.Mix();
            int open = FindOpen(mix, candidate.Flow);
            if (open >= 0)
            {
                ref CoalescedRun run = ref _entries[_openEntries[open]];
                bool joined = run.TryJoin(frame, candidate);
                if (!joined || run.IsComplete)
                {
                    Close(open);
                }

                if (joined)
                {
                    return true;
                }
            }

            if (_buffersUsed < MaxBuffers && CoalescedRun.CanStart(candidate))
            {
                Open(frame, candidate, mix);
                return true;
            }
        }

        AddAlone(frame, candidate);
        return true;
    }

    /// <summary>Finishes every entry and says how many there are.</summary>
    public int Finish()
    {
        while (_openCount > 0)
        {
            Close(_openCount - 1);
        }

        return _count;
    }

    /// <summary>Forgets every entry; the buffers are used again.</summary>
    public void Clear()
    {
        _count = 0;
        _openCount = 0;
        _buffersUsed = 0;
        _shared = null;
        _sharedUsed = 0;
    }

    private int FindOpen(uint mix, in FlowKey flow)
    {
        ReadOnlySpan<uint> mixes = _openMixes.AsSpan(0, _openCount);
        for (int begin = 0; begin < mixes.Length; begin++)
        {
            int found = mixes[begin..].IndexOf(mix);
            if (found < 0)
            {
                return -1;
            }

            begin += found;
            if (_openFlows[begin] == flow)
            {
                return begin;
            }
        }

        return -1;
    }

    private void Open(ReadOnlySpan<byte> frame, in MergeCandidate candidate, uint mix)
    {
        _openEntries[_openCount] = _count;
        _openFlows[_openCount] = candidate.Flow;
        _openMixes[_openCount] = mix;
        _openCount++;
        _entries[_count++].Begin(TakeBuffer(), 0, _vnetLength, frame, candidate);
    }

    private void Close(int open)
    {
        _entries[_openEntries[open]].Finish();
        _openCount--;
        _openEntries[open] = _openEntries[_openCount];
        _openFlows[open] = _openFlows[_openCount];
        _openMixes[open] = _openMixes[_openCount];
    }

    /// <summary>A fragment does not say which of its hosts' flows it is of, so it ends all that it could be of.</summary>
    private void CloseFlowsOfFragment(in FlowKey fragment)
    {
        for (int open = _openCount - 1; open >= 0; open--)
        {
            if (fragment.MayBeFragmentOf(_openFlows[open]))
            {
                Close(open);
            }
        }
    }

    private bool FitsShared(int frameLength) => _shared is not null && _sharedUsed + _vnetLength + frameLength <= BufferLength;

    private void AddAlone(ReadOnlySpan<byte> frame, in MergeCandidate candidate)
    {
        if (!FitsShared(frame.Length))
        {
            _shared = TakeBuffer();
            _sharedUsed = 0;
        }

        _entries[_count++].Begin(_shared!, _sharedUsed, _vnetLength, frame, candidate);
        _sharedUsed += _vnetLength + frame.Length;
    }

    private byte[] TakeBuffer() => _buffers[_buffersUsed++] ??= GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);
}
