using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>Where packets go, and how large they may be.</summary>
internal sealed unsafe partial class QuicConnection
{
    private void UpdatePath()
    {
        NativeNgtcp2.Path* current = NativeNgtcp2.ConnGetPath(_conn);
        SockAddr remote = *(SockAddr*)current->Remote.Address;
        if (SockAddr.Equals(in remote, in _remote))
        {
            return;
        }

        // A NAT that has given the client another port has not moved it, nor does ngtcp2 begin anew (RFC 9000, section 9.4).
        bool isElsewhere = !remote.HasAddressOf(in _remote);
        _remote = remote;
        _loop.Post(OnMoved); // Not while packets are written.
        _mtu.Reset();
        if (isElsewhere)
        {
            _budget.Reset(_loop.NowNanoseconds);
        }
    }

    private void OnMoved()
    {
        Tell(static connection => connection._handler?.OnRemoteEndPointChanged(connection));
        EndIfUnheard();
    }

    /// <summary>Ends without a word where none would be heard. The next packet that comes is answered with a reset, which is.</summary>
    private void EndIfUnheard()
    {
        if (_state == LinkState.Connected && !PeerCids.HasCurrent(_conn))
        {
            _shadow.Waive();
            End(LinkEnds.Unheard);
        }
    }

    private void UpdateMaxDatagramLength(bool notify)
    {
        if (_state == LinkState.Connected && _limits.Update(_conn) && notify)
        {
            Tell(static connection => connection._handler!.OnMaxDatagramLengthChanged(connection));
        }
    }

    /// <summary>In a black hole, sends a padding datagram of full size now and then: when it is acknowledged, large packets pass again.</summary>
    private void RetryLargePackets()
    {
        if (!_mtu.IsBlackHole || _loop.Now < _mtu.RetryAt || _state != LinkState.Connected)
        {
            return;
        }

        int pathLength = (int)NativeNgtcp2.ConnGetPathMaxTxUdpPayloadSize(_conn);
        Span<byte> padding = stackalloc byte[FrameLimits.MaxDatagramLength];
        padding.Clear();
        new DatagramHeader(DatagramKind.Padding, 0, 0).Write(padding);
        int length = _limits.Filling(pathLength);
        byte* packet = _endpoint.Transmit.Reserve(Ngtcp2Engine.MaxUdpPayload);
        if (packet is null)
        {
            return; // The socket is full: nothing was tried.
        }

        nint written = WriteDatagram(
            packet, (nuint)pathLength, _endpoint.TransmitPath, padding[..length], more: false, isLarge: true, out bool accepted);
        if (accepted)
        {
            Counters.DatagramsOut++;
            _mtu.OnRetried(_loop.Now);
        }
        else
        {
            _mtu.OnPostponed(_loop.Now);
        }

        if (written > 0)
        {
            Commit((int)written);
        }
        else if (written < 0)
        {
            Fail((int)written);
        }
    }
}
