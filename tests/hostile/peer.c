#define _GNU_SOURCE
#include "peer.h"
#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Packets that one call of peer_write writes at most.
#define MOST_PACKETS 64

#define ALPN "softlan/1"
#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:-GROUP-ALL:+GROUP-X25519:%DISABLE_TLS13_COMPAT_MODE"
#define MILLISECOND 1000000ull

struct peer peer;
static gnutls_session_t tls;
static gnutls_certificate_credentials_t credentials;

// What ngtcp2 is told of our address. A number stands for it, since the real one is none of its business: a change makes it take another id.
static struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = 1 }, remote = { .sin_family = AF_INET, .sin_port = 2 };

// The id by which a packet came, and ours that ngtcp2 knows. It is given every packet under the latter, since the other side also uses those that
// tamper announced.
static uint8_t arrived_by[CID_LENGTH], known_id[CID_LENGTH];

_Noreturn void give_up(const char *what)
{
    printf("%s\n", what);
    exit(1);
}

uint8_t *put_varint(uint8_t *to, uint64_t value)
{
    *to++ = (uint8_t)(0xc0 | value >> 56);
    for (int shift = 48; shift >= 0; shift -= 8) {
        *to++ = (uint8_t)(value >> shift);
    }

    return to;
}

uint8_t *put_new_connection_id(uint8_t *to, uint64_t sequence, uint64_t retire_prior_to)
{
    *to++ = 0x18;
    to = put_varint(to, sequence);
    to = put_varint(to, retire_prior_to);
    *to++ = CID_LENGTH;
    memset(to, 0xa5, CID_LENGTH + 16);
    memcpy(to, &sequence, sizeof sequence);
    memcpy(to + CID_LENGTH, &sequence, sizeof sequence);
    return to + CID_LENGTH + 16;
}

uint64_t peer_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 * MILLISECOND + (uint64_t)time.tv_nsec + peer.ahead;
}

static ngtcp2_path path(void)
{
    return (ngtcp2_path){ { (ngtcp2_sockaddr *)&local, sizeof local }, { (ngtcp2_sockaddr *)&remote, sizeof remote }, NULL };
}

static int encrypt(uint8_t *dest, const ngtcp2_crypto_aead *aead, const ngtcp2_crypto_aead_ctx *context, const uint8_t *plain, size_t length,
                   const uint8_t *nonce, size_t nonce_length, const uint8_t *aad, size_t aad_length)
{
    // A Retry's tag has no text of its own. Otherwise ngtcp2 encrypts in its packet buffer, in place.
    if (peer.tamper != NULL && length > 0) {
        peer.tamper(aad[0] & 0x80 ? (enum level)(aad[0] >> 4 & 3) : ONE_RTT, (uint8_t *)(uintptr_t)plain, length);
    }

    return ngtcp2_crypto_encrypt_cb(dest, aead, context, plain, length, nonce, nonce_length, aad, aad_length);
}

static int decrypt(uint8_t *dest, const ngtcp2_crypto_aead *aead, const ngtcp2_crypto_aead_ctx *context, const uint8_t *sealed, size_t length,
                   const uint8_t *nonce, size_t nonce_length, const uint8_t *aad, size_t aad_length)
{
    uint8_t header[1 + CID_LENGTH + 4];
    if (aad[0] & 0x80 || aad_length > sizeof header) {
        return ngtcp2_crypto_decrypt_cb(dest, aead, context, sealed, length, nonce, nonce_length, aad, aad_length);
    }

    memcpy(header, aad, aad_length);
    memcpy(header + 1, arrived_by, CID_LENGTH);
    int result = ngtcp2_crypto_decrypt_cb(dest, aead, context, sealed, length, nonce, nonce_length, header, aad_length);
    peer.opened += result == 0;
    return result;
}

static void random_bytes(uint8_t *to, size_t length, const ngtcp2_rand_ctx *context)
{
    (void)context;
    gnutls_rnd(GNUTLS_RND_NONCE, to, length);
}

