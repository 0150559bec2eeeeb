using System.Buffers.Binary;
using Softlan.Wire.Offload;

namespace Softlan.Wire;

/// <summary>Lowers the MSS option of TCP SYN segments that pass, so that full segments need no splitting (protocol.md, section 4). Never raises it,
/// and adds none: without the option TCP sends 536 or 1220 bytes, which fit.</summary>
internal static class MssClamp
{
    /// <summary>Never clamps below it: what every IPv4 host must take (RFC 9293, section 3.7.1).</summary>
    public const int MinIPv4 = 536;

    /// <summary>Never clamps below it: what the smallest IPv6 link carries, 1280 - 40 - 20 (RFC 9293, section 3.7.1). Where such segments do not fit
    /// one datagram they are split.</summary>
    public const int MinIPv6 = 1220;

    private const byte EndOfOptions = 0;
    private const byte NoOperation = 1;
    private const byte MssOption = 2;
    private const int MssOptionLength = 4;

    /// <summary>A quick look whether <see cref="Clamp"/> could change <paramref name="frame"/>. False for certain for nearly every frame; true may be
    /// wrong for IPv6 with extension headers.</summary>
    public static bool MayBeSyn(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < FrameLimits.HeaderLength + IPHeader.V4MinLength + TransportHeader.MinTcpLength)
        {
            return false;
        }

        ReadOnlySpan<byte> packet = frame[FrameLimits.HeaderLength..];
        return BinaryPrimitives.ReadUInt16BigEndian(frame[(2 * MacAddress.Length)..]) switch
        {
            EtherTypes.IPv4 => packet[IPHeader.V4Protocol] == IPProtocols.Tcp && HasSyn(packet, IPHeader.V4Length(packet[0])),
            EtherTypes.IPv6 => packet[IPHeader.V6NextHeader] is var next
                && (next == IPProtocols.Tcp ? HasSyn(packet, IPHeader.V6Length) : IPProtocols.IsIPv6Extension(next)),
            _ => false,
        };
    }

    /// <summary>Changes <paramref name="frame"/> in place when it is a SYN or SYN-ACK whose MSS option is too large. A segment with malformed options
    /// stays as it is.</summary>
    /// <param name="frame">A whole Ethernet frame with finished checksums.</param>
    /// <param name="maxFrameLength">The longest frame that fits one datagram of the link, in bytes.</param>
    /// <returns>Whether it was changed.</returns>
    public static bool Clamp(Span<byte> frame, int maxFrameLength)
    {
        if (!EthernetFrame.TryParse(frame, out EthernetFrame ethernet))
        {
            return false;
        }

        switch (ethernet.EtherType)
        {
            case EtherTypes.IPv4:
                return IPv4Packet.TryParse(ethernet.Payload, out IPv4Packet ipv4)
                    && ipv4.Protocol == IPProtocols.Tcp
                    && ipv4.FragmentOffset == 0
                    && ClampSegment(
                        frame.Slice(FrameLimits.HeaderLength + ipv4.HeaderLength, ipv4.Payload.Length),
                        Math.Max(MinIPv4, maxFrameLength - FrameLimits.HeaderLength - IPHeader.V4MinLength - TransportHeader.MinTcpLength));
            case EtherTypes.IPv6:
                return IPv6Packet.TryParse(ethernet.Payload, out IPv6Packet ipv6)
                    && ipv6.Protocol == IPProtocols.Tcp
                    && ipv6.Fragmentation != IPv6Fragmentation.Later
                    && ClampSegment(
                        frame.Slice(FrameLimits.HeaderLength + ipv6.PayloadOffset, ipv6.Payload.Length),
                        Math.Max(MinIPv6, maxFrameLength - FrameLimits.HeaderLength - IPHeader.V6Length - TransportHeader.MinTcpLength));
            default:
                return false;
        }
    }

    private static bool HasSyn(ReadOnlySpan<byte> packet, int transport) =>
        transport + TransportHeader.TcpFlags < packet.Length && (packet[transport + TransportHeader.TcpFlags] & TransportHeader.Syn) != 0;

    private static bool ClampSegment(Span<byte> segment, int maxSegment)
    {
        if (segment.Length < TransportHeader.MinTcpLength || (segment[TransportHeader.TcpFlags] & TransportHeader.Syn) == 0)
        {
            return false;
        }

        int headerLength = TransportHeader.TcpLength(segment[TransportHeader.TcpDataOffset]);
        if (headerLength < TransportHeader.MinTcpLength || headerLength > segment.Length
            || !AreSound(segment[TransportHeader.MinTcpLength..headerLength]))
        {
            return false;
        }

        bool changed = false;
        for (int at = TransportHeader.MinTcpLength; at < headerLength && segment[at] != EndOfOptions; at += OptionLength(segment[at..]))
        {
            // More than one is nonsense, but which one the receiver believes is its own affair.
            if (segment[at] == MssOption && BinaryPrimitives.ReadUInt16BigEndian(segment[(at + 2)..]) > maxSegment)
            {
                Replace(segment, at + 2, (ushort)maxSegment);
                changed = true;
            }
        }

        return changed;
    }

    private static bool AreSound(ReadOnlySpan<byte> options)
    {
        while (!options.IsEmpty && options[0] != EndOfOptions)
        {
            int length = options[0] == NoOperation || options.Length > 1 ? OptionLength(options) : 0;
            if (length < 1 || length > options.Length
                || (options[0] != NoOperation && length < 2) || (options[0] == MssOption && length != MssOptionLength))
            {
                return false;
            }

            options = options[length..];
        }

        return true;
    }

    private static int OptionLength(ReadOnlySpan<byte> option) => option[0] == NoOperation ? 1 : option[1];

    /// <summary>Writes 16 bits and corrects the checksum.</summary>
    private static void Replace(Span<byte> segment, int at, ushort value)
    {
        ushort before = BinaryPrimitives.ReadUInt16BigEndian(segment[at..]);
        BinaryPrimitives.WriteUInt16BigEndian(segment[at..], value);

        // Behind an odd number of no-operations the value straddles two words of the sum, which is the same as swapping its bytes (RFC 1071, section
        // 2).
        bool isOdd = (at & 1) != 0;
        InternetChecksum.Update(
            segment[TransportHeader.TcpChecksum..],
            isOdd ? BinaryPrimitives.ReverseEndianness(before) : before,
            isOdd ? BinaryPrimitives.ReverseEndianness(value) : value);
    }
}
