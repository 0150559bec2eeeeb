using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Bench;

/// <summary>A peer with a real link and no interface behind it: joins a room, sends what it is told, and measures what it hears.</summary>
internal sealed class SwarmPeer : IFrameLinkHandler
{
    /// <summary>An EtherType for experiments; no rule of the relay's looks into such a frame.</summary>
    private const ushort EtherType = EtherTypes.LocalExperimental;

    private const int TimeOffset = FrameLimits.HeaderLength;

    private readonly HelloMessage _hello;
    private readonly LatencyHistogram? _latencies;
    private long _frames;

    private SwarmPeer(HelloMessage hello, LatencyHistogram? latencies)
    {
        _hello = hello;
        _latencies = latencies;
    }

    public IFrameLink? Link { get; private set; }

    public MacAddress Mac => _hello.Mac;

    public bool IsGateway => _hello.Role == PeerRole.Gateway;

    public bool IsJoined { get; private set; }

    public string? Ended { get; private set; }

    /// <summary>May be read from another thread.</summary>
    public long FramesReceived => Volatile.Read(ref _frames);

    /// <summary>Connects. On the loop.</summary>
    public static SwarmPeer Start(
        BenchLoop thread, IPEndPoint relay, CertificatePin pin, string room, int number, PeerRole role, LatencyHistogram? latencies = null)
    {
        SwarmPeer peer = new(
            new HelloMessage
            {
                Role = role,
                Room = RoomCode.TryParse(room, out RoomCode code) ? code : throw new ArgumentException(room),
                Mac = role == PeerRole.Client ? MacAddress.FromUInt64(0x02_00_00_00_00_00UL + (ulong)number) : MacAddress.Zero,
                MaxDatagram = FrameLimits.MaxDatagramLength,
                Software = "softlan bench",
            },
            latencies);
        ConnectOptions options = new()
        {
            RemoteEndPoint = relay,
            ServerName = "bench",
            Trust = new LinkTrust(pin, null),
            Affinity = peer._hello.Room.Affinity,
        };
        peer.Link = thread.Engine.Connect(options, new PeerCounters(), peer);
        return peer;
    }

    public static byte[] MakeFrame(MacAddress destination, MacAddress source, int length)
    {
        byte[] frame = new byte[length];
        destination.Write(frame);
        source.Write(frame.AsSpan(MacAddress.Length));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2 * MacAddress.Length), EtherType);
        return frame;
    }

    /// <summary>Sends a frame with the time of sending in it.</summary>
    public void Send(byte[] frame)
    {
        BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(TimeOffset), Stopwatch.GetTimestamp());
        Link!.Send(DatagramHeader.ForFrame(0), frame);
    }

    public void OnConnected(IFrameLink link) => link.SendControl(ControlCodec.Write(_hello));

    public void OnControl(IFrameLink link, ReadOnlySpan<byte> message)
    {
        if (ControlCodec.TryParse(message, out ControlMessage? parsed, out _))
        {
            IsJoined |= parsed is WelcomeMessage;
            Ended ??= parsed is RejectMessage reject ? reject.Text : null;
        }
    }

    public void OnDatagram(IFrameLink link, ReadOnlySpan<byte> datagram)
    {
        if (DatagramHeader.TryParse(datagram, out DatagramHeader header, out ReadOnlySpan<byte> body) && header.Kind == DatagramKind.Frame)
        {
            Volatile.Write(ref _frames, _frames + 1);
            long sent = BinaryPrimitives.ReadInt64LittleEndian(body[TimeOffset..]);
            if (_latencies is not null && sent != 0)
            {
                _latencies.Add(Stopwatch.GetElapsedTime(sent));
            }
        }
    }

    public void OnClosed(IFrameLink link, LinkClosed closed)
    {
        IsJoined = false;
        Ended ??= closed.Text;
    }
}
