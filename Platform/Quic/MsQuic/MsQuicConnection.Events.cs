using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Softlan.Wire;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>What msquic's thread does. Nothing here waits, and for a datagram nothing allocates or locks.</summary>
internal sealed unsafe partial class MsQuicConnection
{
    /// <returns>A QUIC_STATUS.</returns>
    internal int OnEvent(NativeMsQuic.ConnectionEvent* e)
    {
        switch (e->Type)
        {
            case NativeMsQuic.QUIC_CONNECTION_EVENT_DATAGRAM_RECEIVED:
                OnDatagramReceived(e->DatagramReceived);
                break;
            case NativeMsQuic.QUIC_CONNECTION_EVENT_DATAGRAM_SEND_STATE_CHANGED:
                OnSendState((DatagramSlot*)e->DatagramSendContext, e->DatagramSendState);
                break;
            case NativeMsQuic.QUIC_CONNECTION_EVENT_CONNECTED:
                Interlocked.Exchange(ref _local, ReadAddress(NativeMsQuic.QUIC_PARAM_CONN_LOCAL_ADDRESS));
                ReadStatistics();
                AssumeSendLength();
                Volatile.Write(ref _isConnected, true);
                _engine.Lane.Enter(_work);
                break;
            case NativeMsQuic.QUIC_CONNECTION_EVENT_DATAGRAM_STATE_CHANGED:
                OnSendLength(e->DatagramSendEnabled != 0 ? e->DatagramMaxSendLength : 0);
                break;
            case NativeMsQuic.QUIC_CONNECTION_EVENT_PEER_ADDRESS_CHANGED:
                OnPeerAddress(e->Address->ToEndPoint());
                break;
            case NativeMsQuic.QUIC_CONNECTION_EVENT_LOCAL_ADDRESS_CHANGED:
                Interlocked.Exchange(ref _local, e->Address->ToEndPoint());
                break;
            case NativeMsQuic.QUIC_CONNECTION_EVENT_PEER_STREAM_STARTED:
                return OnPeerStream(e->PeerStream, e->PeerStreamFlags);
            case NativeMsQuic.QUIC_CONNECTION_EVENT_PEER_CERTIFICATE_RECEIVED:
                return OnPeerCertificate(e->PeerCertificate, e->PeerCertificateChain);
            case NativeMsQuic.QUIC_CONNECTION_EVENT_SHUTDOWN_INITIATED_BY_TRANSPORT:
                NoteEnd(e->ShutdownByTransportStatus, e->ShutdownByTransportErrorCode, isByPeer: false);
                break;
            case NativeMsQuic.QUIC_CONNECTION_EVENT_SHUTDOWN_INITIATED_BY_PEER:
                NoteEnd(MsQuicStatus.Success, e->ShutdownByPeerErrorCode, isByPeer: true);
                break;
            case NativeMsQuic.QUIC_CONNECTION_EVENT_SHUTDOWN_COMPLETE:
                OnShutdownComplete();
                break;
        }

        return MsQuicStatus.Success;
    }

    /// <returns>A QUIC_STATUS.</returns>
    internal int OnStreamEvent(NativeMsQuic.StreamEvent* e)
    {
        switch (e->Type)
        {
            case NativeMsQuic.QUIC_STREAM_EVENT_RECEIVE:
                OnControlReceived(e);
                break;
            case NativeMsQuic.QUIC_STREAM_EVENT_SEND_COMPLETE:
                OnControlSent((NativeMsQuic.Buffer*)e->SendCompleteContext, e->SendCompleteCanceled != 0);
                break;
            case NativeMsQuic.QUIC_STREAM_EVENT_PEER_SEND_SHUTDOWN:
            case NativeMsQuic.QUIC_STREAM_EVENT_PEER_SEND_ABORTED:
            case NativeMsQuic.QUIC_STREAM_EVENT_PEER_RECEIVE_ABORTED:
                Volatile.Write(ref _isControlEnded, true);
                _engine.Lane.Enter(_work);
                break;
            case NativeMsQuic.QUIC_STREAM_EVENT_SHUTDOWN_COMPLETE:
                if (_goodbye.Length > 0 && Volatile.Read(ref _isShutdownIssued) != 0)
                {
                    SetCloseText(); // On msquic's own thread for this connection: done at once.
                }

                break;
        }

        return MsQuicStatus.Success;
    }

