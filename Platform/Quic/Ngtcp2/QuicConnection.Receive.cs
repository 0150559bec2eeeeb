using Softlan.Platform.Linux;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The receiving half: packets and timers in, events out.</summary>
internal sealed unsafe partial class QuicConnection
{
    /// <summary>One UDP datagram. Called by the endpoint, never from a callback.</summary>
    /// <param name="packet">Borrowed.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="remote">Where it came from.</param>
    /// <param name="local">Where it arrived. A client's socket belongs to one connection, so there it is that connection's own idea of its
    /// address.</param>
    public void Receive(byte* packet, int length, SockAddr* remote, SockAddr* local)
    {
        if (_state == LinkState.Closed)
        {
            if (_shadow.TryAnswer(_endpoint.Transmit, remote, IsServerSide && _endpoint.Socket.IsWildcard ? local : null))
            {
                _endpoint.RequestFlush();
            }

            return;
        }

        SockAddr known = _local;
        NativeNgtcp2.Path path = NativeNgtcp2.Path.From(IsServerSide ? local : &known, remote);
        _isAnswered |= _state == LinkState.Handshaking && remote->Equals(_remote);
        _traffic.PacketsReceived++;
        _traffic.BytesReceived += length;
        _acks.BeginPacket();
        _mtu.BeginObservation();
        int result = NativeNgtcp2.ConnReadPkt(_conn, &path, NativeNgtcp2.NGTCP2_PKT_INFO_V1, 0, packet, (nuint)length, Now);
        if (result != 0)
        {
            Fail(result);
            return;
        }

        _budget.OnRead(_conn, _loop.NowNanoseconds);
        bool isDue = _acks.EndPacket(_loop.NowNanoseconds);
        if (_state != LinkState.Connected || _queue.Count > 0 || !_control.IsDelivered || isDue)
        {
            // Acknowledgements are written by the next write, whatever else it writes (AcknowledgeWithAnyWrite). Control messages that are not
            // delivered may have to be sent again, as what has come now shows.
            _endpoint.MarkDirty(this);
        }
        else if (!IsDirty)
        {
            _acks.Postpone();
            _endpoint.SettleLater(this);
            _endpoint.RequestFlush();
        }
    }

    /// <summary>Its first packet was the second half of a ClientHello. ngtcp2 does not keep it for somebody who has not shown that he owns his
    /// address, and the connection has ended: he is to come again with a token.</summary>
    public bool AsksForRetry { get; private set; }

    /// <summary>ICMP says that nobody listens there. Anybody can make such a message who guesses our port, so it is believed only where nothing has
    /// come from there yet.</summary>
    public void OnRefused()
    {
        if (_state == LinkState.Handshaking && !_isAnswered)
        {
            End(LinkEnds.NobodyListens(_remote.Port));
        }
    }

    /// <summary>A callback of ngtcp2: the handshake is complete, and on a client the certificate was accepted.</summary>
    internal void OnHandshakeCompleted()
    {
        if (_state != LinkState.Handshaking)
        {
            return;
        }

        _state = LinkState.Connected;
        if (!IsServerSide)
        {
            _endpoint.Socket.HearErrors(false); // What ICMP says from here on nobody believes.
        }

        Ngtcp2Engine.TolerateRetiredId(_conn);
        _limits.ReadPeerLimits(_conn);
        UpdateMaxDatagramLength(notify: false);
        _handler ??= _endpoint.Accept(this);
        _handler.OnConnected(this);
        if (_limits.PeerLimit < FrameLimits.MinMaxDatagramLength)
        {
            Close(CloseReason.ProtocolError, LinkEnds.DatagramsTooShort(_limits.PeerLimit));
        }
    }

    internal void OnRecvDatagram(ReadOnlySpan<byte> datagram)
    {
        Counters.DatagramsIn++;
        _acks.OnDatagram(DatagramHeader.IsAckRequest(datagram));
        if (_state == LinkState.Connected && !DatagramHeader.IsForLink(datagram))
        {
            _handler!.OnDatagram(this, datagram);
        }
    }

