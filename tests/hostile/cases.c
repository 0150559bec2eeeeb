// A hostile QUIC peer: what somebody may send who keeps to the keys, and to nothing else. tests/hostile.sh says what has to become of it.
//   attack ADDRESS PORT CASE              a client of a relay there, once
//   fuzz ADDRESS PORT FROM TO             such a client for each seed from FROM up to, but not including, TO
//   relay PORT CERTIFICATE KEY CASE [N]   a relay, for N clients that come (default 1); with the case fuzz:SEED each has a seed of its own
#define _GNU_SOURCE
#include "peer.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Milliseconds for a handshake, and for an answer.
#define PATIENCE 3000

// Seconds that one connection of a fuzzer takes at most, its own ngtcp2's endless loops included.
#define LONGEST_RUN 10

// Connections of a fuzzer at a time.
#define AT_ONCE 8

// Ids that ngtcp2 retires without an acknowledgement before it says NGTCP2_ERR_CONNECTION_ID_LIMIT.
#define UNACKNOWLEDGED 16

// More than softlan lets come at one level (MAX_CRYPTO_DATA in softlan_shim.c).
#define LONG_MESSAGE 70000

// Exit code of a connection that found nobody listening.
#define NOBODY 3

static const char *address;
static int port;

static void connected(void)
{
    if (!peer_until(peer_is_connected, PATIENCE)) {
        give_up(peer.was_refused ? "nobody listens" : "no handshake");
    }

    peer_until(NULL, 50); // Until HANDSHAKE_DONE and the other side's ids have come.
}

static void expect_close(const char *when)
{
    // Once it has given up, a client no longer listens.
    if (!peer_until(peer_was_closed, PATIENCE) && !(peer.is_server && peer.was_refused)) {
        printf("%s: %s\n", when, peer.was_refused ? "nobody listens any more" : "the other side did not close the connection");
        exit(1);
    }

    if (!peer.was_closed) {
        printf("%s: the client gave up\n", when);
        return;
    }

    printf("%s: closed with error 0x%llx\n", when, (unsigned long long)peer.error);
}

// Ids are announced, each of which retires the one before, and no retirement is acknowledged. Then packets come by another path, under another id.
static void unacknowledged_ids(void)
{
    uint8_t frames[128];
    const uint8_t ping[] = { 1 };
    connected();
    peer.is_deaf = 1;
    for (uint64_t id = peer.last_id + 1; id <= UNACKNOWLEDGED; id++) {
        if (!peer_say(frames, (size_t)(put_new_connection_id(frames, id, id) - frames), NULL)) {
            give_up("the ids could not be announced");
        }
    }

    uint8_t *end = put_new_connection_id(frames, UNACKNOWLEDGED + 1, 0);
    end = put_new_connection_id(end, UNACKNOWLEDGED + 2, 0);
    if (!peer_say(frames, (size_t)(end - frames), NULL) || !peer_migrate(1) || !peer_say(ping, sizeof ping, NULL)) {
        give_up("no other path could be taken");
    }

    // Of the ids that the other side retires, ngtcp2 here knows nothing.
    peer_until(NULL, 50);
    peer.is_deaf = 0;
    peer.path = 0;
    peer_say(ping, sizeof ping, NULL);
    expect_close("ids whose retirement is never acknowledged");
}

// RFC 9001, section 6: an error.
static void key_update(void)
{
    static const uint8_t message[] = { 24, 0, 0, 1, 1 };
    connected();
    ngtcp2_conn_submit_crypto_data(peer.conn, NGTCP2_ENCRYPTION_LEVEL_1RTT, message, sizeof message);
    expect_close("a KeyUpdate of TLS");
}

// A session ticket of 16 MiB, which a TLS library would wait for.
static void long_ticket(void)
{
    static uint8_t message[LONG_MESSAGE] = { 4, 0xff, 0xff, 0xff };
    connected();
    ngtcp2_conn_submit_crypto_data(peer.conn, NGTCP2_ENCRYPTION_LEVEL_1RTT, message, sizeof message);
    expect_close("a TLS message without an end");
}

// The first packet begins with the frame CRYPTO, offset 0, a length of two bytes, and then a ClientHello (1) and its length.
static void lengthen_hello(enum level level, uint8_t *payload, size_t length)
{
    if (level == INITIAL && length > 8 && payload[0] == 6 && payload[1] == 0 && payload[2] >> 6 == 1 && payload[4] == 1) {
        memset(payload + 5, 0xff, 3);
    }
}

static void long_hello(void)
{
    static uint8_t message[LONG_MESSAGE];
    peer.tamper = lengthen_hello;
    peer_write();
    ngtcp2_conn_submit_crypto_data(peer.conn, NGTCP2_ENCRYPTION_LEVEL_INITIAL, message, sizeof message);
    expect_close("a ClientHello without an end");
}

static size_t nothing(uint8_t *bytes, size_t length)
{
    (void)bytes, (void)length;
    return 0;
}

// RFC 9001, section 8.2: an error.
static void no_parameters(void)
{
    expect_close("a handshake without transport parameters");
}

// In the same datagram as a relay's part of the handshake, or right behind it, and so before the client has written anything: the id by which that
// came is retired.
static void early_id(void)
{
    uint8_t frames[64];
    peer_say(frames, (size_t)(put_new_connection_id(frames, 20, 20) - frames), peer_write);
    expect_close("a first id that is taken back at once");
}

