using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Softlan.Platform.Linux;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The structs of ngtcp2.h 1.11 on 64-bit systems. softlan_shim.c asserts the same sizes and offsets against the header.</summary>
internal static unsafe partial class NativeNgtcp2
{
    /// <summary>ngtcp2_cid, 32 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    public struct Cid
    {
        public nuint DataLength;
        public CidBytes Data;

        /// <param name="bytes">At most 20 bytes.</param>
        public static Cid From(ReadOnlySpan<byte> bytes)
        {
            Cid cid = new() { DataLength = (nuint)bytes.Length };
            bytes.CopyTo(cid.Data);
            return cid;
        }
    }

    [InlineArray(NGTCP2_MAX_CIDLEN)]
    public struct CidBytes
    {
        private byte _first;
    }

    /// <summary>ngtcp2_vec, 16 bytes.</summary>
    public struct Vec
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>ngtcp2_addr, 16 bytes.</summary>
    public struct Addr
    {
        public void* Address;
        public uint Length;
    }

    /// <summary>ngtcp2_path, 40 bytes.</summary>
    public struct Path
    {
        public Addr Local;
        public Addr Remote;
        public nint UserData;

        /// <summary>Both must stay where they are as long as it is used.</summary>
        public static Path From(SockAddr* local, SockAddr* remote) => new()
        {
            Local = new Addr { Address = local, Length = local->Length },
            Remote = new Addr { Address = remote, Length = remote->Length },
        };
    }

    /// <summary>ngtcp2_pkt_hd, 112 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 112)]
    public struct PktHd
    {
        [FieldOffset(0)]
        public Cid Dcid;
        [FieldOffset(32)]
        public Cid Scid;
        [FieldOffset(72)]
        public byte* Token;
        [FieldOffset(80)]
        public nuint TokenLength;
        [FieldOffset(104)]
        public uint Version;
    }

    /// <summary>ngtcp2_version_cid, 40 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    public struct VersionCid
    {
        [FieldOffset(0)]
        public uint Version;
        [FieldOffset(8)]
        public byte* Dcid;
        [FieldOffset(16)]
        public nuint DcidLength;
        [FieldOffset(24)]
        public byte* Scid;
        [FieldOffset(32)]
        public nuint ScidLength;
    }

    /// <summary>ngtcp2_settings V2, 184 bytes. qlog_write stays NULL: the qlog of 1.11 overflows its stack buffer (CVE-2026-40170).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 184)]
    public struct Settings
    {
        [FieldOffset(0)]
        public nint QlogWrite;
        [FieldOffset(8)]
        public int CongestionControl;
        [FieldOffset(16)]
        public ulong InitialTimestamp;
        [FieldOffset(24)]
        public ulong InitialRtt;
        [FieldOffset(40)]
        public nuint MaxTxUdpPayloadSize;
        [FieldOffset(48)]
        public byte* Token;
        [FieldOffset(56)]
        public nuint TokenLength;
        [FieldOffset(64)]
        public int TokenType;
        [FieldOffset(72)]
        public nint RandomContext;
        [FieldOffset(80)]
        public ulong MaxWindow;
        [FieldOffset(88)]
        public ulong MaxStreamWindow;
        [FieldOffset(96)]
        public nuint AckThreshold;
        [FieldOffset(104)]
        public byte NoTxUdpPayloadSizeShaping;
        [FieldOffset(112)]
        public ulong HandshakeTimeout;
        [FieldOffset(152)]
        public uint OriginalVersion;
        [FieldOffset(156)]
        public byte NoPmtud;
        [FieldOffset(168)]
        public ushort* PmtudProbes;
        [FieldOffset(176)]
        public nuint PmtudProbesLength;
    }