static int new_id(ngtcp2_conn *conn, ngtcp2_cid *cid, uint8_t *token, size_t length, void *user)
{
    (void)conn, (void)user;
    cid->datalen = length;
    random_bytes(cid->data, length, NULL);
    random_bytes(token, NGTCP2_STATELESS_RESET_TOKENLEN, NULL);
    peer.last_id++;
    return 0;
}

static int stream_data(ngtcp2_conn *conn, uint32_t flags, int64_t id, uint64_t offset, const uint8_t *data, size_t length, void *user, void *stream)
{
    (void)flags, (void)offset, (void)data, (void)user, (void)stream;
    ngtcp2_conn_extend_max_stream_offset(conn, id, length);
    ngtcp2_conn_extend_max_offset(conn, length);
    return 0;
}

static int datagram(ngtcp2_conn *conn, uint32_t flags, const uint8_t *data, size_t length, void *user)
{
    (void)conn, (void)flags, (void)data, (void)length, (void)user;
    return 0;
}

static ngtcp2_callbacks callbacks(void)
{
    return (ngtcp2_callbacks){
        .client_initial = ngtcp2_crypto_client_initial_cb,
        .recv_client_initial = ngtcp2_crypto_recv_client_initial_cb,
        .recv_retry = ngtcp2_crypto_recv_retry_cb,
        .recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb,
        .encrypt = encrypt,
        .decrypt = decrypt,
        .hp_mask = ngtcp2_crypto_hp_mask_cb,
        .update_key = ngtcp2_crypto_update_key_cb,
        .delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb,
        .delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb,
        .get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb,
        .version_negotiation = ngtcp2_crypto_version_negotiation_cb,
        .rand = random_bytes,
        .get_new_connection_id = new_id,
        .recv_datagram = datagram,
        .recv_stream_data = stream_data,
    };
}

static ngtcp2_settings settings(void)
{
    ngtcp2_settings settings;
    ngtcp2_settings_default(&settings);
    settings.initial_ts = peer_now();
    settings.no_pmtud = 1;
    settings.max_tx_udp_payload_size = LONGEST_PACKET;
    return settings;
}

static ngtcp2_transport_params parameters(void)
{
    ngtcp2_transport_params parameters;
    ngtcp2_transport_params_default(&parameters);
    parameters.initial_max_stream_data_bidi_local = parameters.initial_max_stream_data_bidi_remote = parameters.initial_max_data = 1 << 18;
    parameters.initial_max_streams_bidi = peer.is_server;
    parameters.active_connection_id_limit = 4;
    parameters.max_datagram_frame_size = 65535;
    parameters.max_idle_timeout = 30000 * MILLISECOND;
    if (peer.offer != NULL) {
        peer.offer(&parameters);
    }

    return parameters;
}

// What ngtcp2's crypto library does between GnuTLS and ngtcp2, but for the transport parameters, which are rewritten on their way out.

static int new_secret(gnutls_session_t session, gnutls_record_encryption_level_t gnutls_level, const void *rx, const void *tx, size_t length)
{
    ngtcp2_encryption_level level = ngtcp2_crypto_gnutls_from_gnutls_record_encryption_level(gnutls_level);
    (void)session;
    return (rx != NULL && ngtcp2_crypto_derive_and_install_rx_key(peer.conn, NULL, NULL, NULL, level, rx, length) != 0) ||
            (tx != NULL && ngtcp2_crypto_derive_and_install_tx_key(peer.conn, NULL, NULL, NULL, level, tx, length) != 0)
        ? -1
        : 0;
}

static int new_message(gnutls_session_t session, gnutls_record_encryption_level_t level, gnutls_handshake_description_t type, const void *data, size_t length)
{
    (void)session;
    return type == GNUTLS_HANDSHAKE_CHANGE_CIPHER_SPEC
        ? 0
        : ngtcp2_conn_submit_crypto_data(peer.conn, ngtcp2_crypto_gnutls_from_gnutls_record_encryption_level(level), data, length);
}

