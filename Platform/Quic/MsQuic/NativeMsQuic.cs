using System.Runtime.InteropServices;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>What softlan uses of msquic.h (version 2 of the API table): constants and the table itself. Declarations only.</summary>
/// <remarks>QUIC_STATUS is an int here: an HRESULT on Windows, errno or a number of msquic's own elsewhere. <see cref="MsQuicStatus"/> knows
/// both.</remarks>
internal static unsafe partial class NativeMsQuic
{
    public const uint QUIC_API_VERSION_2 = 2;

    public const uint QUIC_PARAM_GLOBAL_RETRY_MEMORY_PERCENT = 0x01000000;
    public const uint QUIC_PARAM_GLOBAL_PERF_COUNTERS = 0x01000003;
    public const uint QUIC_PARAM_GLOBAL_LIBRARY_VERSION = 0x01000004;
    public const uint QUIC_PARAM_GLOBAL_STATELESS_RESET_KEY = 0x0100000B;
    public const uint QUIC_PARAM_GLOBAL_STATELESS_RETRY_CONFIG = 0x0100000D;
    public const uint QUIC_PARAM_LISTENER_LOCAL_ADDRESS = 0x04000000;
    public const uint QUIC_PARAM_LISTENER_STATS = 0x04000001;
    public const uint QUIC_PARAM_CONN_LOCAL_ADDRESS = 0x05000001;
    public const uint QUIC_PARAM_CONN_REMOTE_ADDRESS = 0x05000002;
    public const uint QUIC_PARAM_CONN_CLOSE_REASON_PHRASE = 0x0500000B;
    public const uint QUIC_PARAM_CONN_DATAGRAM_SEND_ENABLED = 0x0500000E;
    public const uint QUIC_PARAM_CONN_STATISTICS_V2 = 0x05000016;

    /// <summary>Combined with a parameter: before other work of the connection.</summary>
    public const uint QUIC_PARAM_HIGH_PRIORITY = 0x40000000;

    public const int QUIC_STATELESS_RESET_KEY_LENGTH = 32;

    // enum QUIC_PERFORMANCE_COUNTERS
    public const int QUIC_PERF_COUNTER_SEND_STATELESS_RETRY = 30;

    // enum QUIC_AEAD_ALGORITHM_TYPE
    public const int QUIC_AEAD_ALGORITHM_AES_256_GCM = 1;

    // enum QUIC_CREDENTIAL_TYPE
    public const int QUIC_CREDENTIAL_TYPE_NONE = 0;
    public const int QUIC_CREDENTIAL_TYPE_CERTIFICATE_CONTEXT = 3;
    public const int QUIC_CREDENTIAL_TYPE_CERTIFICATE_PKCS12 = 6;

    // enum QUIC_CREDENTIAL_FLAGS
    public const uint QUIC_CREDENTIAL_FLAG_CLIENT = 0x00000001;
    public const uint QUIC_CREDENTIAL_FLAG_NO_CERTIFICATE_VALIDATION = 0x00000004;
    public const uint QUIC_CREDENTIAL_FLAG_INDICATE_CERTIFICATE_RECEIVED = 0x00000010;
    public const uint QUIC_CREDENTIAL_FLAG_USE_PORTABLE_CERTIFICATES = 0x00004000;

    // enum QUIC_CONNECTION_SHUTDOWN_FLAGS
    public const uint QUIC_CONNECTION_SHUTDOWN_FLAG_NONE = 0;
    public const uint QUIC_CONNECTION_SHUTDOWN_FLAG_SILENT = 1;

    // enum QUIC_CONGESTION_CONTROL_ALGORITHM. BBR stands behind QUIC_API_ENABLE_PREVIEW_FEATURES in the header; the library always contains it.
    public const ushort QUIC_CONGESTION_CONTROL_ALGORITHM_BBR = 1;

    // enum QUIC_STREAM_OPEN_FLAGS, QUIC_STREAM_START_FLAGS, QUIC_RECEIVE_FLAGS, QUIC_SEND_FLAGS
    public const uint QUIC_STREAM_OPEN_FLAG_NONE = 0;
    public const uint QUIC_STREAM_OPEN_FLAG_UNIDIRECTIONAL = 1;
    public const uint QUIC_STREAM_START_FLAG_NONE = 0;
    public const uint QUIC_RECEIVE_FLAG_FIN = 2;
    public const uint QUIC_SEND_FLAG_NONE = 0;
    public const uint QUIC_SEND_FLAG_CANCEL_ON_BLOCKED = 0x80;

    // enum QUIC_DATAGRAM_SEND_STATE
    public const int QUIC_DATAGRAM_SEND_SENT = 1;
    public const int QUIC_DATAGRAM_SEND_LOST_SUSPECT = 2;
    public const int QUIC_DATAGRAM_SEND_LOST_DISCARDED = 3;
    public const int QUIC_DATAGRAM_SEND_ACKNOWLEDGED = 4;
    public const int QUIC_DATAGRAM_SEND_ACKNOWLEDGED_SPURIOUS = 5;
    public const int QUIC_DATAGRAM_SEND_CANCELED = 6;

    // enum QUIC_LISTENER_EVENT_TYPE
    public const int QUIC_LISTENER_EVENT_NEW_CONNECTION = 0;

