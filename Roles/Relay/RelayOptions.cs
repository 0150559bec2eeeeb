using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>What `softlan relay` was asked to do. Every value is checked before this exists.</summary>
internal sealed record RelayOptions
{
    /// <summary>More threads than this are no use: the rooms' traffic is then bound by the network.</summary>
    public const int MaxWorkers = 32;

    /// <summary>Threads where nobody asks for a number, on a machine with more processors than this.</summary>
    public const int MostWorkersByDefault = 8;

    /// <summary>The largest <see cref="MaxRooms"/>, <see cref="MaxPeers"/> and <see cref="MaxLinksPerAddress"/>: more is refused on the command line,
    /// as a slip of the hand.</summary>
    public const int LargestCount = 65536;

    /// <summary>The largest <see cref="ClientBroadcastRate"/>: more is refused on the command line, for no client could send it.</summary>
    public const int HighestClientBroadcastRate = 1_000_000;

    /// <summary>Of <see cref="MaxClientsPerRoom"/>, here and on the command line.</summary>
    public const int DefaultMaxClientsPerRoom = 64;

    /// <summary>The largest <see cref="MaxClientsPerRoom"/>: a newcomer is told of everybody at once, in up to half a kilobyte each, and a mebibyte
    /// of unread control messages (<see cref="MaxUnreadControl"/>) is enough for one link.</summary>
    public const int LargestRoom = 2048;

    /// <summary>What one client can make others be told: its name in escapes, and the rest of a message.</summary>
    private const int ControlPerClient = 512;

    /// <summary>Of <see cref="MaxRooms"/>, here and on the command line.</summary>
    public const int DefaultMaxRooms = 1024;

    /// <summary>Of <see cref="MaxPeers"/>, here and on the command line.</summary>
    public const int DefaultMaxPeers = 4096;

    /// <summary>Of <see cref="MaxLinksPerAddress"/>, here and on the command line.</summary>
    public const int DefaultMaxLinksPerAddress = 64;

    /// <summary>Of <see cref="ClientBroadcastRate"/>, here and on the command line.</summary>
    public const int DefaultClientBroadcastRate = 256;

    /// <summary>One for each processor, but not more than <see cref="MostWorkersByDefault"/> unless somebody asks for it.</summary>
    public static int DefaultWorkers => Math.Min(Environment.ProcessorCount, MostWorkersByDefault);

    public ListenAddress Listen { get; init; } = ListenAddress.Default;

    /// <summary>What carries the links, and how.</summary>
    public QuicSettings Quic { get; init; } = QuicSettings.Default;

    /// <summary>The operator's own certificate; null: one that the relay makes and keeps.</summary>
    public CertificateFiles? Certificate { get; init; }

    /// <summary>Where the generated certificate and the reset secret live.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The name in a generated certificate.</summary>
    public required string ServerName { get; init; }

    /// <summary>How players reach this machine, for the line that they are given; null: nobody said.</summary>
    public string? PublicName { get; init; }

    /// <summary>The largest IP MTU that a room can have, in bytes.</summary>
    public int MaxMtu { get; init; } = FrameLimits.MaxMtu;

    /// <summary>Without the gateway.</summary>
    public int MaxClientsPerRoom { get; init; } = DefaultMaxClientsPerRoom;

    /// <summary>Bytes of control messages that a peer may leave unread: the longest message, and what it takes to be told of everybody in a full
    /// room. The link of one that leaves more is closed.</summary>
    public int MaxUnreadControl => ControlCodec.MaxMessageLength + (ControlPerClient * MaxClientsPerRoom);

    /// <summary>Rooms with somebody in them.</summary>
    public int MaxRooms { get; init; } = DefaultMaxRooms;

    /// <summary>Peers in all rooms together, gateways included.</summary>
    public int MaxPeers { get; init; } = DefaultMaxPeers;

    /// <summary>Threads that carry links, 1 to <see cref="MaxWorkers"/>.</summary>
    public int Workers { get; init; } = DefaultWorkers;

    /// <summary>Connections from one IPv4 address or IPv6 /64, and joins at once (<see cref="JoinLimit"/>); an IPv6 /48 may have
    /// <see cref="AddressTally.NetworkFactor"/> times as many.</summary>
    public int MaxLinksPerAddress { get; init; } = DefaultMaxLinksPerAddress;

    /// <summary>What one client may send; the burst is one second of it.</summary>
    public BitRate ClientRate { get; init; } = BitRate.Unlimited;

    /// <summary>What one gateway may send; the burst is one second of it.</summary>
    public BitRate GatewayRate { get; init; } = BitRate.Unlimited;

    /// <summary>Broadcast, multicast and unknown unicast frames a second that one client may send; the burst is two seconds of it.</summary>
    public int ClientBroadcastRate { get; init; } = DefaultClientBroadcastRate;

    /// <summary>Linux. In microseconds, how long processors may take to wake up while frames flow; null: the system decides.</summary>
    public int? CpuLatency { get; init; }
}