    internal void OnRecvStreamData(long streamId, uint flags, ReadOnlySpan<byte> data)
    {
        if (_state != LinkState.Connected)
        {
            return;
        }

        if (!_control.TryAccept(_conn, streamId, data.Length))
        {
            Close(CloseReason.ProtocolError, "data came on a stream that is not the control stream");
            return;
        }

        if (_acks.OnControl())
        {
            _queue.Enqueue(new DatagramHeader(DatagramKind.Padding, 0, 0), default, _loop.Now);
        }

        ControlReadResult result;
        while ((result = _control.Read(ref data, out ReadOnlySpan<byte> message)) == ControlReadResult.Message)
        {
            _handler!.OnControl(this, message);
            if (_state != LinkState.Connected)
            {
                return;
            }
        }

        if (result == ControlReadResult.Invalid)
        {
            Close(CloseReason.ProtocolError, LinkEnds.ControlLengthInvalid);
        }
        else if ((flags & NativeNgtcp2.NGTCP2_STREAM_DATA_FLAG_FIN) != 0)
        {
            OnControlStreamEnded();
        }
    }

    /// <summary>The other side has ended the stream (FIN, RESET_STREAM), which is the only one that it may have, or reads it no more
    /// (STOP_SENDING). Without it there is no link.</summary>
    internal void OnControlStreamEnded()
    {
        if (_state == LinkState.Connected)
        {
            Close(CloseReason.ProtocolError, LinkEnds.ControlStreamEnded);
        }
    }

    internal void OnAckedStreamData(ulong end)
    {
        _control.MarkAcknowledged((long)end);
        if (_state == LinkState.Lingering)
        {
            _endpoint.MarkDirty(this);
        }
    }

    internal void OnAckDatagram(ulong id)
    {
        if (_mtu.OnAcknowledged(id))
        {
            _endpoint.MarkDirty(this);
        }
    }

    internal void OnLostDatagram(ulong id)
    {
        _traffic.DatagramsLost++;
        if (_mtu.OnLost(id, _loop.Now))
        {
            _endpoint.MarkDirty(this);
        }
    }

    internal void OnStatelessReset() => _wasReset = true;

    internal bool OnGetNewConnectionId(NativeNgtcp2.Cid* cid, byte* token, int length)
    {
        // ngtcp2 asks for as many bytes as the first id has.
        *cid = _endpoint.NewCid();
        AddCid(CidKey.From(cid));
        return length == Ngtcp2Engine.CidLength && _endpoint.WriteResetToken(cid, token);
    }

    /// <summary>An exception of a handler. It must not pass native frames; the link ends, and the process goes on serving the others.</summary>
    internal void OnHandlerFailed(Exception exception)
    {
        _endpoint.Engine.ReportHandlerFailure(exception);
        Close(CloseReason.ProtocolError, LinkEnds.InternalError);
    }

    /// <summary>ngtcp2 says that the connection cannot go on.</summary>
    private void Fail(int result)
    {
        switch (result)
        {
            case NativeNgtcp2.NGTCP2_ERR_DRAINING:
                End(_wasReset ? LinkEnds.Restarted : Ngtcp2Ends.ByPeer(_conn));
                break;
            case NativeNgtcp2.NGTCP2_ERR_CLOSING:
                break;
            case NativeNgtcp2.NGTCP2_ERR_IDLE_CLOSE:
                End(LinkEnds.Silent(_endpoint.Engine.IdleTimeout));
                break;
            case NativeNgtcp2.NGTCP2_ERR_HANDSHAKE_TIMEOUT:
                End(Ngtcp2Ends.HandshakeTimeout(_endpoint, _remote, wasAnswered: _isAnswered));
                break;
            case NativeNgtcp2.NGTCP2_ERR_RECV_VERSION_NEGOTIATION:
                End(LinkEnds.OtherVersion);
                break;
            case NativeNgtcp2.NGTCP2_ERR_DROP_CONN:
            case NativeNgtcp2.NGTCP2_ERR_RETRY:
                AsksForRetry = result == NativeNgtcp2.NGTCP2_ERR_RETRY;
                _shadow.Waive();
                End(LinkEnds.Refused("the first packet was not acceptable"));
                break;
            default:
                NativeNgtcp2.ConnectionCloseError error;
                byte alert = Ngtcp2Ends.ToCloseError(_conn, result, &error);
                WriteClosePacket(&error);
                End(DescribeFailure(result, alert));
                break;
        }
    }

    private LinkClosed DescribeFailure(int result, byte alert)
    {
        LinkCloseKind kind = _handler is null || _state == LinkState.Handshaking ? LinkCloseKind.Refused : LinkCloseKind.ByUs;
        return !IsServerSide && _tls.DescribeTrustFailure(_options.ServerName) is { } failure
            ? LinkEnds.Untrusted(failure)
            : new LinkClosed(kind, CloseReason.ProtocolError, Ngtcp2Ends.DescribeFailure(result, alert));
    }
}