static int new_alert(gnutls_session_t session, gnutls_record_encryption_level_t level, gnutls_alert_level_t severity, gnutls_alert_description_t description)
{
    (void)session, (void)level, (void)severity;
    ngtcp2_conn_set_tls_alert(peer.conn, (uint8_t)description);
    return 0;
}

static int receive_parameters(gnutls_session_t session, const uint8_t *data, size_t length)
{
    (void)session;
    return ngtcp2_conn_decode_and_set_remote_transport_params(peer.conn, data, length) == 0 ? 0 : -1;
}

// An extension without a byte is not sent.
static int send_parameters(gnutls_session_t session, gnutls_buffer_t extension)
{
    uint8_t bytes[LONGEST_PARAMETERS];
    ngtcp2_ssize length = ngtcp2_conn_encode_local_transport_params(peer.conn, bytes, sizeof bytes);
    (void)session;
    if (length < 0) {
        return -1;
    }

    if (peer.rewrite != NULL) {
        length = (ngtcp2_ssize)peer.rewrite(bytes, (size_t)length);
    }

    return length == 0 ? 0 : gnutls_buffer_append_data(extension, bytes, (size_t)length);
}

static void start_tls(void)
{
    gnutls_datum_t alpn = { (uint8_t *)ALPN, sizeof ALPN - 1 };
    if (credentials == NULL) {
        gnutls_certificate_allocate_credentials(&credentials);
    }

    gnutls_init(&tls, peer.is_server ? GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET : GNUTLS_CLIENT);
    gnutls_handshake_set_secret_function(tls, new_secret);
    gnutls_handshake_set_read_function(tls, new_message);
    gnutls_alert_set_read_function(tls, new_alert);
    if (gnutls_session_ext_register(tls, "parameters", NGTCP2_TLSEXT_QUIC_TRANSPORT_PARAMETERS_V1, GNUTLS_EXT_TLS, receive_parameters, send_parameters,
                                    NULL, NULL, NULL, GNUTLS_EXT_FLAG_TLS | GNUTLS_EXT_FLAG_CLIENT_HELLO | GNUTLS_EXT_FLAG_EE) != 0 ||
        gnutls_priority_set_direct(tls, PRIORITY, NULL) != 0 || gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, credentials) != 0 ||
        gnutls_alpn_set_protocols(tls, &alpn, 1, 0) != 0) {
        give_up("no TLS session");
    }

    ngtcp2_conn_set_tls_native_handle(peer.conn, tls);
}

static ngtcp2_cid random_id(void)
{
    ngtcp2_cid cid = { .datalen = CID_LENGTH };
    random_bytes(cid.data, CID_LENGTH, NULL);
    return cid;
}

void peer_connect(const char *address, int port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    ngtcp2_cid theirs = random_id(), ours = random_id();
    ngtcp2_path at = path();
    ngtcp2_callbacks calls = callbacks();
    ngtcp2_settings set = settings();
    ngtcp2_transport_params offers = parameters();
    for (int i = 0; i < PATHS; i++) {
        peer.sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (inet_pton(AF_INET, address, &to.sin_addr) != 1 || connect(peer.sockets[i], (struct sockaddr *)&to, sizeof to) != 0) {
            give_up("no way to that address");
        }
    }

    memcpy(known_id, ours.data, CID_LENGTH);
    if (ngtcp2_conn_client_new(&peer.conn, &theirs, &ours, &at, NGTCP2_PROTO_VER_V1, &calls, &set, &offers, NULL, NULL) != 0) {
        give_up("no connection");
    }

    start_tls();
}

void peer_use_certificate(const char *certificate, const char *key)
{
    gnutls_certificate_allocate_credentials(&credentials);
    if (gnutls_certificate_set_x509_key_file(credentials, certificate, key, GNUTLS_X509_FMT_PEM) < 0) {
        give_up("no usable certificate");
    }
}

