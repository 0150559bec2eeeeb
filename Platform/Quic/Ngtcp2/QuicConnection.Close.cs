namespace Softlan.Platform.Quic.Ngtcp2;

// Closing:   Close -> end of the turn: control messages out, report -> Lingering until they are acknowledged -> the packet that closes -> shadow
//
// Without the wait the packet that closes travels right behind the last control messages, and an engine that meets both at once may throw
// the messages away (msquic does): a player on Windows would not learn why he was rejected.

/// <summary>How it says goodbye, and what stays for those who have not heard it.</summary>
internal sealed unsafe partial class QuicConnection
{
    private readonly CloseShadow _shadow = new();
    private TimeSpan _lingerUntil;
    private bool _isReported;

    /// <summary>As it was asked for, and then as it was reported.</summary>
    private LinkClosed _closed;

    /// <summary>The process is going away: a goodbye that waits for an acknowledgement is said now.</summary>
    public void FinishGoodbye()
    {
        if (_state == LinkState.Lingering)
        {
            SendApplicationClose();
        }
    }

    /// <summary>Control messages that are still waiting, then the report, and when nothing is unacknowledged the packet that closes.</summary>
    private bool TransmitClose()
    {
        if (_conn == 0)
        {
            return true;
        }

        bool isHandshakeComplete = NativeNgtcp2.ConnGetHandshakeCompleted(_conn) != 0;
        while (_control.HasUnsent && isHandshakeComplete)
        {
            byte* packet = _endpoint.Transmit.Reserve(Ngtcp2Engine.MaxUdpPayload);
            if (packet is null)
            {
                return false;
            }

            nint length = _control.WriteAlone(_conn, packet, (nuint)_limits.MaxPacketLength, _endpoint.TransmitPath, Now);
            if (length <= 0)
            {
                break;
            }

            Commit((int)length);
        }

        if (_control.IsOpen && !_control.IsDelivered && isHandshakeComplete)
        {
            _state = LinkState.Lingering;
            _lingerUntil = _loop.Now + QuicLimits.LongestGoodbye;
            _restExpiry = long.MaxValue;
            _queue.Clear();
            SetTimer();
            Report(_closed);
            return true;
        }

        SendApplicationClose();
        return true;
    }

    private bool TransmitLingering()
    {
        if (_control.IsDelivered || _loop.Now >= _lingerUntil)
        {
            SendApplicationClose();
            return true;
        }

        _acks.OnWrite();
        bool taken = WritePackets();
        if (_conn != 0)
        {
            SetTimer();
        }

        return taken;
    }

    private void SendApplicationClose()
    {
        byte[] reason = LinkEnds.ToCloseText(_closed.Text);
        NativeNgtcp2.ConnectionCloseError error;

        // SAFETY: the reason is pinned until the packet is written.
        fixed (byte* text = reason)
        {
            NativeNgtcp2.CcerrDefault(&error);
            NativeNgtcp2.CcerrSetApplicationError(&error, (ulong)_closed.Reason, text, (nuint)reason.Length);
            WriteClosePacket(&error);
        }

        End(_closed);
    }

    /// <summary>Tells listener and handler, once.</summary>
    private void Report(LinkClosed closed)
    {
        if (_isReported)
        {
            return;
        }

        _isReported = true;
        _endpoint.OnEnded(this);
        _closed = closed;
        if (_handler is not null)
        {
            Tell(static connection => connection._handler!.OnClosed(connection, connection._closed));
        }
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
            _shadow.Keep(new ReadOnlySpan<byte>(packet, (int)length));
            Commit((int)length);
            _endpoint.RequestFlush();
        }
    }
}
