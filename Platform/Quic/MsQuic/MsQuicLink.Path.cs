using Softlan.Wire;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>How long a datagram may be: what path and peer carry.</summary>
internal sealed unsafe partial class MsQuicLink
{
    private int _limit = FrameLimits.MaxDatagramLength;
    private long _pathChangesSeen;
    private long _largeLossesSeen;
    private long _largeAcknowledgedSeen;

    public void LimitDatagrams(int length)
    {
        _limit = length;
        UpdateMaxDatagramLength();
    }

    private int AllowedLength() => _mtu.IsBlackHole
        ? FrameLimits.MinMaxDatagramLength
        : Math.Clamp(
            Math.Min(_connection.MaxSendLength, _options?.DatagramLimit ?? int.MaxValue),
            FrameLimits.MinMaxDatagramLength, Math.Clamp(_limit, FrameLimits.MinMaxDatagramLength, FrameLimits.MaxDatagramLength));

    private void UpdateMaxDatagramLength()
    {
        if (_state != State.Connected)
        {
            return;
        }

        CheckPeerLimit();
        int length = AllowedLength();
        if (length != _maxDatagramLength)
        {
            _maxDatagramLength = length;
            Guard(() => _handler!.OnMaxDatagramLengthChanged(this));
        }
    }

    /// <summary>A path always carries enough, so less than that is what the peer announced.</summary>
    private void CheckPeerLimit()
    {
        int limit = _connection.MaxSendLength;
        if (limit < FrameLimits.MinMaxDatagramLength && !_connection.IsComplete)
        {
            Close(CloseReason.ProtocolError, LinkEnds.DatagramsTooShort(limit));
        }
    }

    /// <summary>msquic finds out how large packets may be, but never takes a size back; the fate of large datagrams shows when that would be
    /// needed.</summary>
    private void TakePathEvidence()
    {
        if (_state != State.Connected)
        {
            return;
        }

        if (_connection.PathChanges != _pathChangesSeen)
        {
            _pathChangesSeen = _connection.PathChanges;
            _mtu.Reset();
            Guard(() => _handler!.OnRemoteEndPointChanged(this));
        }

        (long acknowledged, ulong lastId) = _connection.LargeAcknowledged;
        if (acknowledged != _largeAcknowledgedSeen)
        {
            _largeAcknowledgedSeen = acknowledged;
            _mtu.OnAcknowledged(lastId);
        }

        (long losses, lastId) = _connection.LargeLosses;
        _mtu.BeginObservation();
        for (; _largeLossesSeen < losses; _largeLossesSeen++)
        {
            _mtu.OnLost(lastId, _engine.Lane.Now);
        }

        UpdateMaxDatagramLength();
        if (_mtu.IsBlackHole)
        {
            _connection.WantNotice();
            _turnEnd.Make();
        }
    }

    /// <summary>In a black hole, sends a padding datagram of full size now and then, as a set of its own: when it is acknowledged, large packets pass
    /// again.</summary>
    private bool TryRetryLargePackets()
    {
        if (!_mtu.IsBlackHole || _engine.Lane.Now < _mtu.RetryAt)
        {
            return false;
        }

        DatagramSlot* slot = _engine.Slots.TryRent();
        if (slot is null)
        {
            return false;
        }

        _mtu.OnRetried(_engine.Lane.Now);
        Span<byte> padding = stackalloc byte[Math.Min(_connection.MaxSendLength, FrameLimits.MaxDatagramLength)];
        padding.Clear();
        new DatagramHeader(DatagramKind.Padding, 0, 0).Write(padding);
        slot->Fill(padding);
        slot->IsPadding = true;
        slot->Id = _mtu.NextId(isLarge: true);
        HandOver(slot);
        _connection.WantNotice();
        return true;
    }
}
