using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>Where packets go, and how large they may be.</summary>
internal sealed unsafe partial class QuicConnection
{
    /// <summary>Short header (1), packet number (at most 4), DATAGRAM frame header, AEAD tag (16). The connection id comes on top.</summary>
    private const int FixedOverhead = 1 + 4 + QuicLimits.DatagramFrameHeader + 16;

    private int _overhead = FixedOverhead + Ngtcp2Engine.CidLength;
    private int _peerLimit;

    /// <summary>How large a packet may be now. After a black hole was found nothing but tests of the path may exceed what every path
    /// carries.</summary>
    private int MaxPacketLength => _mtu.IsBlackHole ? NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE : Ngtcp2Engine.MaxUdpPayload;

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
        _mtu.Reset();
        if (isElsewhere)
        {
            _budget.Reset(_loop.NowNanoseconds);
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
        // Other engines have longer connection ids (msquic: 9 bytes). In 1200 bytes there is room all the same: a packet number of 4 bytes,
        // which the overhead allows for, is not seen before millions of packets are on their way at once (RFC 9000, section 17.1).
        int fits = Math.Max(path - _overhead, FrameLimits.MinMaxDatagramLength);
        int length = Math.Min(Math.Min(fits, _peerLimit), Math.Min(_options?.DatagramLimit ?? int.MaxValue, FrameLimits.MaxDatagramLength));
        length = Math.Max(length, FrameLimits.MinMaxDatagramLength); // A peer that takes less is not kept (OnHandshakeCompleted).
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
        _peerLimit = (int)Math.Min(NativeNgtcp2.ConnGetRemoteTransportParams(_conn)->MaxDatagramFrameSize, int.MaxValue)
            - QuicLimits.DatagramFrameHeader;
    }

    /// <summary>In a black hole, sends a padding datagram of full size now and then: when it is acknowledged, large packets pass again.</summary>
    private void RetryLargePackets()
    {
        if (!_mtu.IsBlackHole || _loop.Now < _mtu.RetryAt || _state != State.Connected)
        {
            return;
        }

        int pathLength = (int)NativeNgtcp2.ConnGetPathMaxTxUdpPayloadSize(_conn);
        Span<byte> padding = stackalloc byte[FrameLimits.MaxDatagramLength];
        padding.Clear();
        new DatagramHeader(DatagramKind.Padding, 0, 0).Write(padding);
        int length = Math.Min(Math.Min(pathLength - _overhead, _peerLimit), padding.Length);
        byte* packet = _endpoint.Transmit.Reserve(Ngtcp2Engine.MaxUdpPayload);
        if (packet is null)
        {
            return; // The socket is full: nothing was tried.
        }

        _mtu.OnRetried(_loop.Now);
        nint written = WriteDatagram(
            packet, (nuint)pathLength, _endpoint.TransmitPath, padding[..length], more: false, isLarge: true, out bool accepted);
        Counters.DatagramsOut += accepted ? 1 : 0;
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
