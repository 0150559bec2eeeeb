using System.Runtime.Intrinsics;

namespace Softlan.Wire.Offload;

/// <summary>One of the four shapes of header that are merged: untagged Ethernet, IPv4 without options or IPv6 without extension headers, TCP or
/// UDP.</summary>
/// <remarks>Other shapes are rare in a LAN, and Linux' own GRO leaves IPv4 options alone as well.</remarks>
internal sealed class MergeKind
{
    public static readonly MergeKind TcpV4 = new(isV6: false, isTcp: true);
    public static readonly MergeKind TcpV6 = new(isV6: true, isTcp: true);
    public static readonly MergeKind UdpV4 = new(isV6: false, isTcp: false);
    public static readonly MergeKind UdpV6 = new(isV6: true, isTcp: false);

    public const int Network = FrameLimits.HeaderLength;
    public const int V4Transport = Network + IPHeader.V4MinLength;
    public const int V6Transport = Network + IPHeader.V6Length;

    /// <summary>One bit for each that must agree, from the destination MAC to the end of the fixed transport header.</summary>
    private readonly byte[] _mask;

    private MergeKind(bool isV6, bool isTcp)
    {
        IsV6 = isV6;
        IsTcp = isTcp;
        Transport = isV6 ? V6Transport : V4Transport;
        ChecksumOffset = isTcp ? TransportHeader.TcpChecksum : TransportHeader.UdpChecksum;
        GsoType = (isTcp, isV6) switch
        {
            (true, false) => VirtioGsoType.TcpV4,
            (true, true) => VirtioGsoType.TcpV6,
            _ => VirtioGsoType.UdpL4,
        };

        _mask = new byte[Transport + (isTcp ? TransportHeader.MinTcpLength : TransportHeader.UdpLength)];
        _mask.AsSpan().Fill(0xff);
        if (isV6)
        {
            Ignore(Network + IPHeader.V6PayloadLength, sizeof(ushort));
        }
        else
        {
            // The identification has a rule of its own; see CoalescedRun.
            Ignore(Network + IPHeader.V4TotalLength, sizeof(ushort));
            Ignore(Network + IPHeader.V4Identification, sizeof(ushort));
            Ignore(Network + IPHeader.V4Checksum, sizeof(ushort));
        }

        Ignore(Transport + ChecksumOffset, sizeof(ushort));
        if (isTcp)
        {
            // Acknowledgement, window, urgent pointer and reserved bits must agree, as in Linux' tcp_gro_receive.
            Ignore(Transport + TransportHeader.TcpSequence, sizeof(uint));
            _mask[Transport + TransportHeader.TcpFlags] = unchecked((byte)~TransportHeader.Psh);
        }
        else
        {
            Ignore(Transport + TransportHeader.UdpLengthField, sizeof(ushort));
        }
    }

    public bool IsV6 { get; }

    public bool IsTcp { get; }

    /// <summary>Where the TCP or UDP header begins, from the frame's first byte.</summary>
    public int Transport { get; }

    /// <summary>Where the checksum stands in the TCP or UDP header.</summary>
    public int ChecksumOffset { get; }

    public VirtioGsoType GsoType { get; }

    public byte Protocol => IsTcp ? IPProtocols.Tcp : IPProtocols.Udp;

    public ReadOnlySpan<byte> Addresses(ReadOnlySpan<byte> frame) => IsV6
        ? frame.Slice(Network + IPHeader.V6Addresses, IPHeader.V6AddressesLength)
        : frame.Slice(Network + IPHeader.V4Addresses, IPHeader.V4AddressesLength);

    /// <summary>Whether two frames of this kind agree in all that segments of one super-frame share, TCP options excepted.</summary>
    public bool HaveSameHeader(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        ReadOnlySpan<byte> mask = _mask;
        int last = mask.Length - Vector128<byte>.Count;
        Vector128<byte> difference = Differences(first, second, mask, last);
        for (int i = 0; i < last; i += Vector128<byte>.Count)
        {
            difference |= Differences(first, second, mask, i);
        }

        return difference == Vector128<byte>.Zero;
    }

    /// <summary>Whether the transport checksum of a finished frame is right.</summary>
    public bool IsIntact(ReadOnlySpan<byte> frame)
    {
        ReadOnlySpan<byte> transport = frame[Transport..];
        ulong sum = InternetChecksum.PseudoHeader(Addresses(frame), Protocol, transport.Length);
        return InternetChecksum.Fold(InternetChecksum.Add(sum, transport)) == InternetChecksum.Intact;
    }

    private void Ignore(int offset, int length) => _mask.AsSpan(offset, length).Clear();

    private static Vector128<byte> Differences(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> mask, int offset) =>
        (Vector128.Create(first[offset..]) ^ Vector128.Create(second[offset..])) & Vector128.Create(mask[offset..]);
}
