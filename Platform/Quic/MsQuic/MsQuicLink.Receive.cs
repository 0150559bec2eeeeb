using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>The receiving half: what msquic's thread left, in the order in which it is told.</summary>
internal sealed partial class MsQuicLink
{
    private void OnEntered()
    {
        if (_state == State.Handshaking && _timer is null)
        {
            SetTimer(_engine.HandshakeTimeout); // An incoming one: this is the first that the lane hears of it.
        }

        if (_state == State.Handshaking && _connection.IsConnected)
        {
            OnConnected();
        }

        UpdateMaxDatagramLength();
        TakeControl();
        TakeDatagrams();
        TakePathEvidence();
        LookWhetherToSend();
        if (_connection.IsComplete)
        {
            OnComplete();
        }
    }

    private void OnConnected()
    {
        _state = State.Connected;
        _timer?.Cancel();
        _maxDatagramLength = AllowedLength();
        if (_options is not null && !_connection.TryOpenControlStream())
        {
            return; // It is on its way down already; msquic will say so.
        }

        try
        {
            _isAccepted = true;
            _handler ??= _listener!.Accept(this);
            _handler.OnConnected(this);
        }
        catch (Exception e) when (e is not SoftlanException)
        {
            OnHandlerFailed(e);
        }

        CheckPeerLimit();
    }

    private void TakeControl()
    {
        _control.MarkAcknowledged(_connection.ControlBytesAcknowledged);
        if (_connection.HasControlStream && _control.HasUnsent)
        {
            _turnEnd.Make(); // The peer has opened its stream only now.
        }

        while (_connection.TryTakeControl(out byte[] bytes))
        {
            if (_state == State.Connected)
            {
                ReadControl(bytes);
            }
        }

        if (_connection.IsControlEnded && _state == State.Connected && !_connection.IsComplete)
        {
            Close(CloseReason.ProtocolError, LinkEnds.ControlStreamEnded);
        }
    }

    private void ReadControl(ReadOnlySpan<byte> bytes)
    {
        ControlReadResult result;
        while ((result = _reader.Read(ref bytes, out ReadOnlySpan<byte> message)) == ControlReadResult.Message)
        {
            try
            {
                _handler!.OnControl(this, message);
            }
            catch (Exception e)
            {
                OnHandlerFailed(e);
            }

            if (_state != State.Connected)
            {
                return;
            }
        }

        if (result == ControlReadResult.Invalid)
        {
            Close(CloseReason.ProtocolError, LinkEnds.ControlLengthInvalid);
        }
    }

    private unsafe void TakeDatagrams()
    {
        Counters.Drop(DropReason.QueueFull, _connection.TakeOverflow());
        for (DatagramSlot* slot = _connection.TakeReceived(); slot is not null;)
        {
            DatagramSlot* next = slot->Next;
            Counters.DatagramsIn++;
            if (_state == State.Connected && !DatagramHeader.IsForLink(slot->Bytes))
            {
                try
                {
                    // SAFETY: the slot is the lane's until it is returned.
                    _handler!.OnDatagram(this, slot->Bytes);
                }
                catch (Exception e)
                {
                    OnHandlerFailed(e);
                }
            }

            _connection.ReturnReceived(slot);
            slot = next;
        }
    }

    private void OnComplete()
    {
        switch (_state)
        {
            case State.Closing:
                End(new LinkClosed(LinkCloseKind.ByUs, _closeReason, _closeText));
                break;
            case State.Handshaking or State.Connected:
                End(Describe());
                break;
        }

        if (!_hasLetGo)
        {
            // From here on the lane does not touch the connection any more.
            _hasLetGo = true;
            _timer?.Dispose();
            _engine.Blocking.Add(_connection.CloseHandles);
        }
    }

    private LinkClosed Describe()
    {
        if (_connection.StartFailure is { } failure)
        {
            return LinkEnds.Unsendable(failure);
        }

        if (_connection.TrustFailure is { } distrust)
        {
            return LinkEnds.Untrusted(distrust);
        }

        (int status, ulong error, bool isByPeer, string text) = _connection.Ending;
        return isByPeer ? LinkEnds.ByPeer(error, text) : DescribeStatus(status) ?? DescribeError(status, error, text);
    }

    /// <summary>Ends that are not a QUIC error of either side.</summary>
    private LinkClosed? DescribeStatus(int status)
    {
        if (status == MsQuicStatus.ConnectionIdle || status == MsQuicStatus.ConnectionTimeout)
        {
            return _state == State.Handshaking
                ? LinkEnds.Unanswered(RemoteEndPoint.Port, _engine.HandshakeTimeout)
                : LinkEnds.Silent(_engine.IdleTimeout);
        }

        if (status == MsQuicStatus.Aborted)
        {
            return LinkEnds.Restarted;
        }

        if (status == MsQuicStatus.Unreachable)
        {
            // msquic believes it at the beginning of a handshake only.
            return LinkEnds.NobodyListens(RemoteEndPoint.Port);
        }

        if (MsQuicStatus.IsNoRoute(status))
        {
            return LinkEnds.Unsendable(MsQuicStatus.Text(status));
        }

        return status == MsQuicStatus.VersionNegotiation ? LinkEnds.OtherVersion : null;
    }

    private static LinkClosed DescribeError(int status, ulong error, string reason)
    {
        if (error == NativeMsQuic.QUIC_ERROR_CONNECTION_REFUSED)
        {
            return LinkEnds.Full(reason);
        }

        if (error == NativeMsQuic.QUIC_ERROR_INVALID_TOKEN)
        {
            return LinkEnds.Moved(reason);
        }

        ulong alert = error - NativeMsQuic.QUIC_ERROR_CRYPTO_ERROR;
        return LinkEnds.Refused(
            alert <= byte.MaxValue
                ? LinkEnds.TlsRefused(TlsAlerts.Name((byte)alert))
                : $"QUIC failed: error 0x{error:x}, {MsQuicStatus.Text(status)}",
            reason);
    }
}
