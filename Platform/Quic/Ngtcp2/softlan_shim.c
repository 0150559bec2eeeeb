// What C# cannot say to ngtcp2 by itself: the addresses of its own crypto callbacks, and the promise that the structs mirrored in
// C# have the layout that the installed header gives them. Compiled by Native.targets, as a shared library for `dotnet run` and the
// tests, and as an object inside the published executable.

#include <stddef.h>
#include <stdint.h>

#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#if NGTCP2_VERSION_NUM < 0x010b00
#error "softlan needs the headers of ngtcp2 1.11 or newer: run ./setup.sh"
#endif

// The versions that the C# side passes to the `_versioned` functions. A newer header may add newer versions of a struct at its end; these stay.
_Static_assert(NGTCP2_CALLBACKS_V1 == 1, "callbacks version");
_Static_assert(NGTCP2_SETTINGS_V2 == 2, "settings version");
_Static_assert(NGTCP2_TRANSPORT_PARAMS_V1 == 1, "transport parameters version");
_Static_assert(NGTCP2_PKT_INFO_V1 == 1, "packet info version");
_Static_assert(NGTCP2_CONN_INFO_V1 == 1, "connection info version");

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type " differs from its C# mirror")
#define AT(type, member, offset) \
    _Static_assert(offsetof(type, member) == (offset), "offset of " #type "." #member " differs from its C# mirror")
// Structs that ngtcp2 extends at the end: what the C# mirror describes must fit, and ngtcp2 reads no further for the version it is told.
#define AT_LEAST(type, bytes) _Static_assert(sizeof(type) >= (bytes), "size of " #type " is smaller than its C# mirror")

SIZE(ngtcp2_cid, 32);
AT(ngtcp2_cid, datalen, 0);
AT(ngtcp2_cid, data, 8);

SIZE(ngtcp2_vec, 16);
AT(ngtcp2_vec, base, 0);
AT(ngtcp2_vec, len, 8);

SIZE(ngtcp2_addr, 16);
AT(ngtcp2_addr, addr, 0);
AT(ngtcp2_addr, addrlen, 8);

SIZE(ngtcp2_path, 40);
AT(ngtcp2_path, local, 0);
AT(ngtcp2_path, remote, 16);
AT(ngtcp2_path, user_data, 32);

SIZE(ngtcp2_pkt_info, 8);
_Static_assert(_Alignof(ngtcp2_pkt_info) == 8, "alignment of ngtcp2_pkt_info differs from its C# mirror");
AT(ngtcp2_pkt_info, ecn, 0);

SIZE(ngtcp2_pkt_hd, 112);
AT(ngtcp2_pkt_hd, dcid, 0);
AT(ngtcp2_pkt_hd, scid, 32);
AT(ngtcp2_pkt_hd, pkt_num, 64);
AT(ngtcp2_pkt_hd, token, 72);
AT(ngtcp2_pkt_hd, tokenlen, 80);
AT(ngtcp2_pkt_hd, pkt_numlen, 88);
AT(ngtcp2_pkt_hd, len, 96);
AT(ngtcp2_pkt_hd, version, 104);
AT(ngtcp2_pkt_hd, type, 108);
AT(ngtcp2_pkt_hd, flags, 109);

SIZE(ngtcp2_version_cid, 40);
AT(ngtcp2_version_cid, version, 0);
AT(ngtcp2_version_cid, dcid, 8);
AT(ngtcp2_version_cid, dcidlen, 16);
AT(ngtcp2_version_cid, scid, 24);
AT(ngtcp2_version_cid, scidlen, 32);

AT_LEAST(ngtcp2_settings, 184);
AT(ngtcp2_settings, qlog_write, 0);
AT(ngtcp2_settings, cc_algo, 8);
AT(ngtcp2_settings, initial_ts, 16);
AT(ngtcp2_settings, initial_rtt, 24);
AT(ngtcp2_settings, log_printf, 32);
AT(ngtcp2_settings, max_tx_udp_payload_size, 40);
AT(ngtcp2_settings, token, 48);
AT(ngtcp2_settings, tokenlen, 56);
AT(ngtcp2_settings, token_type, 64);
AT(ngtcp2_settings, rand_ctx, 72);
AT(ngtcp2_settings, max_window, 80);
AT(ngtcp2_settings, max_stream_window, 88);
AT(ngtcp2_settings, ack_thresh, 96);
AT(ngtcp2_settings, no_tx_udp_payload_size_shaping, 104);
AT(ngtcp2_settings, handshake_timeout, 112);
AT(ngtcp2_settings, preferred_versions, 120);
AT(ngtcp2_settings, preferred_versionslen, 128);
AT(ngtcp2_settings, available_versions, 136);
AT(ngtcp2_settings, available_versionslen, 144);
AT(ngtcp2_settings, original_version, 152);
AT(ngtcp2_settings, no_pmtud, 156);
AT(ngtcp2_settings, initial_pkt_num, 160);
AT(ngtcp2_settings, pmtud_probes, 168);
AT(ngtcp2_settings, pmtud_probeslen, 176);

SIZE(ngtcp2_transport_params, 344);
SIZE(ngtcp2_preferred_addr, 96);
SIZE(ngtcp2_version_info, 24);
AT(ngtcp2_transport_params, preferred_addr, 0);
AT(ngtcp2_transport_params, original_dcid, 96);
AT(ngtcp2_transport_params, initial_scid, 128);
AT(ngtcp2_transport_params, retry_scid, 160);
AT(ngtcp2_transport_params, initial_max_stream_data_bidi_local, 192);
AT(ngtcp2_transport_params, initial_max_stream_data_bidi_remote, 200);
AT(ngtcp2_transport_params, initial_max_stream_data_uni, 208);
AT(ngtcp2_transport_params, initial_max_data, 216);
AT(ngtcp2_transport_params, initial_max_streams_bidi, 224);
AT(ngtcp2_transport_params, initial_max_streams_uni, 232);
AT(ngtcp2_transport_params, max_idle_timeout, 240);
AT(ngtcp2_transport_params, max_udp_payload_size, 248);
AT(ngtcp2_transport_params, active_connection_id_limit, 256);
AT(ngtcp2_transport_params, ack_delay_exponent, 264);
AT(ngtcp2_transport_params, max_ack_delay, 272);
AT(ngtcp2_transport_params, max_datagram_frame_size, 280);
AT(ngtcp2_transport_params, stateless_reset_token_present, 288);
AT(ngtcp2_transport_params, disable_active_migration, 289);
AT(ngtcp2_transport_params, original_dcid_present, 290);
AT(ngtcp2_transport_params, initial_scid_present, 291);
AT(ngtcp2_transport_params, retry_scid_present, 292);
AT(ngtcp2_transport_params, preferred_addr_present, 293);
AT(ngtcp2_transport_params, stateless_reset_token, 294);
AT(ngtcp2_transport_params, grease_quic_bit, 310);
AT(ngtcp2_transport_params, version_info, 312);
AT(ngtcp2_transport_params, version_info_present, 336);

AT_LEAST(ngtcp2_info, 16);
AT(ngtcp2_info, age, 0);
AT(ngtcp2_info, version_num, 4);
AT(ngtcp2_info, version_str, 8);

AT_LEAST(ngtcp2_conn_info, 56);
AT(ngtcp2_conn_info, latest_rtt, 0);
AT(ngtcp2_conn_info, min_rtt, 8);
AT(ngtcp2_conn_info, smoothed_rtt, 16);
AT(ngtcp2_conn_info, rttvar, 24);
AT(ngtcp2_conn_info, cwnd, 32);
AT(ngtcp2_conn_info, ssthresh, 40);
AT(ngtcp2_conn_info, bytes_in_flight, 48);

SIZE(ngtcp2_ccerr, 40);
AT(ngtcp2_ccerr, type, 0);
AT(ngtcp2_ccerr, error_code, 8);
AT(ngtcp2_ccerr, frame_type, 16);
AT(ngtcp2_ccerr, reason, 24);
AT(ngtcp2_ccerr, reasonlen, 32);

// 40 function pointers in the order of the header.
AT_LEAST(ngtcp2_callbacks, 320);
AT(ngtcp2_callbacks, client_initial, 0);
AT(ngtcp2_callbacks, recv_client_initial, 8);
AT(ngtcp2_callbacks, recv_crypto_data, 16);
AT(ngtcp2_callbacks, handshake_completed, 24);
AT(ngtcp2_callbacks, recv_version_negotiation, 32);
AT(ngtcp2_callbacks, encrypt, 40);
AT(ngtcp2_callbacks, decrypt, 48);
AT(ngtcp2_callbacks, hp_mask, 56);
AT(ngtcp2_callbacks, recv_stream_data, 64);
AT(ngtcp2_callbacks, acked_stream_data_offset, 72);
AT(ngtcp2_callbacks, stream_open, 80);
AT(ngtcp2_callbacks, stream_close, 88);
AT(ngtcp2_callbacks, recv_stateless_reset, 96);
AT(ngtcp2_callbacks, recv_retry, 104);
AT(ngtcp2_callbacks, extend_max_local_streams_bidi, 112);
AT(ngtcp2_callbacks, extend_max_local_streams_uni, 120);
AT(ngtcp2_callbacks, rand, 128);
AT(ngtcp2_callbacks, get_new_connection_id, 136);
AT(ngtcp2_callbacks, remove_connection_id, 144);
AT(ngtcp2_callbacks, update_key, 152);
AT(ngtcp2_callbacks, path_validation, 160);
AT(ngtcp2_callbacks, select_preferred_addr, 168);
AT(ngtcp2_callbacks, stream_reset, 176);
AT(ngtcp2_callbacks, extend_max_remote_streams_bidi, 184);
AT(ngtcp2_callbacks, extend_max_remote_streams_uni, 192);
AT(ngtcp2_callbacks, extend_max_stream_data, 200);
AT(ngtcp2_callbacks, dcid_status, 208);
AT(ngtcp2_callbacks, handshake_confirmed, 216);
AT(ngtcp2_callbacks, recv_new_token, 224);
AT(ngtcp2_callbacks, delete_crypto_aead_ctx, 232);
AT(ngtcp2_callbacks, delete_crypto_cipher_ctx, 240);
AT(ngtcp2_callbacks, recv_datagram, 248);
AT(ngtcp2_callbacks, ack_datagram, 256);
AT(ngtcp2_callbacks, lost_datagram, 264);
AT(ngtcp2_callbacks, get_path_challenge_data, 272);
AT(ngtcp2_callbacks, stream_stop_sending, 280);
AT(ngtcp2_callbacks, version_negotiation, 288);
AT(ngtcp2_callbacks, recv_rx_key, 296);
AT(ngtcp2_callbacks, recv_tx_key, 304);
AT(ngtcp2_callbacks, tls_early_data_rejected, 312);

SIZE(ngtcp2_crypto_conn_ref, 16);
AT(ngtcp2_crypto_conn_ref, get_conn, 0);
AT(ngtcp2_crypto_conn_ref, user_data, 8);

SIZE(gnutls_datum_t, 16);
AT(gnutls_datum_t, data, 0);
AT(gnutls_datum_t, size, 8);

SIZE(struct msghdr, 56);
SIZE(struct iovec, 16);

#if defined(__x86_64__)
SIZE(struct epoll_event, 12); // packed on x86-64 only
AT(struct epoll_event, data, 4);
#else
SIZE(struct epoll_event, 16);
AT(struct epoll_event, data, 8);
#endif

// Bytes of TLS messages at one encryption level, a dozen times what a chain of certificates takes. GnuTLS keeps a message until it is whole, up to
// 16 MiB, and ngtcp2 lets as much come: a peer that announces one would have that much memory held. A connection with more is closed.
#define MAX_CRYPTO_DATA 65536

static int recv_crypto_data(ngtcp2_conn *conn, ngtcp2_encryption_level level, uint64_t offset, const uint8_t *data, size_t length, void *user_data)
{
    if (offset + length <= MAX_CRYPTO_DATA) {
        return ngtcp2_crypto_recv_crypto_data_cb(conn, level, offset, data, length, user_data);
    }

    // Of the errors in an Initial packet a server of ngtcp2 acts on those of the TLS library; after others it would go on, and keep what it has until
    // the handshake's time is up.
    ngtcp2_conn_set_tls_alert(conn, GNUTLS_A_DECODE_ERROR);
    return NGTCP2_ERR_CRYPTO;
}

// No keys for data where the other side has sent no transport parameters, which must end the connection (RFC 9001, section 8.2). GnuTLS does not miss
// an extension that it does not know, and ngtcp2 looks for them when the handshake is complete. A server has these keys before that, and asserts with
// the first packet of theirs that there are parameters (conn_write_pkt): one ClientHello without them would end the process.
static int recv_key(ngtcp2_conn *conn, ngtcp2_encryption_level level, void *user_data)
{
    (void)user_data;
    if (level != NGTCP2_ENCRYPTION_LEVEL_1RTT || ngtcp2_conn_get_remote_transport_params(conn) != NULL) {
        return 0;
    }

    ngtcp2_conn_set_tls_error(conn, NGTCP2_ERR_REQUIRED_TRANSPORT_PARAM);
    return NGTCP2_ERR_CALLBACK_FAILURE;
}

static void fill_common_callbacks(ngtcp2_callbacks *callbacks)
{
    callbacks->recv_crypto_data = recv_crypto_data;
    callbacks->recv_rx_key = recv_key;
    callbacks->recv_tx_key = recv_key;
    callbacks->encrypt = ngtcp2_crypto_encrypt_cb;
    callbacks->decrypt = ngtcp2_crypto_decrypt_cb;
    callbacks->hp_mask = ngtcp2_crypto_hp_mask_cb;
    callbacks->update_key = ngtcp2_crypto_update_key_cb;
    callbacks->delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb;
    callbacks->delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb;
    callbacks->get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb;
    callbacks->version_negotiation = ngtcp2_crypto_version_negotiation_cb;
}

void softlan_fill_client_callbacks(ngtcp2_callbacks *callbacks);
void softlan_fill_server_callbacks(ngtcp2_callbacks *callbacks);

// Sets the callbacks that ngtcp2's crypto library provides for a client and leaves every other one as it is.
void softlan_fill_client_callbacks(ngtcp2_callbacks *callbacks)
{
    fill_common_callbacks(callbacks);
    callbacks->client_initial = ngtcp2_crypto_client_initial_cb;
    callbacks->recv_retry = ngtcp2_crypto_recv_retry_cb;
}

// The same for a server.
void softlan_fill_server_callbacks(ngtcp2_callbacks *callbacks)
{
    fill_common_callbacks(callbacks);
    callbacks->recv_client_initial = ngtcp2_crypto_recv_client_initial_cb;
}