    /// <summary>ngtcp2_transport_params V1, 344 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 344)]
    public struct TransportParams
    {
        [FieldOffset(96)]
        public Cid OriginalDcid;
        [FieldOffset(128)]
        public Cid InitialScid;
        [FieldOffset(160)]
        public Cid RetryScid;
        [FieldOffset(192)]
        public ulong InitialMaxStreamDataBidiLocal;
        [FieldOffset(200)]
        public ulong InitialMaxStreamDataBidiRemote;
        [FieldOffset(208)]
        public ulong InitialMaxStreamDataUni;
        [FieldOffset(216)]
        public ulong InitialMaxData;
        [FieldOffset(224)]
        public ulong InitialMaxStreamsBidi;
        [FieldOffset(232)]
        public ulong InitialMaxStreamsUni;
        [FieldOffset(240)]
        public ulong MaxIdleTimeout;
        [FieldOffset(248)]
        public ulong MaxUdpPayloadSize;
        [FieldOffset(256)]
        public ulong ActiveConnectionIdLimit;
        [FieldOffset(264)]
        public ulong AckDelayExponent;
        [FieldOffset(272)]
        public ulong MaxAckDelay;
        [FieldOffset(280)]
        public ulong MaxDatagramFrameSize;
        [FieldOffset(288)]
        public byte StatelessResetTokenPresent;
        [FieldOffset(289)]
        public byte DisableActiveMigration;
        [FieldOffset(290)]
        public byte OriginalDcidPresent;
        [FieldOffset(291)]
        public byte InitialScidPresent;
        [FieldOffset(292)]
        public byte RetryScidPresent;
        [FieldOffset(294)]
        public ResetToken StatelessResetToken;
    }

    [InlineArray(NGTCP2_STATELESS_RESET_TOKENLEN)]
    public struct ResetToken
    {
        private byte _first;
    }

    /// <summary>ngtcp2_conn_info V1, 56 bytes. 1.11 counts no packets, bytes or losses here: softlan counts itself.</summary>
    public struct ConnInfo
    {
        public ulong LatestRtt;
        public ulong MinRtt;
        public ulong SmoothedRtt;
        public ulong RttVariance;
        public ulong CongestionWindow;
        public ulong SlowStartThreshold;
        public ulong BytesInFlight;
    }

    /// <summary>ngtcp2_info of age 1, 16 bytes. Of the library that is linked; it is never freed.</summary>
    public struct Info
    {
        public int Age;
        public int VersionNumber;
        public byte* VersionText;
    }

    /// <summary>ngtcp2_ccerr, 40 bytes. <see cref="Reason"/> is NULL when it is empty.</summary>
    public struct ConnectionCloseError
    {
        public int Type;
        public ulong ErrorCode;
        public ulong FrameType;
        public byte* Reason;
        public nuint ReasonLength;
    }

    /// <summary>ngtcp2_callbacks V1: 40 function pointers, 320 bytes. Those that softlan_shim.c fills are not named.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 320)]
    public struct Callbacks
    {
        [FieldOffset(3 * 8)]
        public delegate* unmanaged[Cdecl]<nint, nint, int> HandshakeCompleted;
        [FieldOffset(8 * 8)]
        public delegate* unmanaged[Cdecl]<nint, uint, long, ulong, byte*, nuint, nint, nint, int> RecvStreamData;
        [FieldOffset(9 * 8)]
        public delegate* unmanaged[Cdecl]<nint, long, ulong, ulong, nint, nint, int> AckedStreamDataOffset;
        [FieldOffset(12 * 8)]
        public delegate* unmanaged[Cdecl]<nint, nint, nint, int> RecvStatelessReset;
        [FieldOffset(16 * 8)]
        public delegate* unmanaged[Cdecl]<byte*, nuint, nint, void> Rand;
        [FieldOffset(17 * 8)]
        public delegate* unmanaged[Cdecl]<nint, Cid*, byte*, nuint, nint, int> GetNewConnectionId;
        [FieldOffset(18 * 8)]
        public delegate* unmanaged[Cdecl]<nint, Cid*, nint, int> RemoveConnectionId;
        [FieldOffset(22 * 8)]
        public delegate* unmanaged[Cdecl]<nint, long, ulong, ulong, nint, nint, int> StreamReset;
        [FieldOffset(26 * 8)]
        public delegate* unmanaged[Cdecl]<nint, int, ulong, Cid*, byte*, nint, int> DcidStatus;
        [FieldOffset(31 * 8)]
        public delegate* unmanaged[Cdecl]<nint, uint, byte*, nuint, nint, int> RecvDatagram;
        [FieldOffset(32 * 8)]
        public delegate* unmanaged[Cdecl]<nint, ulong, nint, int> AckDatagram;
        [FieldOffset(33 * 8)]
        public delegate* unmanaged[Cdecl]<nint, ulong, nint, int> LostDatagram;
    }

    /// <summary>ngtcp2_crypto_conn_ref, 16 bytes, followed by what softlan needs in GnuTLS' callbacks.</summary>
    public struct ConnRef
    {
        public delegate* unmanaged[Cdecl]<ConnRef*, nint> GetConn;
        public nint UserData;
        public nint Connection;
        public nint Handle;
    }
}
