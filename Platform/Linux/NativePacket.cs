using System.Runtime.InteropServices;

namespace Softlan.Platform.Linux;

/// <summary>Packet sockets (linux/if_packet.h) and their classic BPF filter (linux/filter.h). Declarations only.</summary>
internal static class NativePacket
{
    public const int AF_PACKET = 17;
    public const int SOL_PACKET = 263;
    public const int PACKET_ADD_MEMBERSHIP = 1;
    public const int PACKET_STATISTICS = 6;
    public const int PACKET_AUXDATA = 8;
    public const int PACKET_VNET_HDR = 15;
    public const ushort PACKET_MR_PROMISC = 1;

    /// <summary>sll_pkttype: this host sent it.</summary>
    public const byte PACKET_OUTGOING = 4;

    public const uint TP_STATUS_VLAN_VALID = 0x10;
    public const uint TP_STATUS_VLAN_TPID_VALID = 0x40;

    /// <summary>linux/if_ether.h</summary>
    public const ushort ETH_P_ALL = 0x0003;

    // linux/bpf_common.h, linux/filter.h: the opcodes of MarkFilter and ShardFilter.
    public const ushort BPF_LD_W_ABS = 0x20;
    public const ushort BPF_LD_B_ABS = 0x30;
    public const ushort BPF_JMP_JA = 0x05;
    public const ushort BPF_JMP_JSET_K = 0x45;
    public const ushort BPF_ALU_MOD_K = 0x94;
    public const ushort BPF_RET_A = 0x16;
    public const ushort BPF_JMP_JEQ_K = 0x15;
    public const ushort BPF_RET_K = 0x06;
    public const uint SKF_AD_OFF = 0xfffff000;
    public const uint SKF_AD_PKTTYPE = 4;
    public const uint SKF_AD_MARK = 20;

    /// <summary>struct sockaddr_ll. The protocol is big-endian.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct LinkAddress
    {
        public ushort Family;
        public ushort Protocol;
        public int Index;
        public ushort HardwareType;
        public byte PacketType;
        public byte AddressLength;
        public ulong Address;
    }

    /// <summary>struct packet_mreq.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Membership
    {
        public int Index;
        public ushort Type;
        public ushort AddressLength;
        public ulong Address;
    }

    /// <summary>struct tpacket_stats. Reading it sets both to zero.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Statistics
    {
        public uint Packets;
        public uint Drops;
    }

    /// <summary>struct tpacket_auxdata.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct AuxiliaryData
    {
        public uint Status;
        public uint Length;
        public uint CapturedLength;
        public ushort MacOffset;
        public ushort NetworkOffset;
        public ushort VlanTci;
        public ushort VlanTpid;
    }

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FilterInstruction
    {
        public ushort Code;
        public byte JumpTrue;
        public byte JumpFalse;
        public uint K;
    }

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FilterProgram
    {
        public ushort Count;
        public nint Instructions;
    }
}
