using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The ngtcp2 calls softlan makes (ngtcp2/ngtcp2.h, ngtcp2_crypto.h of 1.11). Declarations only; the structs are in the other
/// half.</summary>
/// <remarks>
/// The names without <c>_versioned</c> are macros. Times are nanoseconds. A connection is a bare pointer: it is owned by
/// <see cref="QuicConnection"/>, which deletes it outside all callbacks. Nothing here may be marked SuppressGCTransition that can call back into
/// managed code.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static unsafe partial class NativeNgtcp2
{
    private const string Ngtcp2 = "ngtcp2";
    private const string Ngtcp2Crypto = "ngtcp2_crypto_gnutls";
    private const string Shim = "softlan_shim";

    public const uint NGTCP2_PROTO_VER_V1 = 1;
    public const int NGTCP2_MAX_CIDLEN = 20;
    public const int NGTCP2_STATELESS_RESET_TOKENLEN = 16;
    public const int NGTCP2_MIN_STATELESS_RESET_RANDLEN = 5;
    public const int NGTCP2_MAX_UDP_PAYLOAD_SIZE = 1200;

    public const uint NGTCP2_WRITE_STREAM_FLAG_MORE = 1;
    public const uint NGTCP2_WRITE_DATAGRAM_FLAG_MORE = 1;
    public const uint NGTCP2_STREAM_DATA_FLAG_FIN = 1;

    public const int NGTCP2_ERR_INVALID_ARGUMENT = -201;
    public const int NGTCP2_ERR_STREAM_DATA_BLOCKED = -208;
    public const int NGTCP2_ERR_CRYPTO = -213;
    public const int NGTCP2_ERR_STREAM_SHUT_WR = -219;
    public const int NGTCP2_ERR_STREAM_NOT_FOUND = -220;
    public const int NGTCP2_ERR_RECV_VERSION_NEGOTIATION = -222;
    public const int NGTCP2_ERR_CLOSING = -223;
    public const int NGTCP2_ERR_DRAINING = -224;
    public const int NGTCP2_ERR_WRITE_MORE = -230;
    public const int NGTCP2_ERR_RETRY = -231;
    public const int NGTCP2_ERR_DROP_CONN = -232;
    public const int NGTCP2_ERR_VERSION_NEGOTIATION = -235;
    public const int NGTCP2_ERR_HANDSHAKE_TIMEOUT = -236;
    public const int NGTCP2_ERR_IDLE_CLOSE = -238;
    public const int NGTCP2_ERR_CALLBACK_FAILURE = -502;
    public const int NGTCP2_CRYPTO_ERR_VERIFY_TOKEN = -203;

    public const ulong NGTCP2_CONNECTION_REFUSED = 2;
    public const ulong NGTCP2_INVALID_TOKEN = 0xb;
    public const ulong NGTCP2_CRYPTO_ERROR = 0x100;
    public const int NGTCP2_CONNECTION_ID_STATUS_TYPE_ACTIVATE = 0;

    // enum ngtcp2_cc_algo
    public const int NGTCP2_CC_ALGO_BBR = 2;

    // enum ngtcp2_ccerr_type
    public const int NGTCP2_CCERR_TYPE_APPLICATION = 1;

    // enum ngtcp2_token_type
    public const int NGTCP2_TOKEN_TYPE_RETRY = 1;

    // Versions of the structs that softlan mirrors.
    public const int NGTCP2_CALLBACKS_V1 = 1;
    public const int NGTCP2_SETTINGS_V2 = 2;
    public const int NGTCP2_TRANSPORT_PARAMS_V1 = 1;
    public const int NGTCP2_PKT_INFO_V1 = 1;
    public const int NGTCP2_CONN_INFO_V1 = 1;

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_settings_default_versioned")]
    public static partial void SettingsDefault(int version, Settings* settings);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_transport_params_default_versioned")]
    public static partial void TransportParamsDefault(int version, TransportParams* parameters);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_client_new_versioned")]
    public static partial int ConnClientNew(
        nint* conn, Cid* dcid, Cid* scid, Path* path, uint version, int callbacksVersion, Callbacks* callbacks,
        int settingsVersion, Settings* settings, int paramsVersion, TransportParams* parameters, nint mem, nint userData);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_server_new_versioned")]
    public static partial int ConnServerNew(
        nint* conn, Cid* dcid, Cid* scid, Path* path, uint version, int callbacksVersion, Callbacks* callbacks,
        int settingsVersion, Settings* settings, int paramsVersion, TransportParams* parameters, nint mem, nint userData);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_del")]
    public static partial void ConnDel(nint conn);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_set_tls_native_handle")]
    public static partial void ConnSetTlsNativeHandle(nint conn, nint session);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_local_transport_params")]
    public static partial TransportParams* ConnGetLocalTransportParams(nint conn);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_remote_transport_params")]
    public static partial TransportParams* ConnGetRemoteTransportParams(nint conn);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_pkt_decode_version_cid")]
    [SuppressGCTransition]
    public static partial int PktDecodeVersionCid(VersionCid* dest, byte* data, nuint length, nuint shortDcidLength);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_accept")]
    public static partial int Accept(PktHd* dest, byte* packet, nuint length);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_pkt_write_version_negotiation")]
    public static partial nint PktWriteVersionNegotiation(
        byte* dest, nuint length, byte unusedRandom, byte* dcid, nuint dcidLength, byte* scid, nuint scidLength, uint* versions, nuint versionCount);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_pkt_write_stateless_reset")]
    public static partial nint PktWriteStatelessReset(byte* dest, nuint length, byte* token, byte* random, nuint randomLength);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_read_pkt_versioned")]
    public static partial int ConnReadPkt(nint conn, Path* path, int pktInfoVersion, nint pktInfo, byte* packet, nuint length, ulong timestamp);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_writev_datagram_versioned")]
    public static partial nint ConnWritevDatagram(
        nint conn, Path* path, int pktInfoVersion, nint pktInfo, byte* dest, nuint length, int* accepted, uint flags, ulong datagramId,
        Vec* data, nuint dataCount, ulong timestamp);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_writev_stream_versioned")]
    public static partial nint ConnWritevStream(
        nint conn, Path* path, int pktInfoVersion, nint pktInfo, byte* dest, nuint length, nint* written, uint flags, long stream,
        Vec* data, nuint dataCount, ulong timestamp);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_write_connection_close_versioned")]
    public static partial nint ConnWriteConnectionClose(
        nint conn, Path* path, int pktInfoVersion, nint pktInfo, byte* dest, nuint length, ConnectionCloseError* error, ulong timestamp);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_expiry")]
    [SuppressGCTransition]
    public static partial ulong ConnGetExpiry(nint conn);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_handle_expiry")]
    public static partial int ConnHandleExpiry(nint conn, ulong timestamp);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_update_pkt_tx_time")]
    [SuppressGCTransition]
    public static partial void ConnUpdatePktTxTime(nint conn, ulong timestamp);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_pto")]
    [SuppressGCTransition]
    public static partial ulong ConnGetPto(nint conn);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_set_keep_alive_timeout")]
    public static partial void ConnSetKeepAliveTimeout(nint conn, ulong nanoseconds);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_open_bidi_stream")]
    public static partial int ConnOpenBidiStream(nint conn, long* stream, nint userData);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_extend_max_stream_offset")]
    public static partial int ConnExtendMaxStreamOffset(nint conn, long stream, ulong length);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_extend_max_offset")]
    public static partial void ConnExtendMaxOffset(nint conn, ulong length);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_conn_info_versioned")]
    [SuppressGCTransition]
    public static partial void ConnGetConnInfo(nint conn, int version, ConnInfo* info);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_send_quantum")]
    [SuppressGCTransition]
    public static partial nuint ConnGetSendQuantum(nint conn);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_path_max_tx_udp_payload_size")]
    [SuppressGCTransition]
    public static partial nuint ConnGetPathMaxTxUdpPayloadSize(nint conn);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_path")]
    [SuppressGCTransition]
    public static partial Path* ConnGetPath(nint conn);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_dcid")]
    [SuppressGCTransition]
    public static partial Cid* ConnGetDcid(nint conn);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_handshake_completed")]
    [SuppressGCTransition]
    public static partial int ConnGetHandshakeCompleted(nint conn);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_ccerr")]
    [SuppressGCTransition]
    public static partial ConnectionCloseError* ConnGetCcerr(nint conn);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_tls_alert")]
    [SuppressGCTransition]
    public static partial byte ConnGetTlsAlert(nint conn);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_initiate_immediate_migration")]
    public static partial int ConnInitiateImmediateMigration(nint conn, Path* path, ulong timestamp);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_ccerr_default")]
    public static partial void CcerrDefault(ConnectionCloseError* error);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_ccerr_set_application_error")]
    public static partial void CcerrSetApplicationError(ConnectionCloseError* error, ulong code, byte* reason, nuint reasonLength);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_ccerr_set_liberr")]
    public static partial void CcerrSetLiberr(ConnectionCloseError* error, int libraryError, byte* reason, nuint reasonLength);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_ccerr_set_tls_alert")]
    public static partial void CcerrSetTlsAlert(ConnectionCloseError* error, byte alert, byte* reason, nuint reasonLength);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_strerror")]
    public static partial nint Strerror(int error);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_version")]
    public static partial Info* Version(int leastVersion);

    [LibraryImport(Ngtcp2Crypto, EntryPoint = "ngtcp2_crypto_gnutls_configure_client_session")]
    public static partial int CryptoConfigureClientSession(nint session);

    [LibraryImport(Ngtcp2Crypto, EntryPoint = "ngtcp2_crypto_gnutls_configure_server_session")]
    public static partial int CryptoConfigureServerSession(nint session);

    [LibraryImport(Ngtcp2Crypto, EntryPoint = "ngtcp2_crypto_generate_stateless_reset_token")]
    public static partial int CryptoGenerateStatelessResetToken(byte* token, byte* secret, nuint secretLength, Cid* cid);

    [LibraryImport(Ngtcp2Crypto, EntryPoint = "ngtcp2_crypto_generate_retry_token2")]
    public static partial nint CryptoGenerateRetryToken2(
        byte* token, byte* secret, nuint secretLength, uint version, void* remote, uint remoteLength,
        Cid* retryScid, Cid* originalDcid, ulong timestamp);

    [LibraryImport(Ngtcp2Crypto, EntryPoint = "ngtcp2_crypto_verify_retry_token2")]
    public static partial int CryptoVerifyRetryToken2(
        Cid* originalDcid, byte* token, nuint tokenLength, byte* secret, nuint secretLength, uint version, void* remote, uint remoteLength,
        Cid* dcid, ulong timeout, ulong timestamp);

    [LibraryImport(Ngtcp2Crypto, EntryPoint = "ngtcp2_crypto_write_connection_close")]
    public static partial nint CryptoWriteConnectionClose(
        byte* dest, nuint length, uint version, Cid* dcid, Cid* scid, ulong errorCode, byte* reason, nuint reasonLength);

    [LibraryImport(Ngtcp2Crypto, EntryPoint = "ngtcp2_crypto_write_retry")]
    public static partial nint CryptoWriteRetry(
        byte* dest, nuint length, uint version, Cid* dcid, Cid* scid, Cid* originalDcid, byte* token, nuint tokenLength);

    // softlan_shim.c: the addresses of ngtcp2_crypto_*_cb cannot be taken from C# (an import's address is that of its managed stub).
    [LibraryImport(Shim, EntryPoint = "softlan_fill_client_callbacks")]
    public static partial void FillClientCallbacks(Callbacks* callbacks);

    [LibraryImport(Shim, EntryPoint = "softlan_fill_server_callbacks")]
    public static partial void FillServerCallbacks(Callbacks* callbacks);

    // softlan_aead.c: a string constant.
    [LibraryImport(Shim, EntryPoint = "softlan_aead_name")]
    public static partial byte* AeadName();
}
