using System.Runtime.InteropServices;

namespace Softlan.Platform.Quic.MsQuic;

// Members that softlan does not touch are left out where the layout is explicit. Sizes and offsets are asserted in
// tests/Platform/Quic/MsQuicLayoutTests.cs.
internal static unsafe partial class NativeMsQuic
{
    /// <summary>QUIC_BUFFER.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public uint Length;
        public byte* Data;
    }

    /// <summary>QUIC_REGISTRATION_CONFIG.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct RegistrationConfig
    {
        public byte* AppName;
        public int ExecutionProfile;
    }

    /// <summary>QUIC_CREDENTIAL_CONFIG.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct CredentialConfig
    {
        public int Type;
        public uint Flags;

        /// <summary>A union: CERT_CONTEXT or <see cref="Pkcs12"/>, according to <see cref="Type"/>.</summary>
        public void* Certificate;
        public byte* Principal;
        public void* Reserved;
        public nint AsyncHandler;
        public uint AllowedCipherSuites;
        public byte* CaCertificateFile;
    }

    /// <summary>QUIC_CERTIFICATE_PKCS12.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Pkcs12
    {
        public byte* Asn1Blob;
        public uint Asn1BlobLength;
        public byte* PrivateKeyPassword;
    }

    /// <summary>QUIC_NEW_CONNECTION_INFO.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 72)]
    public struct NewConnectionInfo
    {
        [FieldOffset(0)]
        public uint QuicVersion;
        [FieldOffset(8)]
        public QuicAddress* LocalAddress;
        [FieldOffset(16)]
        public QuicAddress* RemoteAddress;
    }

    /// <summary>QUIC_STATELESS_RETRY_CONFIG.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct StatelessRetryConfig
    {
        public int Algorithm;
        public uint RotationMs;
        public uint SecretLength;
        public byte* Secret;
    }

    /// <summary>Bits of <see cref="Settings.IsSet"/>, by their position in the header's list.</summary>
    [Flags]
    public enum SettingsSet : ulong
    {
        None = 0,
        HandshakeIdleTimeoutMs = 1 << 1,
        IdleTimeoutMs = 1 << 2,
        StreamRecvWindowDefault = 1 << 6,
        ConnFlowControlWindow = 1 << 8,
        DisconnectTimeoutMs = 1 << 15,
        KeepAliveIntervalMs = 1 << 16,
        CongestionControlAlgorithm = 1 << 17,
        PeerBidiStreamCount = 1 << 18,
        PeerUnidiStreamCount = 1 << 19,
        MinimumMtu = 1 << 22,
        MaximumMtu = 1 << 23,
        SendBufferingEnabled = 1 << 24,
        PacingEnabled = 1 << 25,
        MigrationEnabled = 1 << 26,
        DatagramReceiveEnabled = 1 << 27,
        ServerResumptionLevel = 1 << 28,
    }

    /// <summary>The bit fields in one byte of <see cref="Settings"/>. ServerResumptionLevel takes bits 4 and 5; 0 is none.</summary>
    [Flags]
    public enum SettingsBits : byte
    {
        None = 0,
        SendBufferingEnabled = 1,
        PacingEnabled = 2,
        MigrationEnabled = 4,
        DatagramReceiveEnabled = 8,
    }

    /// <summary>QUIC_SETTINGS. Milliseconds; MTUs are of IP packets.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    public struct Settings
    {
        [FieldOffset(0)]
        public SettingsSet IsSet;
        [FieldOffset(16)]
        public ulong HandshakeIdleTimeoutMs;
        [FieldOffset(24)]
        public ulong IdleTimeoutMs;
        [FieldOffset(48)]
        public uint StreamRecvWindowDefault;
        [FieldOffset(56)]
        public uint ConnFlowControlWindow;
        [FieldOffset(84)]
        public uint DisconnectTimeoutMs;
        [FieldOffset(88)]
        public uint KeepAliveIntervalMs;
        [FieldOffset(92)]
        public ushort CongestionControlAlgorithm;
        [FieldOffset(94)]
        public ushort PeerBidiStreamCount;
        [FieldOffset(96)]
        public ushort PeerUnidiStreamCount;
        [FieldOffset(102)]
        public ushort MinimumMtu;
        [FieldOffset(104)]
        public ushort MaximumMtu;
        [FieldOffset(106)]
        public SettingsBits Bits;
    }

    /// <summary>QUIC_STATISTICS_V2 up to what version 2.1 has. Times in microseconds.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 196)]
    public struct Statistics
    {
        [FieldOffset(12)]
        public uint Rtt;
        [FieldOffset(16)]
        public uint MinRtt;
        [FieldOffset(60)]
        public ushort SendPathMtu;
        [FieldOffset(64)]
        public ulong SendTotalPackets;
        [FieldOffset(96)]
        public ulong SendTotalBytes;
        [FieldOffset(120)]
        public ulong RecvTotalPackets;
        [FieldOffset(152)]
        public ulong RecvTotalBytes;
        [FieldOffset(188)]
        public uint SendCongestionWindow;
    }

    /// <summary>QUIC_LISTENER_STATISTICS.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ListenerCounts
    {
        public ulong TotalAcceptedConnections;
        public ulong TotalRejectedConnections;
        public ulong BindingRecvDroppedPackets;
    }

    /// <summary>QUIC_LISTENER_EVENT.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 24)]
    public struct ListenerEvent
    {
        [FieldOffset(0)]
        public int Type;
        [FieldOffset(8)]
        public NewConnectionInfo* NewConnectionInfo;
        [FieldOffset(16)]
        public nint NewConnection;
    }

    /// <summary>QUIC_CONNECTION_EVENT: a type and a union. Each member is named after its part of the union.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    public struct ConnectionEvent
    {
        [FieldOffset(0)]
        public int Type;

        [FieldOffset(8)]
        public int ShutdownByTransportStatus;
        [FieldOffset(16)]
        public ulong ShutdownByTransportErrorCode;

        [FieldOffset(8)]
        public ulong ShutdownByPeerErrorCode;

        [FieldOffset(8)]
        public QuicAddress* Address;

        [FieldOffset(8)]
        public nint PeerStream;
        [FieldOffset(16)]
        public uint PeerStreamFlags;

        [FieldOffset(8)]
        public byte DatagramSendEnabled;
        [FieldOffset(10)]
        public ushort DatagramMaxSendLength;

        [FieldOffset(8)]
        public Buffer* DatagramReceived;

        [FieldOffset(8)]
        public void* DatagramSendContext;
        [FieldOffset(16)]
        public int DatagramSendState;

        /// <summary>A QUIC_CERTIFICATE. With portable certificates: a <see cref="Buffer"/>, the leaf's DER. Without, from Schannel: a
        /// CERT_CONTEXT.</summary>
        [FieldOffset(8)]
        public void* PeerCertificate;

        /// <summary>With portable certificates: all certificates as PKCS#7. Not to be read otherwise.</summary>
        [FieldOffset(24)]
        public Buffer* PeerCertificateChain;
    }

    /// <summary>QUIC_STREAM_EVENT: a type and a union.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    public struct StreamEvent
    {
        [FieldOffset(0)]
        public int Type;

        [FieldOffset(16)]
        public ulong ReceiveTotalBufferLength;
        [FieldOffset(24)]
        public Buffer* ReceiveBuffers;
        [FieldOffset(32)]
        public uint ReceiveBufferCount;
        [FieldOffset(36)]
        public uint ReceiveFlags;

        [FieldOffset(8)]
        public byte SendCompleteCanceled;
        [FieldOffset(16)]
        public void* SendCompleteContext;
    }
}