static void read_packet(uint8_t *packet, size_t length)
{
    ngtcp2_path at = path();
    if (peer.is_deaf || peer.is_over) {
        return;
    }

    if (!(packet[0] & 0x80) && length > CID_LENGTH) {
        memcpy(arrived_by, packet + 1, CID_LENGTH);
        memcpy(packet + 1, known_id, CID_LENGTH);
    }

    int result = ngtcp2_conn_read_pkt(peer.conn, &at, NULL, packet, length, peer_now());
    peer.is_over = result != 0;
    if (result == NGTCP2_ERR_DRAINING) {
        peer.was_closed = 1;
        peer.error = ngtcp2_conn_get_ccerr(peer.conn)->error_code;
    }
}

void peer_accept(int socket, uint8_t *packet, size_t length)
{
    ngtcp2_pkt_hd header;
    ngtcp2_cid ours = random_id();
    ngtcp2_path at = path();
    ngtcp2_callbacks calls = callbacks();
    if (ngtcp2_accept(&header, packet, length) != 0) {
        give_up("not a first packet");
    }

    peer.is_server = 1;
    ngtcp2_settings set = settings();
    ngtcp2_transport_params offers = parameters();
    offers.original_dcid = header.dcid;
    offers.original_dcid_present = 1;
    offers.stateless_reset_token_present = 1;
    random_bytes(offers.stateless_reset_token, sizeof offers.stateless_reset_token, NULL);
    for (int i = 0; i < PATHS; i++) {
        peer.sockets[i] = socket;
    }

    memcpy(known_id, ours.data, CID_LENGTH);
    if (ngtcp2_conn_server_new(&peer.conn, &header.scid, &ours, &at, header.version, &calls, &set, &offers, NULL, NULL) != 0) {
        give_up("no connection");
    }

    start_tls();
    read_packet(packet, length);
}

void peer_transmit(const uint8_t *packet, size_t length)
{
    if (send(peer.sockets[peer.path], packet, length, 0) < 0 && errno == ECONNREFUSED) {
        peer.was_refused = 1;
    }
}

static void transmit(const uint8_t *packet, size_t length)
{
    if (peer.route != NULL) {
        peer.route(packet, length);
    } else {
        peer_transmit(packet, length);
    }
}

static ngtcp2_ssize write_packet(uint8_t *packet)
{
    ngtcp2_vec text = { (uint8_t *)(uintptr_t)peer.text, peer.text_length };
    ngtcp2_ssize taken = -1, length;
    int64_t stream = peer.text_length > 0 && peer_is_connected() ? 0 : -1;
    if (stream == 0 && !peer.is_server && ngtcp2_conn_get_streams_bidi_left(peer.conn) > 0) {
        ngtcp2_conn_open_bidi_stream(peer.conn, &stream, NULL);
    }

    length = ngtcp2_conn_writev_stream(peer.conn, NULL, NULL, packet, LONGEST_PACKET, &taken, 0, stream, &text, stream == 0, peer_now());
    if (stream == 0 && length < 0) {
        peer.text_length = 0; // The stream does not take it: it is closed, or was never open.
        return ngtcp2_conn_writev_stream(peer.conn, NULL, NULL, packet, LONGEST_PACKET, NULL, 0, -1, NULL, 0, peer_now());
    }

    if (taken > 0) {
        peer.text += taken;
        peer.text_length -= (size_t)taken;
    }

    return length;
}

void peer_write(void)
{
    uint8_t packet[LONGEST_PACKET];
    for (int i = 0; i < MOST_PACKETS && !peer.is_over; i++) {
        ngtcp2_ssize length = write_packet(packet);
        peer.is_over = length < 0;
        if (length <= 0) {
            return;
        }

        transmit(packet, (size_t)length);
    }
}

static void expire(void)
{
    if (!peer.is_over && ngtcp2_conn_get_expiry(peer.conn) <= peer_now()) {
        peer.is_over = ngtcp2_conn_handle_expiry(peer.conn, peer_now()) != 0;
    }
}

static void read_all(void)
{
    uint8_t packet[65536];
    for (int i = 0; i < (peer.is_server ? 1 : PATHS); i++) {
        ssize_t length;
        while ((length = recv(peer.sockets[i], packet, sizeof packet, MSG_DONTWAIT)) > 0) {
            read_packet(packet, (size_t)length);
        }

        peer.was_refused |= length < 0 && errno == ECONNREFUSED;
    }
}

