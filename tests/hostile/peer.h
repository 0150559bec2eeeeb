// One end of a QUIC connection that says to the other side whatever it is told to say. ngtcp2 makes the packets, so that their keys, numbers and
// ids are right and the other side reads what is in them; what is in them is changed on its way into the encryption (tamper).

#pragma once
#include <netinet/in.h>
#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <stddef.h>
#include <stdint.h>

// Ports of ours that a client can come from.
#define PATHS 4
#define CID_LENGTH 8
#define LONGEST_PACKET 1472
#define LONGEST_PARAMETERS 512

// The type bits of a long header (RFC 9000, section 17.2), and the short header.
enum level { INITIAL, ZERO_RTT, HANDSHAKE, RETRY, ONE_RTT };

struct peer {
    ngtcp2_conn *conn;
    int is_server;

    // Sockets that are connected to the other side, and which of them packets leave by.
    int sockets[PATHS];
    int path;

    // What comes is thrown away, and so nothing is acknowledged.
    int is_deaf;

    // What a packet holds, before it is encrypted. Length cannot change. NULL: as ngtcp2 made it.
    void (*tamper)(enum level level, uint8_t *payload, size_t length);

    // What is offered in the handshake. NULL: what softlan offers, more or less.
    void (*offer)(ngtcp2_transport_params *parameters);

    // Changes the transport parameters as they are sent, in LONGEST_PARAMETERS bytes, and returns how many there are. NULL: as offered.
    size_t (*rewrite)(uint8_t *bytes, size_t length);

    // Where a datagram goes. NULL: to the other side.
    void (*route)(const uint8_t *packet, size_t length);

    // What is still to be said on the control stream.
    const uint8_t *text;
    size_t text_length;

    // Nanoseconds by which this end's clock is ahead, so that nothing here waits for a timer.
    uint64_t ahead;

    // Packets of the other side at level ONE_RTT.
    uint64_t opened;

    // Highest sequence number of the ids that ngtcp2 has announced for us.
    uint64_t last_id;

    // ngtcp2 cannot go on with this connection: the other side has closed it (error: why), or said something that ngtcp2 does not accept.
    int is_over, was_closed, was_refused;
    uint64_t error;
};

extern struct peer peer;

// Connects to an IPv4 address. The handshake is still to come (peer_until).
void peer_connect(const char *address, int port);

// Takes the first packet of a client that a socket has received, as the server with the certificate of peer_use_certificate.
void peer_accept(int socket, uint8_t *packet, size_t length);
void peer_use_certificate(const char *certificate, const char *key);

// Nanoseconds, for ngtcp2.
uint64_t peer_now(void);

// Reads, lets timers fire, writes: for so many milliseconds at most, until it holds. holds may be NULL.
int peer_until(int (*holds)(void), int milliseconds);
int peer_is_connected(void);
int peer_was_closed(void);
void peer_write(void);

// One packet at level ONE_RTT whose payload has so many bytes at least, all of them tamper's to fill. 0: none may be sent.
int peer_push(size_t length);

// These frames and padding in the first packet of that level that occasion writes, or in one of their own. 0: none may be sent.
int peer_say(const uint8_t *frames, size_t length, void (*occasion)(void));

// Another id of the other side from now on, as a client that moves takes one. path: by which socket.
int peer_migrate(int path);

void peer_transmit(const uint8_t *packet, size_t length);
void peer_close(void);

uint8_t *put_varint(uint8_t *to, uint64_t value);
uint8_t *put_new_connection_id(uint8_t *to, uint64_t sequence, uint64_t retire_prior_to);

// Ends this process.
_Noreturn void give_up(const char *what);

// fuzz.c: one connection of random behaviour.
void fuzz(uint64_t seed, void (*begin)(void));

// Bytes of a long header that names the ids of this connection, of any type and without what comes behind its ids.
size_t peer_put_long_header(uint8_t *to, enum level level);
