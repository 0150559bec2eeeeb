using System.Runtime.InteropServices;
using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The sending half: queues in, packets out.</summary>
internal sealed unsafe partial class QuicConnection
{
    /// <summary>Send quanta of one turn (each at most 64 KiB). More could overflow nothing, but would keep other connections waiting.</summary>
    private const int MaxQuantaPerTurn = 8;

    /// <summary>Short header (1), packet number (at most 4), DATAGRAM frame header (type 1, length 2), AEAD tag (16). The connection id comes on top.</summary>
    private const int FixedOverhead = 1 + 4 + 3 + 16;

    /// <summary>Type (1) and length (2) of a DATAGRAM frame (RFC 9221, section 4).</summary>
    private const int DatagramFrameHeader = 3;

    /// <summary>A packet with less room than this for a further datagram is closed; the shortest that softlan sends often, an Ethernet frame of TCP's or a game's, is about as long.</summary>
    private const int SmallestDatagram = DatagramHeader.Length + 60;

    private long _packetsSent;
    private long _bytesSent;
    private int _overhead = FixedOverhead + Ngtcp2Engine.CidLength;
    private int _peerLimit;

    /// <summary>Writes what congestion control, pacing and the socket allow. Called by the endpoint at the end of a turn.</summary>
    /// <returns>False when the socket is full; call again when it is writable.</returns>
    public bool Transmit()
    {
        switch (_state)
        {
            case State.Closed:
                return true;
            case State.Closing:
                return TransmitClose();
        }

        UpdateMaxDatagramLength(notify: true);
        if (_state == State.Closing)
        {
            return TransmitClose(); // The handler had enough.
        }

        RetryLargePackets();
        bool taken = WritePackets();
        if (_conn != 0)
        {
            SetTimer();
        }

        return taken;
    }

    private bool WritePackets()
    {
        int quantum = (int)NativeNgtcp2.ConnGetSendQuantum(_conn);
        int left = quantum;
        int quanta = 0;

        // Control messages get the start of the first packet of a turn, and only that: datagrams never wait behind them, and they never starve.
        bool mayWriteStream = true;
        while (true)
        {
            byte* packet = _endpoint.Transmit.Reserve(MaxPacketLength);
            if (packet is null)
            {
                return false;
            }

            nint length = BuildPacket(packet, mayWriteStream);
            if (length < 0)
            {
                Fail((int)length);
                return true;
            }

            if (length == 0)
            {
                break;
            }

            mayWriteStream = _queue.Count == 0;
            Commit((int)length);
            left -= (int)length;
            if (left <= 0)
            {
                NativeNgtcp2.ConnUpdatePktTxTime(_conn, Now);
                left = quantum;
                if (++quanta == MaxQuantaPerTurn)
                {
                    _endpoint.MarkDirty(this);
                    return true;
                }
            }
        }

        NativeNgtcp2.ConnUpdatePktTxTime(_conn, Now);
        return true;
    }

    /// <summary>How large a packet may be now. After a black hole was found nothing but tests of the path may exceed what every path carries.</summary>
    private int MaxPacketLength => _mtu.IsBlackHole ? NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE : Ngtcp2Engine.MaxUdpPayload;

    /// <summary>Fills one packet: control messages first if allowed, then as many datagrams as fit.</summary>
    /// <returns>Its length; 0 when nothing can be sent now; an ngtcp2 error.</returns>
    private nint BuildPacket(byte* packet, bool mayWriteStream)
    {
        NativeNgtcp2.Path* path = _endpoint.TransmitPath;
        nuint room = (nuint)MaxPacketLength;
        int used = 0;
        if (mayWriteStream && _control.HasUnsent)
        {
            nint length = WriteStream(packet, room, path, ref used);
            if (length != NativeNgtcp2.NGTCP2_ERR_WRITE_MORE)
            {
                return length;
            }
        }

        while (_state == State.Connected && _queue.TryPeek(_loop.Now, out Span<byte> datagram))
        {
            if (datagram.Length > _maxDatagramLength)
            {
                _queue.DropFirst(DropReason.PathTooSmall);
                continue;
            }

            used += datagram.Length + DatagramFrameHeader;
            bool more = _queue.Count > 1 && used + SmallestDatagram <= _maxDatagramLength;
            nint length = WriteDatagram(packet, room, path, datagram, more, used + _overhead > NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE, out bool accepted);
            if (accepted)
            {
                Counters.DatagramsOut++;
                _queue.Dequeue();
            }

            if (length != NativeNgtcp2.NGTCP2_ERR_WRITE_MORE)
            {
                return length;
            }
        }

        // No datagram (left): acknowledgements, probes, handshake; or the end of a packet that was kept open.
        nint written;
        return NativeNgtcp2.ConnWritevStream(_conn, path, NativeNgtcp2.NGTCP2_PKT_INFO_V1, 0, packet, room, &written, 0, -1, null, 0, Now);
    }