    private void OnDatagramReceived(NativeMsQuic.Buffer* datagram)
    {
        DatagramSlot* slot = Volatile.Read(ref _receivedCount) < MaxReceived ? _engine.Slots.TryRent() : null;
        if (slot is null)
        {
            Interlocked.Increment(ref _overflow);
            return;
        }

        // SAFETY: the bytes are msquic's until this event returns.
        slot->Fill(new ReadOnlySpan<byte>(datagram->Data, (int)datagram->Length));
        Interlocked.Increment(ref _receivedCount);
        if (_received.Add(slot))
        {
            RefreshStatisticsNowAndThen();
            _engine.Lane.Enter(_work);
        }
    }

    private void OnSendLength(int length)
    {
        _announcedLength = length;
        _announcedMtu = ReadPathMtu();
        Volatile.Write(ref _maxSendLength, length);
        _engine.Lane.Enter(_work);
    }

    /// <summary>msquic sends to that address from now on, by what it knows of the path there: nothing at first. But it goes on taking datagrams that
    /// fitted the old path, and those would only wait and hold up all others. It says so when it has found larger packets to pass.</summary>
    private void OnPeerAddress(IPEndPoint address)
    {
        if (_announcedMtu > 0)
        {
            bool isSmaller = ReadPathMtu() < _announcedMtu;
            Volatile.Write(ref _maxSendLength, isSmaller ? Math.Min(_announcedLength, FrameLimits.MinMaxDatagramLength) : _announcedLength);
        }

        Volatile.Write(ref _pathChanges, _pathChanges + 1);
        Interlocked.Exchange(ref _remote, address);
        _engine.Lane.Enter(_work);
    }

    private void OnSendState(DatagramSlot* slot, int state)
    {
        bool isLarge = (slot->Id & 1) != 0;
        switch (state)
        {
            case NativeMsQuic.QUIC_DATAGRAM_SEND_SENT:
                Volatile.Write(ref _bytesInFlight, _bytesInFlight + slot->Buffer.Length);
                Volatile.Write(ref _sent, _sent + 1);
                TellWhenSettled();
                break;
            case NativeMsQuic.QUIC_DATAGRAM_SEND_LOST_SUSPECT:
                // A probe after silence suspects whatever is under way, also where only the answer is late. One that is really lost is reported once
                // more, when msquic forgets it.
                if (isLarge && slot->Id < _lastAcknowledged)
                {
                    CountLargeLoss(slot);
                }

                break;
            case NativeMsQuic.QUIC_DATAGRAM_SEND_CANCELED:
                _ = _canceled.Add(slot);
                Volatile.Write(ref _givenBack, _givenBack + 1);
                Interlocked.Exchange(ref _wantsSettled, 1); // Somebody has to take it.
                TellWhenSettled();
                break;
            case NativeMsQuic.QUIC_DATAGRAM_SEND_LOST_DISCARDED:
            case NativeMsQuic.QUIC_DATAGRAM_SEND_ACKNOWLEDGED:
            case NativeMsQuic.QUIC_DATAGRAM_SEND_ACKNOWLEDGED_SPURIOUS:
                OnFinished(slot, state, isLarge);
                break;
        }
    }

    private void CountLargeLoss(DatagramSlot* slot)
    {
        slot->IsLossCounted = true;
        Volatile.Write(ref _lastLargeLost, (long)slot->Id);
        Volatile.Write(ref _largeLosses, _largeLosses + 1);
        _engine.Lane.Enter(_work);
    }

    private void OnFinished(DatagramSlot* slot, int state, bool isLarge)
    {
        if (state != NativeMsQuic.QUIC_DATAGRAM_SEND_LOST_DISCARDED)
        {
            _lastAcknowledged = Math.Max(_lastAcknowledged, slot->Id);
            if (isLarge)
            {
                Volatile.Write(ref _lastLargeAcknowledged, Math.Max(_lastLargeAcknowledged, (long)slot->Id));
                Volatile.Write(ref _largeAcknowledged, _largeAcknowledged + 1);
            }
        }
        else if (!_hasEnd)
        {
            Volatile.Write(ref _lost, _lost + 1);
            if (isLarge && !slot->IsLossCounted)
            {
                CountLargeLoss(slot);
            }
        }

        Volatile.Write(ref _bytesInFlight, _bytesInFlight - slot->Buffer.Length);
        _engine.Slots.Return(slot);
        Volatile.Write(ref _finished, _finished + 1);
        GiveNotice();
    }

