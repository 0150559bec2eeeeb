using System.Buffers.Binary;

namespace Softlan.Wire.Offload;

/// <summary>One entry of a <see cref="FrameCoalescer"/>: a vnet header and, behind it, one frame or several frames of a flow merged into a
/// super-frame.</summary>
/// <remarks>The rules are those of Linux' GRO (tcp_gro_receive, udp_gro_receive_segment, inet_gro_receive), without merging FIN and CWR, so that
/// cutting gives back what was merged.</remarks>
internal struct CoalescedRun
{
    /// <summary>UDP datagrams in one super-frame. Linux before 6.9 refuses more (UDP_MAX_SEGMENTS); the 65th begins another.</summary>
    public const int MaxUdpFrames = 64;

    private byte[] _buffer;
    private int _start;
    private int _vnetLength;
    private MergeKind? _kind;
    private int _headerLength;
    private int _segmentSize;
    private ushort _firstIdentification;
    private bool _dontFragment;
    private bool _hasFixedIdentification;
    private uint _nextSequence;
    private int _length;

    /// <summary>Frames in it.</summary>
    public int Frames { get; private set; }

    /// <summary>No further frame can join.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The vnet header, and the frame behind it.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_start, _length);

    private readonly Span<byte> Frame => _buffer.AsSpan(_start + _vnetLength, _length - _vnetLength);

    /// <summary>Whether a frame is worth a buffer of its own, in the hope of others that join it.</summary>
    public static bool CanStart(in MergeCandidate candidate) => candidate.Kind is { } kind
        && (!kind.IsTcp || (candidate.PayloadLength >= FrameSegmenter.MinSegmentSize && (candidate.TcpFlags & TransportHeader.Psh) == 0));

    /// <summary>Begins an entry: copies the first frame in, which is alone unless others join. In place, because an entry is larger than what many
    /// frames carry.</summary>
    /// <param name="buffer">Where the entry lies. A frame that others may join needs <see cref="FrameCoalescer.BufferLength"/> bytes from
    /// <paramref name="start"/>.</param>
    /// <param name="start">Where the vnet header begins in it.</param>
    /// <param name="vnetLength">10 or 12.</param>
    /// <param name="frame">Borrowed.</param>
    /// <param name="candidate">What was read from it.</param>
    public void Begin(byte[] buffer, int start, int vnetLength, ReadOnlySpan<byte> frame, in MergeCandidate candidate)
    {
        _buffer = buffer;
        _start = start;
        _vnetLength = vnetLength;
        _length = vnetLength + frame.Length;
        Frames = 1;
        IsComplete = false;
        _hasFixedIdentification = false;
        buffer.AsSpan(start, vnetLength).Clear();
        frame.CopyTo(buffer.AsSpan(start + vnetLength));
        _kind = candidate.Kind;
        _headerLength = candidate.HeaderLength;
        _segmentSize = candidate.PayloadLength;
        _firstIdentification = candidate.Identification;
        _dontFragment = candidate.DontFragment;
        _nextSequence = candidate.Sequence + (uint)candidate.PayloadLength;
    }

    /// <summary>Appends the payload of the flow's next frame if cutting the result would give back both; otherwise changes nothing.</summary>
    /// <remarks>A corrupt frame must not leave with a fresh checksum: the checksums of the first frame and of the one that joins are verified here,
    /// so frames that stay alone cost nothing.</remarks>
    public bool TryJoin(ReadOnlySpan<byte> frame, in MergeCandidate candidate)
    {
        ReadOnlySpan<byte> first = Frame;
        if (_kind is not { } kind
            || candidate.Kind != kind
            || candidate.HeaderLength != _headerLength
            || candidate.PayloadLength > _segmentSize
            || first.Length + candidate.PayloadLength > FrameCoalescer.MaxFrameLength
            || (kind.IsTcp && candidate.Sequence != _nextSequence)
            || !kind.HaveSameHeader(first, frame)
            || !HaveSameOptions(kind, first, frame)
            || !FollowsIdentification(kind, candidate)
            || (Frames == 1 && !kind.IsIntact(first))
            || !kind.IsIntact(frame))
        {
            return false;
        }

        frame[_headerLength..].CopyTo(_buffer.AsSpan(_start + _length));
        _length += candidate.PayloadLength;
        _nextSequence += (uint)candidate.PayloadLength;
        _hasFixedIdentification = candidate.Identification == _firstIdentification;
        Frames++;
        bool isPushed = (candidate.TcpFlags & TransportHeader.Psh) != 0;
        if (isPushed)
        {
            Frame[kind.Transport + TransportHeader.TcpFlags] |= TransportHeader.Psh;
        }

        IsComplete = isPushed || candidate.PayloadLength < _segmentSize || (!kind.IsTcp && Frames == MaxUdpFrames);
        return true;
    }

    /// <summary>Makes the headers those of a super-frame, once, when no further frame will join.</summary>
    public readonly void Finish()
    {
        if (Frames == 1 || _kind is not { } kind)
        {
            return;
        }

        Span<byte> frame = Frame;
        Span<byte> network = frame[MergeKind.Network..];
        Span<byte> transport = frame[kind.Transport..];
        if (kind.IsV6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(network[IPHeader.V6PayloadLength..], (ushort)transport.Length);
        }
        else
        {
            Span<byte> totalLength = network[IPHeader.V4TotalLength..];
            ushort before = BinaryPrimitives.ReadUInt16BigEndian(totalLength);
            BinaryPrimitives.WriteUInt16BigEndian(totalLength, (ushort)network.Length);
            InternetChecksum.Update(network[IPHeader.V4Checksum..], before, (ushort)network.Length);
        }

        if (!kind.IsTcp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[TransportHeader.UdpLengthField..], (ushort)transport.Length);
        }

        ulong pseudo = InternetChecksum.PseudoHeader(kind.Addresses(frame), kind.Protocol, transport.Length);
        InternetChecksum.WritePartial(transport[kind.ChecksumOffset..], pseudo);
        VirtioNetHeader header = new(
            VirtioNetFlags.NeedsChecksum,
            kind.GsoType,
            (ushort)_headerLength,
            (ushort)_segmentSize,
            (ushort)kind.Transport,
            (ushort)kind.ChecksumOffset);
        header.Write(_buffer.AsSpan(_start));
    }

    private readonly bool HaveSameOptions(MergeKind kind, ReadOnlySpan<byte> first, ReadOnlySpan<byte> frame)
    {
        int options = kind.Transport + TransportHeader.MinTcpLength;
        return !kind.IsTcp || first[options.._headerLength].SequenceEqual(frame[options.._headerLength]);
    }

    /// <summary>
    /// The kernel numbers the frames that it cuts one by one, so their identifications must count up. Where DF is set they may also stay the same, as
    /// in Linux' GRO: some stacks send 0 always, and nobody may give the number of such a packet a meaning (RFC 6864, section 4.1).
    /// </summary>
    private readonly bool FollowsIdentification(MergeKind kind, in MergeCandidate candidate)
    {
        if (kind.IsV6)
        {
            return true;
        }

        bool isFixed = _dontFragment && candidate.Identification == _firstIdentification && (Frames == 1 || _hasFixedIdentification);
        bool counts = candidate.Identification == (ushort)(_firstIdentification + Frames) && !_hasFixedIdentification;
        return isFixed || counts;
    }
}
