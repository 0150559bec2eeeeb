using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>Reads many UDP datagrams with one system call: recvmmsg, and UDP_GRO where the kernel has it.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class UdpReceiveBatch : IDisposable
{
    /// <summary>Most buffers of one call. From many peers come small messages, and then each call should bring many; the kernel only touches what it
    /// fills.</summary>
    private const int Buffers = 32;

    /// <summary>Fewest. With GRO each holds up to 64 datagrams of one peer.</summary>
    private const int FewestBuffers = 4;

    /// <summary>Bytes that one call should bring: more would let one turn outrun the queues behind it, and make others wait.</summary>
    private const int WantedLength = 256 * 1024;

    /// <summary>The largest UDP payload, and so the longest GRO aggregate.</summary>
    private const int BufferLength = 65536;

    /// <summary>The longest message that is no burst: one datagram of any path that carries 1500 bytes.</summary>
    private const int ShortLength = 1472;

    /// <summary>Room for IPV6_PKTINFO (40 bytes with its header) and UDP_GRO (24 bytes).</summary>
    private const int ControlLength = 128;

    private readonly byte* _memory;
    private readonly NativeSocket.MessageSlot* _messages;
    private readonly SockAddr* _remotes;
    private readonly byte* _controls;
    private int _ask = FewestBuffers;
    private LoneRead _lone;

    /// <summary>Messages of the table that the last call filled; at first all are to be made ready.</summary>
    private int _filled = Buffers;

    public UdpReceiveBatch()
    {
        int perBuffer = BufferLength + sizeof(NativeSocket.MessageSlot) + sizeof(NativeSocket.Buffer) + ControlLength + sizeof(SockAddr);
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(Buffers * perBuffer), 64);
        byte* next = _memory + (Buffers * BufferLength);
        _messages = (NativeSocket.MessageSlot*)next;
        next += Buffers * sizeof(NativeSocket.MessageSlot);
        NativeSocket.Buffer* vectors = (NativeSocket.Buffer*)next;
        next += Buffers * sizeof(NativeSocket.Buffer);
        _controls = next;
        next += Buffers * ControlLength;
        _remotes = (SockAddr*)next;
        for (int i = 0; i < Buffers; i++)
        {
            vectors[i] = new NativeSocket.Buffer { Base = (nint)(_memory + (i * BufferLength)), Length = BufferLength };
            _messages[i] = default;
            _messages[i].Header.Name = (nint)(_remotes + i);
            _messages[i].Header.Buffers = (nint)(vectors + i);
            _messages[i].Header.BufferCount = 1;
            _messages[i].Header.Control = (nint)(_controls + (i * ControlLength));
        }
    }

    /// <summary>Reads what is there.</summary>
    /// <param name="socket">Where from.</param>
    /// <param name="hasRested">See <see cref="EventLoop.HasRested"/>.</param>
    /// <returns>Messages read, 0 when there are none. Errors of a UDP socket concern single datagrams and are skipped.</returns>
    public int Receive(UdpSocket socket, bool hasRested)
    {
        for (int i = 0; i < _filled; i++)
        {
            // The kernel overwrites both with what it used, where it used it. All of the table would be two kilobytes for one message.
            _messages[i].Header.NameLength = SockAddr.Inet6Length;
            _messages[i].Header.ControlLength = ControlLength;
            _remotes[i] = default;
        }

        // SAFETY: the vectors point into _memory, which lives until Dispose; the loop thread is the only user.
        int count = NativeSocket.ReceiveMessages(socket.Fd.Number, _messages, _lone.Guess(hasRested) ? 1u : (uint)_ask, NativeSocket.MSG_DONTWAIT, 0);
        _filled = Math.Max(count, 0);
        if (count <= 0)
        {
            socket.NoteError(Errno.Last);
            return 0;
        }

        long length = 0;
        for (int i = 0; i < count; i++)
        {
            length += _messages[i].Length;
        }

        _lone.OnRead(count == 1 && length <= ShortLength);

        // As long as messages stay as they are, the next call brings about what is wanted.
        _ask = (int)Math.Clamp(WantedLength * (long)count / Math.Max(1, length), FewestBuffers, Buffers);
        return count;
    }

    /// <summary>One message of the last <see cref="Receive"/>: its bytes, how long each datagram in it is, and between which addresses it
    /// travelled.</summary>
    /// <param name="local">Bound address of the socket; its address part is replaced by the one that the datagram was sent to.</param>
    public byte* Message(int index, out int length, out int datagramLength, out SockAddr* remote, ref SockAddr local)
    {
        NativeSocket.MessageSlot* message = _messages + index;
        length = (int)message->Length;
        datagramLength = length;
        remote = _remotes + index;

        // SAFETY: the kernel filled the control data of this message, which lies in _memory, and said how long it is; nothing behind that is read.
        byte* control = (byte*)message->Header.Control;
        byte* end = control + message->Header.ControlLength;
        while (control + sizeof(NativeSocket.ControlHeader) <= end)
        {
            NativeSocket.ControlHeader* header = (NativeSocket.ControlHeader*)control;
            if (header->Length < (nuint)sizeof(NativeSocket.ControlHeader) || header->Length > (nuint)(end - control))
            {
                break;
            }

            byte* data = control + ControlMessage.HeaderLength;
            if (header->Level == NativeUdp.SOL_UDP && header->Type == NativeUdp.UDP_GRO)
            {
                datagramLength = Math.Max(1, *(int*)data);
            }
            else if (header->Level == NativeUdp.IPPROTO_IPV6 && header->Type == NativeUdp.IPV6_PKTINFO)
            {
                local = local.WithAddress(new ReadOnlySpan<byte>(data, NativeUdp.In6AddressLength));
            }
            else if (header->Level == NativeUdp.IPPROTO_IP && header->Type == NativeUdp.IP_PKTINFO && local.Family == SockAddr.Inet)
            {
                // The address in the header, which is what the sender wrote.
                local = local.WithAddress(new ReadOnlySpan<byte>(data + NativeUdp.InPacketInfoHeaderOffset, NativeUdp.InAddressLength));
            }

            control += ControlMessage.Align((int)header->Length);
        }

        return _memory + (index * BufferLength);
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