    private nint WriteStream(byte* packet, nuint room, NativeNgtcp2.Path* path, ref int used)
    {
        if (_streamId < 0)
        {
            long stream;
            if (_options is null || NativeNgtcp2.ConnOpenBidiStream(_conn, &stream, 0) != 0)
            {
                return NativeNgtcp2.NGTCP2_ERR_WRITE_MORE; // A relay answers on the stream that the peer opens; there is nothing to write on yet.
            }

            _streamId = stream;
        }

        nint written = -1;
        ReadOnlySpan<byte> unsent = _control.Unsent;

        // SAFETY: the bytes are pinned, and ControlSendBuffer keeps them until they are acknowledged, as ngtcp2 demands.
        NativeNgtcp2.Vec vector = new() { Base = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(unsent)), Length = (nuint)unsent.Length };
        nint length = NativeNgtcp2.ConnWritevStream(
            _conn, path, NativeNgtcp2.NGTCP2_PKT_INFO_V1, 0, packet, room, &written, NativeNgtcp2.NGTCP2_WRITE_STREAM_FLAG_MORE, _streamId, &vector, 1, Now);
        if (written > 0)
        {
            _control.MarkSent((int)written);
            used += (int)written + 12;
        }

        // Flow control closed, or the peer gave up the stream: leave the stream alone, datagrams go on.
        return length is NativeNgtcp2.NGTCP2_ERR_STREAM_DATA_BLOCKED or NativeNgtcp2.NGTCP2_ERR_STREAM_SHUT_WR or NativeNgtcp2.NGTCP2_ERR_STREAM_NOT_FOUND
            ? NativeNgtcp2.NGTCP2_ERR_WRITE_MORE
            : length;
    }

    private nint WriteDatagram(byte* packet, nuint room, NativeNgtcp2.Path* path, Span<byte> datagram, bool more, bool isLarge, out bool accepted)
    {
        int taken = 0;
        nint length;

        // SAFETY: ngtcp2 copies the datagram into the packet before it returns.
        fixed (byte* data = datagram)
        {
            NativeNgtcp2.Vec vector = new() { Base = data, Length = (nuint)datagram.Length };
            length = NativeNgtcp2.ConnWritevDatagram(
                _conn, path, NativeNgtcp2.NGTCP2_PKT_INFO_V1, 0, packet, room, &taken, more ? NativeNgtcp2.NGTCP2_WRITE_DATAGRAM_FLAG_MORE : 0,
                _mtu.NextId(isLarge), &vector, 1, Now);
        }

        accepted = taken != 0;
        return length;
    }

    private void Commit(int length)
    {
        NativeNgtcp2.Path* path = _endpoint.TransmitPath;
        SockAddr* remote = (SockAddr*)path->Remote.Address;
        bool isProbe = length > (int)NativeNgtcp2.ConnGetPathMaxTxUdpPayloadSize(_conn);
        if (!remote->Equals(_remote))
        {
            // The other side moved, or its new path is being checked: packets say themselves where they go.
            UpdatePath();
        }

        SockAddr* local = _options is null && _endpoint.Socket.IsWildcard ? (SockAddr*)path->Local.Address : null;
        _endpoint.Transmit.Commit(length, remote, local, isProbe);
        _packetsSent++;
        _bytesSent += length;
    }

    private void UpdatePath()
    {
        NativeNgtcp2.Path* current = NativeNgtcp2.ConnGetPath(_conn);
        SockAddr remote = *(SockAddr*)current->Remote.Address;
        if (!remote.Equals(_remote))
        {
            _remote = remote;
            _mtu.Reset();
        }
    }

    /// <summary>ngtcp2 has no callback for path MTU discovery, so its result is looked up before each write.</summary>
    private void UpdateMaxDatagramLength(bool notify)
    {
        if (_state != State.Connected)
        {
            return;
        }

        int path = Math.Min((int)NativeNgtcp2.ConnGetPathMaxTxUdpPayloadSize(_conn), MaxPacketLength);
        int length = Math.Min(Math.Min(path - _overhead, _peerLimit), Math.Min(_options?.DatagramLimit ?? int.MaxValue, FrameLimits.MaxDatagramLength));
        if (length == _maxDatagramLength)
        {
            return;
        }

        _maxDatagramLength = length;
        if (notify)
        {
            Tell(static connection => connection._handler!.OnMaxDatagramLengthChanged(connection));
        }
    }

    /// <summary>What the other side announced in the handshake.</summary>
    private void ReadPeerLimits()
    {
        _overhead = FixedOverhead + (int)NativeNgtcp2.ConnGetDcid(_conn)->DataLength;
        _peerLimit = (int)Math.Min(NativeNgtcp2.ConnGetRemoteTransportParams(_conn)->MaxDatagramFrameSize, int.MaxValue) - 3;
    }

    /// <summary>In a black hole, sends a padding datagram of full size now and then: when it is acknowledged, large packets pass again.</summary>
    private void RetryLargePackets()
    {
        if (!_mtu.IsBlackHole || _loop.Now < _mtu.RetryAt || _state != State.Connected)
        {
            return;
        }

        _mtu.OnRetried(_loop.Now);
        int pathLength = (int)NativeNgtcp2.ConnGetPathMaxTxUdpPayloadSize(_conn);
        Span<byte> padding = stackalloc byte[FrameLimits.MaxDatagramLength];
        padding.Clear();
        new DatagramHeader(DatagramKind.Padding, 0, 0).Write(padding);
        int length = Math.Min(Math.Min(pathLength - _overhead, _peerLimit), padding.Length);
        byte* packet = _endpoint.Transmit.Reserve(Ngtcp2Engine.MaxUdpPayload);
        if (packet is null)
        {
            return;
        }

        nint written = WriteDatagram(packet, (nuint)pathLength, _endpoint.TransmitPath, padding[..length], more: false, isLarge: true, out _);
        if (written > 0)
        {
            Commit((int)written);
        }
        else if (written < 0)
        {
            Fail((int)written);
        }
    }

    private void SetTimer()
    {
        long expiry = (long)Math.Min(NativeNgtcp2.ConnGetExpiry(_conn), long.MaxValue);
        if (_mtu.IsBlackHole)
        {
            expiry = Math.Min(expiry, _mtu.RetryAt.Ticks * TimeSpan.NanosecondsPerTick);
        }

        if (expiry == long.MaxValue)
        {
            _timer.Cancel();
        }
        else
        {
            _timer.SetAt(expiry);
        }
    }

    /// <summary>Control messages that are still waiting, then the packet that closes, then the report.</summary>
    private bool TransmitClose()
    {
        if (_conn == 0)
        {
            return true;
        }

        while (_control.HasUnsent && NativeNgtcp2.ConnGetHandshakeCompleted(_conn) != 0)
        {
            byte* packet = _endpoint.Transmit.Reserve(Ngtcp2Engine.MaxUdpPayload);
            if (packet is null)
            {
                return false;
            }

            int used = 0;
            nint length = WriteStream(packet, (nuint)MaxPacketLength, _endpoint.TransmitPath, ref used);
            if (length == NativeNgtcp2.NGTCP2_ERR_WRITE_MORE)
            {
                nint written;
                length = NativeNgtcp2.ConnWritevStream(
                    _conn, _endpoint.TransmitPath, NativeNgtcp2.NGTCP2_PKT_INFO_V1, 0, packet, (nuint)MaxPacketLength, &written, 0, -1, null, 0, Now);
            }

            if (length <= 0)
            {
                break;
            }

            Commit((int)length);
        }

        byte[] reason = LimitReason(_closeText);
        NativeNgtcp2.ConnectionCloseError error;

        // SAFETY: the reason is pinned until the packet is written.
        fixed (byte* text = reason)
        {
            NativeNgtcp2.CcerrDefault(&error);
            NativeNgtcp2.CcerrSetApplicationError(&error, (ulong)_closeReason, text, (nuint)reason.Length);
            WriteClosePacket(&error);
        }

        End(new LinkClosed(LinkCloseKind.ByUs, _closeReason, _closeText));
        return true;
    }

    private void WriteClosePacket(NativeNgtcp2.ConnectionCloseError* error)
    {
        byte* packet = _endpoint.Transmit.Reserve(Ngtcp2Engine.MaxUdpPayload);
        if (packet is null)
        {
            return; // The socket is full: this packet is lost like any other; the peer times out.
        }

        nint length = NativeNgtcp2.ConnWriteConnectionClose(
            _conn, _endpoint.TransmitPath, NativeNgtcp2.NGTCP2_PKT_INFO_V1, 0, packet, Ngtcp2Engine.MaxUdpPayload, error, Now);
        if (length > 0)
        {
            _closePacket = new ReadOnlySpan<byte>(packet, (int)length).ToArray();
            Commit((int)length);
            _endpoint.RequestFlush();
        }
    }

    /// <summary>A late packet of a closed connection: says again that it is closed, ever more rarely (RFC 9000, section 10.2.1).</summary>
    private void AnswerAsShadow(SockAddr* remote, SockAddr* local)
    {
        if (_closePacket is null || !long.IsPow2(++_packetsAfterClose))
        {
            return;
        }

        byte* packet = _endpoint.Transmit.Reserve(_closePacket.Length);
        if (packet is not null)
        {
            _closePacket.CopyTo(new Span<byte>(packet, _closePacket.Length));
            _endpoint.Transmit.Commit(_closePacket.Length, remote, _options is null && _endpoint.Socket.IsWildcard ? local : null, alone: true);
            _endpoint.RequestFlush();
        }
    }
}