static const struct one {
    const char *name;
    void (*run)(void);
    int is_for_relay, is_for_client;
    size_t (*rewrite)(uint8_t *bytes, size_t length);
} cases[] = {
    { "unacknowledged-ids", unacknowledged_ids, 1, 0, NULL },
    { "key-update", key_update, 1, 1, NULL },
    { "long-ticket", long_ticket, 1, 1, NULL },
    { "long-hello", long_hello, 1, 0, NULL },
    { "no-parameters", no_parameters, 1, 1, nothing },
    { "early-id", early_id, 0, 1, NULL },
};

static const struct one *find(const char *name, int is_server)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(cases[i].name, name) == 0 && (is_server ? cases[i].is_for_client : cases[i].is_for_relay)) {
            return &cases[i];
        }
    }

    give_up("there is no such case");
}

// What is said to the other side can be too much for ngtcp2 on this side, whose last words are of no interest.
static void silence(void)
{
    if (freopen("/dev/null", "w", stderr) == NULL) {
        give_up("no /dev/null");
    }
}

static void connect_there(void) { peer_connect(address, port); }

static int fuzz_relay(uint64_t from, uint64_t to)
{
    int running = 0, connected = 0, own = 0, status;
    for (uint64_t seed = from; seed < to || running > 0;) {
        if (seed < to && running < AT_ONCE) {
            if (fork() == 0) {
                silence();
                alarm(LONGEST_RUN);
                fuzz(seed, connect_there);
                _exit(peer.was_refused ? NOBODY : !peer.opened);
            }

            running++;
            seed++;
            continue;
        }

        wait(&status);
        running--;
        if (WIFEXITED(status) && WEXITSTATUS(status) == NOBODY) {
            uint64_t earliest = seed > 2 * AT_ONCE ? seed - 2 * AT_ONCE : 0;
            printf("nobody listens any more, after a seed between %llu and %llu\n", (unsigned long long)earliest, (unsigned long long)seed - 1);
            return 1;
        }

        connected += WIFEXITED(status) && WEXITSTATUS(status) == 0;
        own += WIFSIGNALED(status);
    }

    printf("%llu connections, %d came through the handshake, %d were too much for this end\n", (unsigned long long)(to - from), connected, own);
    return 0;
}

static int bound_socket(void)
{
    static const int yes = 1;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    int bound = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    setsockopt(bound, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(bound, (struct sockaddr *)&at, sizeof at) != 0) {
        give_up("that port is taken");
    }

    return bound;
}

static uint8_t first[65536];
static size_t first_length;
static struct sockaddr_in client;

static void accept_here(void)
{
    int own = bound_socket();
    if (connect(own, (struct sockaddr *)&client, sizeof client) != 0) {
        give_up("no way to the client");
    }

    peer_accept(own, first, first_length);
}

static int serve(const char *name, int clients)
{
    int listener = bound_socket(), status;
    int is_fuzz = strncmp(name, "fuzz:", 5) == 0;
    uint64_t seed = is_fuzz ? strtoull(name + 5, NULL, 10) : 0;
    const struct one *one = is_fuzz ? NULL : find(name, 1);
    struct sockaddr_in before = { 0 };
    for (int served = 0; served < clients;) {
        socklen_t size = sizeof client;
        ngtcp2_pkt_hd header;
        ssize_t length = recvfrom(listener, first, sizeof first, 0, (struct sockaddr *)&client, &size);
        while (waitpid(-1, &status, WNOHANG) > 0) {
        }

        // What the client sends again before its connection has a socket is that connection's loss.
        if (length <= 0 || ngtcp2_accept(&header, first, (size_t)length) != 0 || memcmp(&client, &before, sizeof client) == 0) {
            continue;
        }

        before = client;
        first_length = (size_t)length;
        served++;
        if (fork() == 0) {
            alarm(LONGEST_RUN);
            if (is_fuzz) {
                silence();
                fuzz(seed, accept_here);
            } else {
                peer.rewrite = one->rewrite;
                accept_here();
                one->run();
            }

            fflush(stdout);
            _exit(0);
        }

        seed++;
    }

    while (wait(&status) > 0 || errno == EINTR) {
        if (!is_fuzz && status != 0) {
            return 1;
        }
    }

    printf("%d connections were served\n", clients);
    return 0;
}

int main(int count, char **words)
{
    const struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (count >= 5 && strcmp(words[1], "relay") == 0) {
        port = atoi(words[2]);
        peer_use_certificate(words[3], words[4]);
        return serve(words[5], count > 6 ? atoi(words[6]) : 1);
    }

    if (count >= 5) {
        address = words[2];
        port = atoi(words[3]);
        if (strcmp(words[1], "attack") == 0) {
            const struct one *one = find(words[4], 0);
            peer.rewrite = one->rewrite;
            connect_there();
            one->run();
            return 0;
        }

        if (strcmp(words[1], "fuzz") == 0 && count == 6) {
            return fuzz_relay(strtoull(words[4], NULL, 10), strtoull(words[5], NULL, 10));
        }
    }

    give_up("attack ADDRESS PORT CASE, fuzz ADDRESS PORT FROM TO, or relay PORT CERTIFICATE KEY CASE [CLIENTS]");
}