int peer_until(int (*holds)(void), int milliseconds)
{
    uint64_t end = peer_now() + (uint64_t)milliseconds * MILLISECOND;
    struct pollfd polls[PATHS];
    for (;;) {
        expire();
        peer_write();
        uint64_t at = peer_now();
        if ((holds != NULL && holds()) || peer.is_over || peer.was_refused || at >= end) {
            return holds == NULL || holds();
        }

        uint64_t wake = ngtcp2_conn_get_expiry(peer.conn);
        wake = wake > end ? end : wake;
        for (int i = 0; i < PATHS; i++) {
            polls[i] = (struct pollfd){ .fd = peer.sockets[i], .events = POLLIN };
        }

        poll(polls, PATHS, wake <= at ? 0 : (int)((wake - at) / MILLISECOND + 1));
        read_all();
    }
}

int peer_is_connected(void) { return ngtcp2_conn_get_handshake_completed(peer.conn); }

int peer_was_closed(void) { return peer.was_closed; }

int peer_push(size_t length)
{
    static uint8_t padding[LONGEST_PACKET];
    uint8_t packet[LONGEST_PACKET];
    ngtcp2_vec text = { padding, length };
    for (int attempt = 0; attempt < 32 && !peer.is_over; attempt++) {
        int accepted = 0;
        ngtcp2_ssize written = ngtcp2_conn_writev_datagram(peer.conn, NULL, NULL, packet, sizeof packet, &accepted, 0, 0, &text, 1, peer_now());
        if (written < 0) {
            break;
        }

        if (written > 0) {
            transmit(packet, (size_t)written);
        }

        if (accepted) {
            return 1;
        }

        // The congestion window is full. When the timer for lost packets fires, two more may be sent.
        peer.ahead += 200 * MILLISECOND;
        expire();
    }

    return 0;
}

static const uint8_t *words;
static size_t words_length;

static void put_words(enum level level, uint8_t *payload, size_t length)
{
    if (level == ONE_RTT && words_length > 0 && length >= words_length) {
        memset(payload, 0, length);
        memcpy(payload, words, words_length);
        words_length = 0;
    }
}

int peer_say(const uint8_t *frames, size_t length, void (*occasion)(void))
{
    void (*before)(enum level, uint8_t *, size_t) = peer.tamper;
    words = frames;
    words_length = length;
    peer.tamper = put_words;
    if (occasion != NULL) {
        occasion();
    }

    if (words_length > 0) {
        peer_push(length + 8);
    }

    peer.tamper = before;
    return words_length == 0;
}

int peer_migrate(int by)
{
    struct sockaddr_in before = local;
    local.sin_port++;
    ngtcp2_path at = path();
    if (peer.is_over || ngtcp2_conn_initiate_immediate_migration(peer.conn, &at, peer_now()) != 0) {
        local = before;
        return 0;
    }

    peer.path = by;
    return 1;
}

size_t peer_put_long_header(uint8_t *to, enum level level)
{
    static const uint8_t version[] = { 0, 0, 0, 1 };
    const ngtcp2_cid *theirs = ngtcp2_conn_get_dcid(peer.conn);
    uint8_t *at = to;
    *at++ = (uint8_t)(0xc0 | level << 4);
    memcpy(at, version, sizeof version);
    at += sizeof version;
    *at++ = (uint8_t)theirs->datalen;
    memcpy(at, theirs->data, theirs->datalen);
    at += theirs->datalen;
    *at++ = CID_LENGTH;
    memcpy(at, known_id, CID_LENGTH);
    return (size_t)(at + CID_LENGTH - to);
}

void peer_close(void)
{
    uint8_t packet[LONGEST_PACKET];
    ngtcp2_ccerr error;
    ngtcp2_ccerr_default(&error);
    ngtcp2_ssize length = ngtcp2_conn_write_connection_close(peer.conn, NULL, NULL, packet, sizeof packet, &error, peer_now());
    if (length > 0) {
        peer_transmit(packet, (size_t)length);
    }
}
