using Softlan.Wire;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>One network interface as the kernel describes it.</summary>
internal sealed record LinkEntry
{
    public required int Index { get; init; }

    public required string Name { get; init; }

    /// <summary>ARPHRD_*; 1 is Ethernet.</summary>
    public required ushort HardwareType { get; init; }

    /// <summary>IFF_* bits.</summary>
    public required uint Flags { get; init; }

    /// <summary>Zero where the interface has none of six bytes.</summary>
    public MacAddress Address { get; init; }

    /// <summary>Largest IP packet, in bytes.</summary>
    public int Mtu { get; init; }

    /// <summary>The bridge, bond or VRF that it is a port of; 0: none.</summary>
    public int MasterIndex { get; init; }

    /// <summary>"bridge", "tun", "veth" ...; empty for hardware.</summary>
    public string Kind { get; init; } = "";

    /// <summary>What kind of master it is a port of: "bridge", "bond" ...; empty: none.</summary>
    public string PortKind { get; init; } = "";

    /// <summary>A macvlan's mode, MACVLAN_MODE_*; 0: it is none.</summary>
    public uint MacvlanMode { get; init; }

    public bool HasCarrier { get; init; }

    public bool IsUp => (Flags & NativeNetlink.IFF_UP) != 0;

    public bool IsLoopback => (Flags & NativeNetlink.IFF_LOOPBACK) != 0;

    public bool IsEthernet => HardwareType == NativeNetlink.ARPHRD_ETHER;

    /// <summary>Whether it is a TAP, of a program that runs or a persistent one; a TUN is none.</summary>
    public bool IsTap => Kind == "tun" && IsEthernet;

    public bool IsBridge => Kind == "bridge";

    /// <summary>It shares another interface by its MAC or IP address, and whatever is for another never gets there, promiscuous or not.</summary>
    public bool HearsOnlyItself =>
        Kind is "ipvlan" or "ipvtap" || (Kind is "macvlan" or "macvtap" && MacvlanMode != NativeNetlink.MACVLAN_MODE_PASSTHRU);

    public bool IsBridgePort => MasterIndex != 0 && PortKind is "bridge" or "";
}
