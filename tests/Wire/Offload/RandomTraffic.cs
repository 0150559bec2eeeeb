using Softlan.Wire;

namespace Softlan.Tests.Wire.Offload;

/// <summary>Frames of a few flows, mostly in order and alike, with every kind of irregularity thrown in.</summary>
internal sealed class RandomTraffic
{
    /// <summary>Hosts from here on send the same IPv4 identification in every frame.</summary>
    public const byte FirstFixedHost = 100;

    /// <summary>Headers of IPv6 that differ in how their length is written.</summary>
    public static readonly byte[] Extensions =
        [IPProtocols.HopByHop, IPProtocols.DestinationOptions, IPProtocols.Routing, IPProtocols.Fragment, IPProtocols.Authentication];

    private readonly Random _random;
    private readonly TestFrame[] _next;
    private readonly int[] _sizes;

    public RandomTraffic(Random random)
    {
        _random = random;
        _next = [.. Enumerable.Range(0, 9).Select(NewFlow)];
        // Segments of a flow with accurate ECN carry the same counter for a long time, and CWR is one of its bits.
        _next[7] = _next[7] with { TcpFlags = TransportHeader.Ack | TransportHeader.Cwr };
        _sizes = [.. _next.Select(_ => _random.Next(8, 1_449))];
    }

    /// <summary>The next frame, and the name of what it must stay in order with.</summary>
    public (string Flow, byte[] Bytes) Next()
    {
        int flow = _random.Next(_next.Length);
        if (_random.Next(3) > 0)
        {
            flow = 0;
        }

        if (_random.Next(40) == 0)
        {
            byte[] other = new byte[_random.Next(0, 100)];
            _random.NextBytes(other);
            return ("none", other);
        }

        TestFrame plain = _next[flow] with { Payload = Payload(_sizes[flow]) };
        TestFrame frame = _random.Next(4) == 0 ? Change(plain) : plain;
        _next[flow] = plain with
        {
            Sequence = frame.Sequence + (uint)frame.Payload.Length,
            Identification = frame.Host < FirstFixedHost ? (ushort)(frame.Identification + 1) : frame.Identification,
            Acknowledgement = frame.Acknowledgement,
            Window = frame.Window,
            TcpOptions = frame.TcpOptions,
        };
        byte[] bytes = frame.Build();
        Damage(bytes, frame.Transport + TransportHeader.PortsLength);
        return ($"{flow}", _random.Next(60) == 0 ? [.. bytes, .. new byte[_random.Next(1, 10)]] : bytes);
    }

    private TestFrame NewFlow(int flow) => new()
    {
        IsV6 = flow % 2 == 1,
        IsTcp = flow % 3 != 2,
        Host = (byte)(flow == 4 ? FirstFixedHost : 1 + (flow / 6)),
        SourcePort = (ushort)(1_000 + flow),
        Fragment = (ushort)(flow is 0 or 4 ? 0x4000 : 0),
        Identification = (ushort)_random.Next(65_536),
        Sequence = (uint)_random.NextInt64(1L << 32),
        TcpOptions = flow % 4 == 0 ? [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2] : [],
    };

    private TestFrame Change(TestFrame frame) => _random.Next(24) switch
    {
        0 or 1 => frame with { TcpFlags = TransportHeader.Ack | TransportHeader.Psh },
        2 or 3 => frame with { Payload = Payload(_random.Next(frame.Payload.Length)) },
        4 => frame with { Payload = Payload(frame.Payload.Length + _random.Next(1, 12)) },
        5 => frame with { Payload = [] },
        6 => frame with { TcpFlags = (byte)_random.Next(256) },
        7 => frame with { TcpFlags = TransportHeader.Ack | TransportHeader.Cwr },
        8 => frame with { TcpFlags = TransportHeader.Ack | 0x40 },
        9 => frame with { Acknowledgement = frame.Acknowledgement + 1 },
        10 => frame with { Window = (ushort)(frame.Window + 1) },
        11 => frame with { HopLimit = 3 },
        12 => frame with { TrafficClass = (byte)_random.Next(256) },
        13 => frame with { TcpOptions = [.. frame.TcpOptions.Select(octet => (byte)(octet + 1))] },
        14 => frame with { TcpOptions = frame.TcpOptions.Length == 0 ? [1, 1, 1, 0] : [] },
        15 => frame with { Sequence = frame.Sequence - (uint)_random.Next(3_000) },
        16 => frame with { Identification = (ushort)(frame.Identification + 1) },
        17 => frame with { Fragment = (ushort)(frame.Fragment ^ 0x4000) },
        18 => frame with { Fragment = (ushort)_random.Next(65_536) },
        19 => frame with { IpOptions = [1, 1, 1, 0], Extensions = [Extensions[_random.Next(Extensions.Length)]] },
        20 => frame with { Tags = [0x81, 0, 0, 5] },
        21 => frame with { Urgent = 7 },
        22 => frame with { TcpReserved = (byte)_random.Next(16) },
        _ => frame with { Payload = new byte[frame.Payload.Length] },
    };

    /// <param name="start">Behind the addresses and ports, so that it stays in its flow.</param>
    private void Damage(byte[] bytes, int start)
    {
        if (_random.Next(50) == 0)
        {
            bytes[_random.Next(start, bytes.Length)] ^= (byte)(1 << _random.Next(8));
        }
    }

    private byte[] Payload(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