    // enum QUIC_CONNECTION_EVENT_TYPE
    public const int QUIC_CONNECTION_EVENT_CONNECTED = 0;
    public const int QUIC_CONNECTION_EVENT_SHUTDOWN_INITIATED_BY_TRANSPORT = 1;
    public const int QUIC_CONNECTION_EVENT_SHUTDOWN_INITIATED_BY_PEER = 2;
    public const int QUIC_CONNECTION_EVENT_SHUTDOWN_COMPLETE = 3;
    public const int QUIC_CONNECTION_EVENT_LOCAL_ADDRESS_CHANGED = 4;
    public const int QUIC_CONNECTION_EVENT_PEER_ADDRESS_CHANGED = 5;
    public const int QUIC_CONNECTION_EVENT_PEER_STREAM_STARTED = 6;
    public const int QUIC_CONNECTION_EVENT_DATAGRAM_STATE_CHANGED = 10;
    public const int QUIC_CONNECTION_EVENT_DATAGRAM_RECEIVED = 11;
    public const int QUIC_CONNECTION_EVENT_DATAGRAM_SEND_STATE_CHANGED = 12;
    public const int QUIC_CONNECTION_EVENT_PEER_CERTIFICATE_RECEIVED = 15;

    // enum QUIC_STREAM_EVENT_TYPE
    public const int QUIC_STREAM_EVENT_RECEIVE = 1;
    public const int QUIC_STREAM_EVENT_SEND_COMPLETE = 2;
    public const int QUIC_STREAM_EVENT_PEER_SEND_SHUTDOWN = 3;
    public const int QUIC_STREAM_EVENT_PEER_SEND_ABORTED = 4;
    public const int QUIC_STREAM_EVENT_PEER_RECEIVE_ABORTED = 5;
    public const int QUIC_STREAM_EVENT_SHUTDOWN_COMPLETE = 7;

    // RFC 9000, section 20.1, and RFC 9001, section 4.8
    public const ulong QUIC_ERROR_CONNECTION_REFUSED = 0x2;
    public const ulong QUIC_ERROR_INVALID_TOKEN = 0xb;
    public const ulong QUIC_ERROR_CRYPTO_ERROR = 0x100;
    public const byte QUIC_TLS_ALERT_CODE_BAD_CERTIFICATE = 42;

    /// <summary>QUIC_API_TABLE up to what version 2.2 has; later members stand behind.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ApiTable
    {
        public nint SetContext;
        public nint GetContext;
        public delegate* unmanaged[Cdecl]<nint, void*, void*, void> SetCallbackHandler;

        public delegate* unmanaged[Cdecl]<nint, uint, uint, void*, int> SetParam;
        public delegate* unmanaged[Cdecl]<nint, uint, uint*, void*, int> GetParam;

        public delegate* unmanaged[Cdecl]<RegistrationConfig*, nint*, int> RegistrationOpen;
        public delegate* unmanaged[Cdecl]<nint, void> RegistrationClose;
        public delegate* unmanaged[Cdecl]<nint, uint, ulong, void> RegistrationShutdown;

        public delegate* unmanaged[Cdecl]<nint, Buffer*, uint, Settings*, uint, void*, nint*, int> ConfigurationOpen;
        public delegate* unmanaged[Cdecl]<nint, void> ConfigurationClose;
        public delegate* unmanaged[Cdecl]<nint, CredentialConfig*, int> ConfigurationLoadCredential;

        public delegate* unmanaged[Cdecl]<nint, void*, void*, nint*, int> ListenerOpen;
        public delegate* unmanaged[Cdecl]<nint, void> ListenerClose;
        public delegate* unmanaged[Cdecl]<nint, Buffer*, uint, QuicAddress*, int> ListenerStart;
        public delegate* unmanaged[Cdecl]<nint, void> ListenerStop;

        public delegate* unmanaged[Cdecl]<nint, void*, void*, nint*, int> ConnectionOpen;
        public delegate* unmanaged[Cdecl]<nint, void> ConnectionClose;
        public delegate* unmanaged[Cdecl]<nint, uint, ulong, void> ConnectionShutdown;
        public delegate* unmanaged[Cdecl]<nint, nint, ushort, byte*, ushort, int> ConnectionStart;
        public delegate* unmanaged[Cdecl]<nint, nint, int> ConnectionSetConfiguration;
        public nint ConnectionSendResumptionTicket;

        public delegate* unmanaged[Cdecl]<nint, uint, void*, void*, nint*, int> StreamOpen;
        public delegate* unmanaged[Cdecl]<nint, void> StreamClose;
        public delegate* unmanaged[Cdecl]<nint, uint, int> StreamStart;
        public delegate* unmanaged[Cdecl]<nint, uint, ulong, int> StreamShutdown;
        public delegate* unmanaged[Cdecl]<nint, Buffer*, uint, uint, void*, int> StreamSend;
        public nint StreamReceiveComplete;
        public delegate* unmanaged[Cdecl]<nint, byte, int> StreamReceiveSetEnabled;

        public delegate* unmanaged[Cdecl]<nint, Buffer*, uint, uint, void*, int> DatagramSend;

        public nint ConnectionResumptionTicketValidationComplete;
        public delegate* unmanaged[Cdecl]<nint, byte, int, int> ConnectionCertificateValidationComplete;
    }
}
