using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The sending half: queues in, packets out.</summary>
internal sealed unsafe partial class QuicConnection
{
    /// <summary>Send quanta of one turn (each at most 64 KiB). More could overflow nothing, but would keep other connections waiting.</summary>
    private const int MaxQuantaPerTurn = 8;

    /// <summary>A packet with less room than this for a further datagram is closed; the shortest that softlan sends often, an Ethernet frame of TCP's
    /// or a game's, is about as long.</summary>
    private const int SmallestDatagram = DatagramHeader.Length + 60;

    /// <summary><see cref="LinkTraffic.PacketsSent"/> at the start of the turn.</summary>
    private long _sentBefore;

    /// <summary>Packets were written, and ngtcp2 has not been asked yet whether it has something of its own.</summary>
    private bool _mayWriteMore;

    /// <summary>The last packet took a datagram, which ngtcp2 puts behind all that it has of its own (conn_write_pkt).</summary>
    private bool _leftNothing;

    /// <summary>Writes what congestion control, pacing and the socket allow. Called by the endpoint at the end of a turn.</summary>
    /// <returns>False when the socket is full; call again when it is writable.</returns>
    public bool Transmit()
    {
        switch (_state)
        {
            case LinkState.Closed:
                return true;
            case LinkState.Closing:
                return TransmitClose();
            case LinkState.Lingering:
                return TransmitLingering();
        }

        _acks.OnWrite();
        UpdateMaxDatagramLength(notify: true);
        if (_state == LinkState.Closing)
        {
            return TransmitClose(); // The handler had enough.
        }

        RetryLargePackets();
        bool taken = _conn == 0 || WritePackets(); // Where ngtcp2 failed the link has ended.
        if (_conn != 0 && !_mayWriteMore)
        {
            SetTimer();
        }

        return taken;
    }

    /// <summary>What can wait until the packets of the turn are in the network: what ngtcp2 has to send of its own, and timers, once for all that the
    /// turn received. Before them, every hop of a ping would wait for it: 3 % of an idle round trip.</summary>
    /// <returns>As <see cref="Transmit"/>.</returns>
    public bool Settle()
    {
        bool taken = true;
        if (_mayWriteMore)
        {
            _mayWriteMore = false;
            bool isDone = _leftNothing && !_wasDue && _queue.Count == 0 && !_control.HasUnsent;
            _wasDue = false;
            taken = _conn == 0 || (isDone ? Rest() : WriteOn(mayPause: false));
        }
        else if (_state != LinkState.Closed && _acks.Settle(_loop.NowNanoseconds))
        {
            _restExpiry = long.MaxValue;
        }

        if (_conn != 0)
        {
            SetTimer();
        }

        return taken;
    }

    private bool WritePackets()
    {
        _sentBefore = _traffic.PacketsSent;

        // ngtcp2 follows a client that moves as soon as it hears from it, and begins anew: what the old path has carried must not
        // raise the window of the new one.
        UpdatePath();
        _budget.Measure(_conn, in _traffic, _loop.Now, _loop.NowNanoseconds);

        // Control messages get the start of the first packet of a turn, and only that: datagrams never wait behind them, and they never starve.
        return WriteOn(mayPause: _state == LinkState.Connected);
    }

    /// <param name="mayPause">When the queue is empty, <see cref="Settle"/> does the rest.</param>
    private bool WriteOn(bool mayPause)
    {
        bool mayWriteStream = !_budget.Holds;
        int quantum = (int)NativeNgtcp2.ConnGetSendQuantum(_conn);
        int left = quantum;
        int quanta = 0;
        while (true)
        {
            byte* packet = _endpoint.Transmit.Reserve(_limits.MaxPacketLength);
            if (packet is null)
            {
                _queue.Settle();
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
                _budget.GuardProbe(_conn);
                return _queue.Count > 0 || _control.HasUnsent ? EndBurst() : Rest();
            }

            mayWriteStream = _queue.Count == 0 && !_budget.Holds;
            Commit((int)length);
            _budget.Spend((int)length);
            left -= (int)length;
            if (left <= 0)
            {
                NativeNgtcp2.ConnUpdatePktTxTime(_conn, Now);
                left = quantum;
                if (++quanta == MaxQuantaPerTurn)
                {
                    _queue.Settle();
                    _endpoint.MarkDirty(this);
                    return true;
                }
            }

            if (mayPause && _queue.Count == 0 && !_control.HasUnsent)
            {
                _mayWriteMore = true;
                _endpoint.SettleLater(this);
                return true;
            }
        }
    }

