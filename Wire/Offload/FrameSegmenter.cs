using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Softlan.Wire.Offload;

/// <summary>Cuts a super-frame, as the kernel hands it over under a <see cref="VirtioNetHeader"/>, into frames that a wire could carry, each with
/// finished lengths and checksums.</summary>
/// <remarks>
/// <code>
/// if (!FrameSegmenter.TryBegin(header, frame, buffer.Length, out FrameSegmenter segmenter)) { ... DropReason.BadOffload ... }
/// else if (segmenter.IsWhole) { ... frame itself, finished in place ... }
/// else while (segmenter.TryNext(buffer, out int length)) { ... buffer[..length] ... }
/// </code>
/// It borrows the super-frame and overwrites its headers. The header's <see cref="VirtioNetHeader.HeaderLength"/> is not trusted: the frame is
/// parsed. All segments share one header, so what does not change is added up once; of each segment the payload is copied with one block move and
/// then added up while it is in the first-level cache, which measured faster than a loop that does both.
/// </remarks>
internal ref struct FrameSegmenter
{
    /// <summary>Fewest payload bytes of a TCP segment or an IP fragment. Linux' own limit is the same (TCP_MIN_GSO_SIZE); less is
    /// <see cref="DropReason.BadOffload"/>.</summary>
    public const int MinSegmentSize = 8;

    /// <summary>TCP segments or IP fragments in one super-frame: 64 KiB of 48 bytes each, which are Linux' smallest MSS (TCP_MIN_SND_MSS) and a
    /// fragment's share of the smallest MTU, 68. More would hold up all others, and is <see cref="DropReason.BadOffload"/>.</summary>
    public const int MaxSegments = 1366;

    /// <summary>UDP datagrams in one super-frame: UDP_MAX_SEGMENTS of Linux 6.9, 64 before. More is <see cref="DropReason.BadOffload"/>.</summary>
    public const int MaxUdpSegments = 128;

    private Span<byte> _frame;
    private IpLayout _layout;
    private VirtioGsoType _type;
    private int _headerLength;
    private int _segmentSize;

    /// <summary>Where the next segment's payload begins.</summary>
    private int _next;

    private ulong _networkSum;
    private ulong _transportSum;
    private uint _sequence;
    private ushort _identification;
    private byte _flags;

    /// <summary>The flags that segments behind the first keep.</summary>
    private byte _laterFlags;

    /// <summary>There is nothing to cut: the frame itself is finished, and <see cref="TryNext"/> yields nothing.</summary>
    public readonly bool IsWhole => _headerLength == 0;

    /// <summary>False means <see cref="DropReason.BadOffload"/>: header and frame contradict each other, or ask for something that does not
    /// exist.</summary>
    /// <param name="header">What the kernel said about the frame.</param>
    /// <param name="frame">From the destination MAC on; may be changed from here on, also when the answer is false.</param>
    /// <param name="bufferLength">The caller's buffer. Segments that would not fit it are BadOffload as well.</param>
    /// <param name="segmenter">Lives as long as the frame.</param>
    public static bool TryBegin(VirtioNetHeader header, Span<byte> frame, int bufferLength, out FrameSegmenter segmenter)
    {
        segmenter = default;
        if (header.GsoType == VirtioGsoType.None)
        {
            return !header.NeedsChecksum || PartialChecksum.TryFinish(header, frame);
        }

        VirtioGsoType type = header.GsoType & ~(VirtioGsoType.Ecn | VirtioGsoType.AccurateEcn);
        bool isTcp = type is VirtioGsoType.TcpV4 or VirtioGsoType.TcpV6;
        bool hasLayout = IpLayout.TryParse(frame, out IpLayout layout)
            && !layout.IsFragment
            && layout.End == frame.Length
            && layout.Protocol == (isTcp ? IPProtocols.Tcp : IPProtocols.Udp);
        bool isKnown = type switch
        {
            VirtioGsoType.TcpV4 => !layout.IsV6,
            VirtioGsoType.TcpV6 => layout.IsV6,
            VirtioGsoType.UdpL4 => header.GsoType == type,
            // An IPv6 fragment needs an identification that only the sender's stack can give.
            VirtioGsoType.Udp => header.GsoType == type && !layout.IsV6,
            _ => false,
        };
        if (!hasLayout || !isKnown || !TryMeasureTransport(frame, layout, isTcp, out int headerLength))
        {
            return false;
        }

        int checksumOffset = isTcp ? TransportHeader.TcpChecksum : TransportHeader.UdpChecksum;
        if (header.NeedsChecksum && (header.ChecksumStart != layout.Transport || header.ChecksumOffset != checksumOffset))
        {
            return false;
        }

        if (type == VirtioGsoType.Udp)
        {
            // Fragments are cut at multiples of eight bytes, and all but the first carry no UDP header.
            headerLength = layout.Transport;
            header = header with { GsoSize = (ushort)(header.GsoSize & ~7) };
        }

        // A kernel may mark a frame that is not larger than one segment; it is one frame, then.
        int payload = frame.Length - headerLength;
        if (payload <= header.GsoSize)
        {
            return !header.NeedsChecksum || PartialChecksum.TryFinish(header, frame);
        }

        bool isBounded = type == VirtioGsoType.UdpL4
            ? payload <= header.GsoSize * MaxUdpSegments
            : header.GsoSize >= MinSegmentSize && payload <= header.GsoSize * MaxSegments;
        if (!isBounded || headerLength + header.GsoSize > bufferLength)
        {
            return false;
        }

        segmenter._frame = frame;
        segmenter._layout = layout;
        segmenter._type = type;
        segmenter._laterFlags = header.GsoType == (type | VirtioGsoType.Ecn) ? unchecked((byte)~TransportHeader.Cwr) : byte.MaxValue;
        segmenter._headerLength = headerLength;
        segmenter._segmentSize = header.GsoSize;
        segmenter._next = headerLength;
        return segmenter.TryPrepare(header);
    }

    /// <summary>Makes the next frame in <paramref name="buffer"/>; false when there are no more. Frames come in order.</summary>
    public bool TryNext(Span<byte> buffer, out int length)
    {
        int size = Math.Min(_segmentSize, _frame.Length - _next);
        if (size <= 0)
        {
            length = 0;
            return false;
        }

        length = _headerLength + size;
        Span<byte> segment = buffer[..length];
        ReadOnlySpan<byte> payload = _frame.Slice(_next, size);
        bool isFirst = _next == _headerLength;
        bool isLast = _next + size == _frame.Length;
        _frame[.._headerLength].CopyTo(segment);
        payload.CopyTo(segment[_headerLength..]);

        FinishNetwork(segment, isLast);
        if (_type != VirtioGsoType.Udp)
        {
            FinishTransport(segment[_layout.Transport..], InternetChecksum.Add(_transportSum, payload), isFirst, isLast);
        }

        _next += size;
        return true;
    }

    private static bool TryMeasureTransport(ReadOnlySpan<byte> frame, in IpLayout layout, bool isTcp, out int headerLength)
    {
        int minimum = isTcp ? TransportHeader.MinTcpLength : TransportHeader.UdpLength;
        headerLength = layout.Transport + minimum;
        if (headerLength > layout.End)
        {
            return false;
        }

        if (isTcp)
        {
            int length = TransportHeader.TcpLength(frame[layout.Transport + TransportHeader.TcpDataOffset]);
            headerLength = layout.Transport + length;
            return length >= minimum && headerLength <= layout.End;
        }

        return true;
    }

    /// <summary>Takes out of the shared header what differs between segments, and adds up the rest.</summary>
    private bool TryPrepare(VirtioNetHeader header)
    {
        if (_type == VirtioGsoType.Udp)
        {
            if (header.NeedsChecksum && !PartialChecksum.TryFinish(header, _frame))
            {
                return false;
            }
        }
        else if (!TryPrepareTransport(header.NeedsChecksum))
        {
            return false;
        }

        if (!_layout.IsV6)
        {
            Span<byte> network = _frame[_layout.Network.._layout.Transport];
            Span<byte> identification = network[IPHeader.V4Identification..];
            _identification = BinaryPrimitives.ReadUInt16BigEndian(identification);
            network.Slice(IPHeader.V4TotalLength, sizeof(ushort)).Clear();
            identification[..sizeof(ushort)].Clear();
            network.Slice(IPHeader.V4Checksum, sizeof(ushort)).Clear();
            if (_type == VirtioGsoType.Udp)
            {
                network.Slice(IPHeader.V4Fragment, sizeof(ushort)).Clear();
            }

            _networkSum = InternetChecksum.Add(0, network);
        }

        return true;
    }

    private bool TryPrepareTransport(bool hasPartialSum)
    {
        bool isTcp = _type != VirtioGsoType.UdpL4;
        byte protocol = isTcp ? IPProtocols.Tcp : IPProtocols.Udp;
        Span<byte> transport = _frame[_layout.Transport.._headerLength];
        Span<byte> checksum = transport.Slice(isTcp ? TransportHeader.TcpChecksum : TransportHeader.UdpChecksum, sizeof(ushort));
        if (hasPartialSum)
        {
            // The checksum's place holds the pseudo header's sum; only the length in it changes. Unlike a sum over the addresses this is
            // right behind a routing header, too.
            ushort length = (ushort)(_frame.Length - _layout.Transport);
            _transportSum = InternetChecksum.Subtract(MemoryMarshal.Read<ushort>(checksum), length);
        }
        else if (_layout.HasRouting)
        {
            return false;
        }
        else
        {
            _transportSum = InternetChecksum.PseudoHeader(_layout.Addresses(_frame), protocol, 0);
        }

        checksum.Clear();
        if (isTcp)
        {
            Span<byte> sequence = transport.Slice(TransportHeader.TcpSequence, sizeof(uint));
            _sequence = BinaryPrimitives.ReadUInt32BigEndian(sequence);
            _flags = transport[TransportHeader.TcpFlags];
            sequence.Clear();
            transport[TransportHeader.TcpFlags] = 0;
        }
        else
        {
            transport.Slice(TransportHeader.UdpLengthField, sizeof(ushort)).Clear();
        }

        _transportSum = InternetChecksum.Add(_transportSum, transport);
        return true;
    }

    private void FinishNetwork(Span<byte> segment, bool isLast)
    {
        Span<byte> network = segment[_layout.Network..];
        if (_layout.IsV6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(network[IPHeader.V6PayloadLength..], (ushort)(network.Length - IPHeader.V6Length));
            return;
        }

        ushort totalLength = (ushort)network.Length;
        ulong sum = InternetChecksum.Add(InternetChecksum.Add(_networkSum, totalLength), _identification);
        BinaryPrimitives.WriteUInt16BigEndian(network[IPHeader.V4TotalLength..], totalLength);
        BinaryPrimitives.WriteUInt16BigEndian(network[IPHeader.V4Identification..], _identification);
        if (_type == VirtioGsoType.Udp)
        {
            // Fragments of one datagram share its identification.
            int fragment = ((_next - _headerLength) / 8) | (isLast ? 0 : IPHeader.MoreFragments);
            BinaryPrimitives.WriteUInt16BigEndian(network[IPHeader.V4Fragment..], (ushort)fragment);
            sum = InternetChecksum.Add(sum, (ushort)fragment);
        }
        else
        {
            _identification++;
        }

        InternetChecksum.WriteFinished(network[IPHeader.V4Checksum..], sum);
    }

    /// <param name="transport">Transport header and payload.</param>
    /// <param name="sum">Of the pseudo header without length, the shared header and the payload.</param>
    /// <param name="isFirst">Only the first segment keeps CWR, where that says that a window was reduced (RFC 3168); where it counts (RFC 9768), all
    /// do.</param>
    /// <param name="isLast">Only the last segment keeps PSH and FIN.</param>
    private void FinishTransport(Span<byte> transport, ulong sum, bool isFirst, bool isLast)
    {
        ushort length = (ushort)transport.Length;
        sum = InternetChecksum.Add(sum, length);
        if (_type == VirtioGsoType.UdpL4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[TransportHeader.UdpLengthField..], length);
            InternetChecksum.WriteFinishedNonZero(transport[TransportHeader.UdpChecksum..], InternetChecksum.Add(sum, length));
            return;
        }

        byte flags = _flags;
        if (!isFirst)
        {
            flags &= _laterFlags;
        }

        if (!isLast)
        {
            flags &= unchecked((byte)~(TransportHeader.Psh | TransportHeader.Fin));
        }

        BinaryPrimitives.WriteUInt32BigEndian(transport[TransportHeader.TcpSequence..], _sequence);
        transport[TransportHeader.TcpFlags] = flags;
        sum = InternetChecksum.Add(sum, flags);
        sum = InternetChecksum.Add(sum, (ushort)_sequence);
        sum = InternetChecksum.Add(sum, (ushort)(_sequence >> 16));
        InternetChecksum.WriteFinished(transport[TransportHeader.TcpChecksum..], sum);
        _sequence += (uint)_segmentSize;
    }
}