    private void TellWhenSettled()
    {
        // The full fence pairs with the one in WantSettled. Where the lane hands over more just now, that will be settled later.
        Interlocked.MemoryBarrier();
        if (_sent + _givenBack == Volatile.Read(ref _handedOver) && Interlocked.Exchange(ref _wantsSettled, 0) != 0)
        {
            _engine.Lane.Enter(_work);
        }

        RefreshStatisticsNowAndThen();
    }

    private void GiveNotice()
    {
        // The full fence pairs with the one in WantNotice: either this sees the wish, or whoever wishes sees the counter.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _wantsNotice) != 0 && Interlocked.Exchange(ref _wantsNotice, 0) != 0)
        {
            _engine.Lane.Enter(_work);
        }

        RefreshStatisticsNowAndThen();
    }

    private int OnPeerStream(nint stream, uint flags)
    {
        if (_stream != 0 || (flags & NativeMsQuic.QUIC_STREAM_OPEN_FLAG_UNIDIRECTIONAL) != 0)
        {
            return MsQuicStatus.NotSupported; // msquic closes it.
        }

        _api->SetCallbackHandler(stream, MsQuicCallbacks.Stream, (void*)Context);
        Volatile.Write(ref _stream, stream);
        _engine.Lane.Enter(_work);
        return MsQuicStatus.Success;
    }

    private void OnControlReceived(NativeMsQuic.StreamEvent* e)
    {
        if (_controlRoom.MustHold())
        {
            e->ReceiveTotalBufferLength = 0; // Nothing was taken: msquic says nothing more until it is enabled again.
            _engine.Lane.Enter(_work);
            return;
        }

        byte[] bytes = new byte[(int)e->ReceiveTotalBufferLength];
        int filled = 0;
        for (uint i = 0; i < e->ReceiveBufferCount; i++)
        {
            // SAFETY: the bytes are msquic's until this event returns.
            ReadOnlySpan<byte> part = new(e->ReceiveBuffers[i].Data, (int)e->ReceiveBuffers[i].Length);
            part.CopyTo(bytes.AsSpan(filled));
            filled += part.Length;
        }

        _controlRoom.Add(filled);
        _control.Enqueue(bytes);
        if ((e->ReceiveFlags & NativeMsQuic.QUIC_RECEIVE_FLAG_FIN) != 0)
        {
            Volatile.Write(ref _isControlEnded, true);
        }

        RefreshStatisticsNowAndThen();
        _engine.Lane.Enter(_work);
    }

    private void OnControlSent(NativeMsQuic.Buffer* descriptor, bool isCanceled)
    {
        if (isCanceled)
        {
            // In which order it cancels, msquic does not promise; so what is canceled counts as unread only when the handles are closed.
            Volatile.Write(ref _isControlGivenUp, true);
        }
        else
        {
            Volatile.Write(ref _controlBytesAcknowledged, _controlBytesAcknowledged + descriptor->Length);
        }

        NativeMemory.Free(descriptor);
        if (Interlocked.Decrement(ref _controlSends) != 0)
        {
            return;
        }

        if (Volatile.Read(ref _wantsGoodbye) != 0)
        {
            Shutdown(NativeMsQuic.QUIC_CONNECTION_SHUTDOWN_FLAG_NONE);
        }
        else
        {
            _engine.Lane.Enter(_work); // The last chunk goes back to the pool.
        }
    }