    /// <summary>Fills one packet: control messages first if allowed, then as many datagrams as fit.</summary>
    /// <returns>Its length; 0 when nothing can be sent now; an ngtcp2 error.</returns>
    private nint BuildPacket(byte* packet, bool mayWriteStream)
    {
        NativeNgtcp2.Path* path = _endpoint.TransmitPath;
        nuint room = (nuint)_limits.MaxPacketLength;
        int used = 0;
        _leftNothing = false;
        if (mayWriteStream && _control.HasUnsent)
        {
            nint length = _control.Write(_conn, packet, room, path, Now, ref used);
            if (_control.IsRefused)
            {
                OnControlStreamEnded();
            }

            if (length != NativeNgtcp2.NGTCP2_ERR_WRITE_MORE)
            {
                return length;
            }
        }

        if (_budget.Asks)
        {
            nint length = WriteAckRequest(packet, room, path, ref used);
            if (length != NativeNgtcp2.NGTCP2_ERR_WRITE_MORE)
            {
                return length;
            }
        }

        while (_state == LinkState.Connected && _budget.TryPeek(_loop.Now, _limits.MaxDatagramLength, out Span<byte> datagram))
        {
            used += datagram.Length + QuicLimits.DatagramFrameHeader;
            bool more = _queue.Count > 1 && used + SmallestDatagram <= _limits.MaxDatagramLength;
            nint length = WriteDatagram(packet, room, path, datagram, more, _limits.IsLarge(used), out bool accepted);
            if (accepted)
            {
                Counters.DatagramsOut++;
                _queue.Dequeue();
                _leftNothing = Ngtcp2Internals.AreKnown;
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
        _traffic.DatagramsSent += accepted ? 1 : 0;
        return length;
    }

    /// <summary>A request for an acknowledgement, at the start of a packet.</summary>
    private nint WriteAckRequest(byte* packet, nuint room, NativeNgtcp2.Path* path, ref int used)
    {
        Span<byte> request = stackalloc byte[DatagramHeader.Length];
        new DatagramHeader(DatagramKind.AckRequest, 0, 0).Write(request);
        used += request.Length + QuicLimits.DatagramFrameHeader;
        nint length = WriteDatagram(packet, room, path, request, more: _queue.Count > 0 && !_budget.Holds, isLarge: false, out bool accepted);
        if (accepted)
        {
            Counters.DatagramsOut++;
            _budget.OnAsked(_traffic.BytesSent, _loop.NowNanoseconds);
        }

        return length;
    }

    private void Commit(int length)
    {
        NativeNgtcp2.Path* path = _endpoint.TransmitPath;
        SockAddr* remote = (SockAddr*)path->Remote.Address;
        bool isProbe = length > (int)NativeNgtcp2.ConnGetPathMaxTxUdpPayloadSize(_conn)
            || (_mtu.IsBlackHole && length > NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE);
        if (!SockAddr.Equals(in *remote, in _remote))
        {
            // The other side moved, or its new path is being checked: packets say themselves where they go.
            UpdatePath();
        }

        SockAddr* local = IsServerSide && _endpoint.Socket.IsWildcard ? (SockAddr*)path->Local.Address : null;
        _endpoint.Transmit.Commit(length, remote, local, isProbe);
        _traffic.PacketsSent++;
        _traffic.BytesSent += length;
    }
}
