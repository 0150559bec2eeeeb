using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>Collects UDP datagrams and sends them with few system calls: sendmmsg, and UDP_SEGMENT for runs of equal datagrams to one peer.</summary>
/// <remarks>
/// <code>
/// buffer   [1472][1472][1472][ 300] [1200][1200] ...     datagrams are written in place, one after the other
/// message  |------ to A, 1472 ----| |- to B, 1200 -|     all but the last of a message are equally long
/// </code>
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed unsafe class UdpTransmitBatch : IDisposable
{
    /// <summary>When the buffer or the table of messages is full, the batch is sent at once and filling goes on.</summary>
    private const int BufferLength = 256 * 1024;

    private const int MaxMessages = 64;

    /// <summary>UDP_MAX_SEGMENTS of kernels before 6.9.</summary>
    private const int MaxSegments = 64;

    /// <summary>The kernel refuses a longer one with EMSGSIZE (65535 less the headers).</summary>
    private const int MaxMessageLength = 65000;

    /// <summary>UDP_SEGMENT (24 bytes) and IPV6_PKTINFO (40 bytes).</summary>
    private const int ControlLength = 64;

    /// <summary>For so long there is one message a datagram after UDP_SEGMENT was refused. It may be the route to one peer that refuses it (IPsec, a
    /// card that makes no checksums); where it is the kernel, asking once a minute costs nothing.</summary>
    public static readonly TimeSpan SegmentationPause = TimeSpan.FromMinutes(1);

    private readonly UdpSocket _socket;
    private readonly ILane _lane;
    private readonly byte* _memory;
    private readonly NativeSocket.MessageSlot* _messages;
    private readonly NativeSocket.Buffer* _vectors;
    private readonly byte* _controls;
    private readonly SockAddr* _remotes;
    private readonly SockAddr* _locals;
    private readonly int[] _segmentLength = new int[MaxMessages];
    private readonly int[] _segments = new int[MaxMessages];
    private int _used;
    private int _count;
    private int _sent;
    private bool _lastIsClosed;

    /// <summary>False for a <see cref="SegmentationPause"/> after the kernel or the network card refused UDP_SEGMENT.</summary>
    private bool _segmentationOffload = true;
    private TimeSpan _segmentationPausedUntil;

    /// <param name="socket">Through which it sends.</param>
    /// <param name="lane">Says the time.</param>
    public UdpTransmitBatch(UdpSocket socket, ILane lane)
    {
        _socket = socket;
        _lane = lane;
        int perMessage = sizeof(NativeSocket.MessageSlot) + sizeof(NativeSocket.Buffer) + ControlLength + (2 * sizeof(SockAddr));
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(BufferLength + (MaxMessages * perMessage)), 64);
        byte* next = _memory + BufferLength;
        _messages = (NativeSocket.MessageSlot*)next;
        next += MaxMessages * sizeof(NativeSocket.MessageSlot);
        _vectors = (NativeSocket.Buffer*)next;
        next += MaxMessages * sizeof(NativeSocket.Buffer);
        _controls = next;
        next += MaxMessages * ControlLength;
        _remotes = (SockAddr*)next;
        next += MaxMessages * sizeof(SockAddr);
        _locals = (SockAddr*)next;
    }

    /// <summary>errno of the last datagram that the kernel refused, and where it was to go; 0 once it has taken another for there. Such a datagram is
    /// lost, as any may be.</summary>
    public int LastError { get; private set; }

    public SockAddr LastErrorRemote { get; private set; }

    /// <summary>Room for one datagram of at most <paramref name="length"/> bytes, or null when the socket is full.</summary>
    public byte* Reserve(int length)
    {
        if (_used + length > BufferLength || _count == MaxMessages)
        {
            if (!Flush())
            {
                return null;
            }
        }

        return _memory + _used;
    }

    /// <summary>Adds the datagram that was written to the last <see cref="Reserve"/>.</summary>
    /// <param name="length">Bytes written.</param>
    /// <param name="remote">Where it goes.</param>
    /// <param name="local">Source address to use, or null to let the kernel choose.</param>
    /// <param name="alone">It must not share a message: a larger probe would be lost together with its neighbours.</param>
    public void Commit(int length, SockAddr* remote, SockAddr* local, bool alone)
    {
        if (!alone && TryExtend(length, remote, local))
        {
            return;
        }

        int index = _count++;
        _remotes[index] = *remote;
        _locals[index] = local is null ? default : *local;
        _vectors[index] = new NativeSocket.Buffer { Base = (nint)(_memory + _used), Length = (nuint)length };
        _segmentLength[index] = length;
        _segments[index] = 1;
        _lastIsClosed = alone;
        _used += length;
    }

    /// <summary>Sends all. False when the socket is full: wait until it is writable and call again.</summary>
    public bool Flush()
    {
        _segmentationOffload = _segmentationOffload || _lane.Now >= _segmentationPausedUntil;
        for (int i = _sent; i < _count; i++)
        {
            PrepareMessage(i);
        }

        // What ICMP has said about datagrams that left before comes first.
        bool mayBeOld = _socket.HearsErrors;
        while (_sent < _count)
        {
            // SAFETY: headers, vectors and data lie in _memory, which lives until Dispose; the call does not keep them.
            int sent = NativeSocket.SendMessages(_socket.Fd.Number, _messages + _sent, (uint)(_count - _sent), NativeSocket.MSG_DONTWAIT);
            if (sent > 0)
            {
                ForgetError(sent);
                _sent += sent;
                mayBeOld = _socket.HearsErrors;
                continue;
            }

            int errno = Errno.Last;
            if (errno == Errno.EAGAIN)
            {
                return false;
            }

            _socket.NoteError(errno);
            if (errno != Errno.EINTR && !mayBeOld && !TrySkipFirst(errno))
            {
                return false;
            }

            mayBeOld = false;
        }

        _count = 0;
        _sent = 0;
        _used = 0;
        return true;
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    private bool TryExtend(int length, SockAddr* remote, SockAddr* local)
    {
        int last = _count - 1;
        if (last < _sent || _lastIsClosed || !_segmentationOffload || length > _segmentLength[last] || _segments[last] >= MaxSegments
            || _vectors[last].Length + (nuint)length > MaxMessageLength
            || !SockAddr.Equals(in _remotes[last], in *remote) || !HasSource(last, local))
        {
            return false;
        }

        _vectors[last].Length += (nuint)length;
        _segments[last]++;
        _lastIsClosed = length < _segmentLength[last];
        _used += length;
        return true;
    }

    private bool HasSource(int index, SockAddr* local) =>
        local is null ? _locals[index].Family == 0 : SockAddr.Equals(in _locals[index], in *local);

    private void PrepareMessage(int index)
    {
        // SAFETY: index is below MaxMessages, as Reserve sees to, and each table in _memory has so many entries. A message has ControlLength bytes of
        // control data, enough for both kinds. What the header points to lies in _memory as well, so it lives until Dispose.
        byte* control = _controls + (index * ControlLength);
        nuint controlLength = 0;
        if (_segments[index] > 1)
        {
            MemoryMarshal.Write(BeginControl(control, NativeUdp.SOL_UDP, NativeUdp.UDP_SEGMENT, sizeof(ushort)), (ushort)_segmentLength[index]);
            controlLength = (nuint)ControlMessage.SpaceOf(sizeof(ushort));
        }

        if (_locals[index].Family != 0)
        {
            controlLength += WriteSource(control + controlLength, _locals[index]);
        }

        _messages[index] = default;
        _messages[index].Header.Name = (nint)(_remotes + index);
        _messages[index].Header.NameLength = _remotes[index].Length;
        _messages[index].Header.Buffers = (nint)(_vectors + index);
        _messages[index].Header.BufferCount = 1;
        _messages[index].Header.Control = controlLength == 0 ? 0 : (nint)control;
        _messages[index].Header.ControlLength = controlLength;
    }

    /// <param name="control">Room for IPV6_PKTINFO, aligned to 8.</param>
    /// <param name="local">The address to send from. The interface stays 0: the route decides.</param>
    /// <returns>How many bytes it took.</returns>
    private static nuint WriteSource(byte* control, SockAddr local)
    {
        if (local.Family == SockAddr.Inet6)
        {
            local.CopyAddressTo(
                BeginControl(control, NativeUdp.IPPROTO_IPV6, NativeUdp.IPV6_PKTINFO, NativeUdp.In6PacketInfoLength)[..NativeUdp.In6AddressLength]);
            return (nuint)ControlMessage.SpaceOf(NativeUdp.In6PacketInfoLength);
        }

        local.CopyAddressTo(
            BeginControl(control, NativeUdp.IPPROTO_IP, NativeUdp.IP_PKTINFO, NativeUdp.InPacketInfoLength)
                .Slice(NativeUdp.InPacketInfoSourceOffset, NativeUdp.InAddressLength));
        return (nuint)ControlMessage.SpaceOf(NativeUdp.InPacketInfoLength);
    }

    /// <param name="control">The caller's room, aligned to 8.</param>
    /// <param name="level">cmsg_level.</param>
    /// <param name="type">cmsg_type.</param>
    /// <param name="length">Bytes of data.</param>
    /// <returns>The data and its padding, all zero.</returns>
    private static Span<byte> BeginControl(byte* control, int level, int type, int length)
    {
        // SAFETY: the caller has room for a message with so much data, and does not keep the span longer than the room.
        *(NativeSocket.ControlHeader*)control = new NativeSocket.ControlHeader
        {
            Length = (nuint)ControlMessage.LengthOf(length),
            Level = level,
            Type = type,
        };
        Span<byte> data = new(control + ControlMessage.HeaderLength, ControlMessage.SpaceOf(length) - ControlMessage.HeaderLength);
        data.Clear();
        return data;
    }

    /// <summary>The kernel has taken so many of the unsent messages.</summary>
    private void ForgetError(int count)
    {
        for (int i = _sent; LastError != 0 && i < _sent + count; i++)
        {
            LastError = _remotes[i].Equals(LastErrorRemote) ? 0 : LastError;
        }
    }

    private void NoteError(int errno)
    {
        LastError = errno;
        LastErrorRemote = _remotes[_sent];
    }

    /// <summary>The kernel refused the first unsent message: without segmentation it may go, otherwise it is lost.</summary>
    /// <returns>False when the socket is full: what is left of the message is still to be sent.</returns>
    private bool TrySkipFirst(int errno)
    {
        // EIO: the card cannot checksum segments. EINVAL, ENOPROTOOPT, EOPNOTSUPP: the kernel has no UDP_SEGMENT. With EMSGSIZE the datagrams
        // are larger than the interface's MTU, and would be one by one, too.
        if (_segments[_sent] > 1 && errno is Errno.EIO or Errno.EINVAL or Errno.ENOPROTOOPT or Errno.EOPNOTSUPP)
        {
            if (!TrySendFirstInParts())
            {
                return false;
            }
        }
        else
        {
            NoteError(errno);
        }

        _sent++;
        return true;
    }

    /// <summary>Sends the first unsent message one by one. What is sent is no longer part of it.</summary>
    /// <returns>As <see cref="TrySkipFirst"/>.</returns>
    private bool TrySendFirstInParts()
    {
        NativeSocket.MessageSlot message = _messages[_sent];
        ref NativeSocket.Buffer left = ref _vectors[_sent];
        NativeSocket.Buffer part = default;
        SockAddr local = _locals[_sent];

        // SAFETY: message and part live on this stack, the datagrams and the control data in _memory, whose entries are this message's; the call does
        // not keep them.
        message.Header.Buffers = (nint)(&part);
        message.Header.ControlLength = 0;
        if (local.Family != 0)
        {
            byte* control = _controls + (_sent * ControlLength);
            message.Header.Control = (nint)control;
            message.Header.ControlLength = WriteSource(control, local);
        }

        bool isAnyTaken = false;
        bool isAnyRefused = false;
        bool isFull = false;
        while (left.Length > 0)
        {
            part.Base = left.Base;
            part.Length = Math.Min((nuint)_segmentLength[_sent], left.Length);
            if (NativeSocket.SendMessages(_socket.Fd.Number, &message, 1, NativeSocket.MSG_DONTWAIT) >= 0)
            {
                isAnyTaken = true;
                ForgetError(1);
            }
            else if (Errno.Last is var errno && errno == Errno.EAGAIN)
            {
                isFull = true;
                break;
            }
            else
            {
                isAnyRefused = true;
                NoteError(errno);
                _socket.NoteError(errno);
            }

            left.Base += (nint)part.Length;
            left.Length -= part.Length;
            _segments[_sent]--;
        }

        // Where the same datagrams are refused without it, too, it is something about them, and nothing about the kernel.
        if (isAnyTaken && !isAnyRefused)
        {
            _segmentationOffload = false;
            _segmentationPausedUntil = _lane.Now + SegmentationPause;
        }

        return !isFull;
    }
}