    private int OnPeerCertificate(void* certificate, NativeMsQuic.Buffer* chain)
    {
        // SAFETY: both are msquic's until this event returns; so everything is copied.
        RelayTrust trust = Link.Trust!;
        bool isSchannel = OperatingSystem.IsWindows();
        byte[] leaf = isSchannel ? SchannelCertificates.CopyLeaf(certificate) : Copy((NativeMsQuic.Buffer*)certificate);
        if (trust.IsPinned)
        {
            TrustFailure = trust.CheckPin(leaf);
            return TrustFailure is null ? MsQuicStatus.Success : MsQuicStatus.BadCertificate;
        }

        byte[] pkcs7 = isSchannel ? [] : Copy(chain);
        List<byte[]> others = OperatingSystem.IsWindows() ? SchannelCertificates.CopyOthers(certificate) : [];
        _engine.Blocking.Add(() =>
        {
            if (_isClosed)
            {
                return;
            }

            TrustFailure = isSchannel ? trust.CheckShown(leaf, others) : trust.CheckChain(leaf, pkcs7);
            _ = _api->ConnectionCertificateValidationComplete(
                _handle, (byte)(TrustFailure is null ? 1 : 0), NativeMsQuic.QUIC_TLS_ALERT_CODE_BAD_CERTIFICATE);
        });
        return MsQuicStatus.Pending;
    }

    private static byte[] Copy(NativeMsQuic.Buffer* buffer) =>
        buffer is null ? [] : new ReadOnlySpan<byte>(buffer->Data, (int)buffer->Length).ToArray();

    private void NoteEnd(int status, ulong error, bool isByPeer)
    {
        _hasEnd = true;
        _endStatus = status;
        _endError = error;
        _isEndByPeer = isByPeer;
    }

    private void OnShutdownComplete()
    {
        ReadStatistics();
        Ending = (_endStatus, _endError, _isEndByPeer, _hasEnd ? ReadCloseText() : "");
        Volatile.Write(ref _isComplete, true);
        _engine.Lane.Enter(_work);
        _engine.NoteCompleted();
    }

    private void RefreshStatisticsNowAndThen()
    {
        if (Meter.Age >= StatisticsInterval)
        {
            ReadStatistics();
        }
    }

    // Inside an event of this connection msquic answers at once; elsewhere it has its thread answer.
    private void ReadStatistics()
    {
        if (TryReadStatistics(out NativeMsQuic.Statistics statistics))
        {
            Meter.Publish(in statistics);
        }
    }

    private bool TryReadStatistics(out NativeMsQuic.Statistics statistics)
    {
        NativeMsQuic.Statistics now = default;
        uint length = (uint)sizeof(NativeMsQuic.Statistics);
        bool isRead = _handle != 0 && !MsQuicStatus.IsFailed(_api->GetParam(_handle, NativeMsQuic.QUIC_PARAM_CONN_STATISTICS_V2, &length, &now));
        statistics = now;
        return isRead;
    }

    /// <returns>The largest packets that msquic sends on the path of now, in bytes.</returns>
    private int ReadPathMtu() => TryReadStatistics(out NativeMsQuic.Statistics statistics) ? statistics.SendPathMtu : 0;

    /// <summary>A server reads the peer's limits before its application hears of the connection, and so without telling: then the path's first
    /// measurement tells.</summary>
    private void AssumeSendLength()
    {
        byte isEnabled = 0;
        uint length = sizeof(byte);
        if (_maxSendLength < 0)
        {
            _ = _api->GetParam(_handle, NativeMsQuic.QUIC_PARAM_CONN_DATAGRAM_SEND_ENABLED, &length, &isEnabled);
            Volatile.Write(ref _maxSendLength, isEnabled != 0 ? FrameLimits.MinMaxDatagramLength : 0);
        }
    }

    private IPEndPoint? ReadAddress(uint parameter)
    {
        QuicAddress address;
        uint length = QuicAddress.Length;
        return MsQuicStatus.IsFailed(_api->GetParam(_handle, parameter, &length, &address)) ? null : address.ToEndPoint();
    }

    /// <summary>What the other side wrote into its close packet.</summary>
    private string ReadCloseText()
    {
        // Frames of a packet that a peer may send: 1500 bytes at most.
        byte* text = stackalloc byte[1536];
        uint length = 1536;
        int status = _api->GetParam(_handle, NativeMsQuic.QUIC_PARAM_CONN_CLOSE_REASON_PHRASE, &length, text);
        return MsQuicStatus.IsFailed(status) || length == 0 ? "" : Encoding.UTF8.GetString(text, (int)length - 1);
    }
}
