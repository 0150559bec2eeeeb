// Random behaviour with a fixed seed: packets whose keys are right and whose contents are not, out of order, by other paths, at the wrong time.
// Some seeds keep to what the other side accepts, most of the time, since a connection that has ended learns nothing more.
#define _GNU_SOURCE
#include "peer.h"
#include <stdio.h>
#include <string.h>

// Milliseconds for a handshake that something was done to.
#define PATIENCE 300

// Longest payload that is made here.
#define ROOM 2048

static uint64_t state;

// xorshift64*
static uint64_t dice(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 2685821657736338717ull;
}

static uint64_t below(uint64_t bound) { return (dice() >> 16) % bound; }

static int one_in(uint64_t times) { return below(times) == 0; }

// Numbers at which something begins or ends.
static uint64_t number(void)
{
    static const uint64_t edges[] = { 0, 1, 2, 63, 64, 16383, 16384, 65535, 65536, 65537, 1 << 18, 1 << 30,
                                      (1ull << 60) - 1, (1ull << 60) + 1, (1ull << 62) - 2, (1ull << 62) - 1 };
    return one_in(2) ? edges[below(sizeof edges / sizeof *edges)] : below(1ull << below(63));
}

static uint8_t *noise(uint8_t *to, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        *to++ = (uint8_t)dice();
    }

    return to;
}

static struct plan {
    // Of 16 packets of a level so many are changed.
    uint64_t changed[ONE_RTT + 1];

    // Of 16 datagrams so many take another way.
    uint64_t lost;

    // Frames of the kinds and numbers that the other side accepts, but for one in so many.
    uint64_t lawful;

    // The transport parameters are rewritten.
    int parameters;
    int joins;
} plan;

static uint8_t mac[6] = { 2 };
static uint64_t next_id;
static const uint8_t *greeting;
static size_t greeting_length;

// Acknowledges packets that there were, and perhaps such that there were not.
static uint8_t *put_ack(uint8_t *to, int lawful)
{
    uint64_t largest = lawful && peer.opened > 0 ? peer.opened - 1 - below(peer.opened < 8 ? peer.opened : 8) : number();
    uint64_t ranges = below(4), ecn = one_in(8);
    uint64_t first = one_in(2) ? 0 : lawful ? below(largest + 1) : number();
    if (lawful && largest < first + 16) {
        ranges = 0;
    }

    *to++ = (uint8_t)(2 + ecn);
    to = put_varint(to, largest);
    to = put_varint(to, number());
    to = put_varint(to, ranges);
    to = put_varint(to, first);
    for (uint64_t i = 0; i < ranges; i++) {
        to = put_varint(to, lawful ? below(3) : number());
        to = put_varint(to, lawful ? below(3) : number());
    }

    for (uint64_t i = 0; i < 3 * ecn; i++) {
        to = put_varint(to, lawful ? below(peer.opened + 1) : number());
    }

    return to;
}

static uint8_t *put_crypto(uint8_t *to)
{
    uint64_t length = one_in(8) ? 0 : below(200);
    *to++ = 6;
    to = put_varint(to, one_in(2) ? below(600) : number());
    to = put_varint(to, one_in(16) ? number() : length);
    if (one_in(2) && length >= 4) {
        // A handshake message: its type, and a length.
        *to++ = (uint8_t)below(26);
        *to++ = one_in(4) ? (uint8_t)dice() : 0;
        *to++ = one_in(4) ? (uint8_t)dice() : 0;
        *to++ = (uint8_t)dice();
        length -= 4;
    }

    return noise(to, length);
}

static uint8_t *put_stream(uint8_t *to, int lawful)
{
    uint8_t bits = (uint8_t)(2 | below(8));
    uint64_t length = below(60);
    if (lawful) {
        // A part of what has been said, once more.
        uint64_t from = greeting_length > 0 ? below(greeting_length) : 0;
        length = greeting_length - from < length ? greeting_length - from : length;
        *to++ = 0x0e;
        to = put_varint(put_varint(put_varint(to, 0), from), length);
        memcpy(to, greeting + from, length);
        return to + length;
    }

    *to++ = 8 | bits;
    to = put_varint(to, below(12));
    if (bits & 4) {
        to = put_varint(to, number());
    }

    to = put_varint(to, one_in(32) ? number() : length);
    return noise(to, length);
}

// A datagram of softlan with a broadcast in it, whole, or anything.
static uint8_t *put_datagram(uint8_t *to)
{
    uint64_t length = one_in(4) ? below(1100) : 18 + below(100);
    *to++ = 0x31;
    to = put_varint(to, length);
    uint8_t *body = to;
    to = noise(to, length);
    if (length >= 18 && !one_in(4)) {
        memcpy(body, (const uint8_t[]){ 1, (uint8_t)below(8), 0, 0 }, 4);
        memset(body + 4, 0xff, 6);
        memcpy(body + 10, mac, 6);
        memcpy(body + 16, (const uint8_t[]){ 0x88, 0xb5 }, 2);
    }

    return to;
}

static uint8_t *put_id(uint8_t *to, int lawful)
{
    uint64_t id = lawful || one_in(2) ? ++next_id : one_in(2) ? below(next_id + 2) : number();
    uint64_t retire = lawful ? (id > 2 ? id - 2 - one_in(4) * (id > 3) : 0) : one_in(2) ? below(id + 1) : number();
    uint8_t *end = put_new_connection_id(to, id, retire);
    if (!lawful && one_in(8)) {
        to[17] = (uint8_t)below(24); // Of another length, so that what comes behind it is something else.
    }

    return end;
}

static uint8_t *put_any(uint8_t *to)
{
    static const uint8_t with_one[] = { 0x10, 0x12, 0x13, 0x14, 0x16, 0x17, 0x19 }, with_two[] = { 0x05, 0x11, 0x15 };
    uint64_t length;
    switch (below(9)) {
        case 0:
            *to++ = with_one[below(sizeof with_one)];
            return put_varint(to, one_in(2) ? below(8) : number());
        case 1:
            *to++ = with_two[below(sizeof with_two)];
            to = put_varint(to, one_in(2) ? below(8) : number());
            return put_varint(to, number());
        case 2:
            *to++ = 0x04;
            to = put_varint(to, one_in(2) ? 0 : number());
            to = put_varint(to, number());
            return put_varint(to, number());
        case 3:
            *to++ = 0x1a + (uint8_t)below(2);
            return noise(to, 8);
        case 4:
            *to++ = 0x07;
            to = put_varint(to, length = below(100));
            return noise(to, length);
        case 5:
            *to++ = 0x1e;
            return to;
        case 6:
            if (one_in(4)) {
                *to++ = 0x1c + (uint8_t)below(2);
                to = put_varint(to, number());
                to = put_varint(to, below(40));
                to = put_varint(to, length = one_in(4) ? number() : below(40));
                return noise(to, length % 64);
            }

            *to++ = 1;
            return to;
        case 7:
            return put_varint(to, number()); // A type that there is not.
        default:
            return noise(to, below(32));
    }
}

static uint8_t *put_frame(uint8_t *to, enum level level, int lawful)
{
    switch (below(lawful ? 7 : 8)) {
        case 0:
            return put_ack(to, lawful);
        case 1:
            if (level != ONE_RTT) {
                return put_crypto(to);
            }

            *to++ = 0x1a; // PATH_CHALLENGE
            return noise(to, 8);
        case 2:
            return level == ONE_RTT || !lawful ? put_datagram(to) : put_crypto(to);
        case 3:
            return level == ONE_RTT || !lawful ? put_id(to, lawful) : put_crypto(to);
        case 4:
            if (lawful && level == ONE_RTT && !peer.is_server && one_in(2)) {
                *to++ = 0x19; // RETIRE_CONNECTION_ID
                return put_varint(to, below(8));
            }

            *to++ = 1;
            return to;
        case 5:
            return level != ONE_RTT || !lawful ? put_crypto(to) : put_ack(to, lawful);
        case 6:
            return !lawful || (level == ONE_RTT && greeting_length > 0) ? put_stream(to, lawful) : put_ack(to, lawful);
        default:
            return put_any(to);
    }
}

// Frames that fill no more than length, or are cut off there.
static size_t put_frames(uint8_t *room, size_t length, enum level level, int lawful)
{
    uint8_t *end = room;
    for (uint64_t left = 1 + below(one_in(8) ? 24 : 5); left > 0 && end - room < ROOM - 1400; left--) {
        uint8_t *next = put_frame(end, level, lawful);
        if (next > room + length) {
            return lawful ? (size_t)(end - room) : length;
        }

        end = next;
    }

    return (size_t)(end - room);
}

static void flip(uint8_t *bytes, size_t length)
{
    for (uint64_t times = 1 + below(one_in(4) ? 32 : 3); times > 0 && length > 0; times--) {
        bytes[below(length)] ^= one_in(2) ? (uint8_t)(1 << below(8)) : (uint8_t)dice();
    }
}

// The extension quic_transport_parameters of a ClientHello or of EncryptedExtensions (RFC 9001, section 8.2).
static void change_parameters(uint8_t *payload, size_t length)
{
    static const uint8_t type[] = { 0, 0x39 };
    uint8_t *found = memmem(payload, length, type, sizeof type);
    if (found == NULL || found + 4 > payload + length) {
        flip(payload, length);
        return;
    }

    size_t left = (size_t)(payload + length - found) - 4, size = (size_t)found[2] << 8 | found[3];
    flip(one_in(8) ? found + 2 : found + 4, size < left ? size : left);
}

static void change(enum level level, uint8_t *payload, size_t length)
{
    uint8_t room[ROOM];
    if (below(16) >= plan.changed[level]) {
        return;
    }

    int lawful = !one_in(plan.lawful);
    size_t made, used = length;
    switch (lawful && level == ONE_RTT ? 4 + below(6) : below(6)) {
        case 0:
            flip(payload, length);
            return;
        case 1:
        case 2:
            change_parameters(payload, length);
            return;
        case 3:
            memcpy(payload, room, put_frames(room, length, level, 0));
            return;
        case 4:
            // In the place of the padding, so that what ngtcp2 says is said as well.
            while (used > 0 && payload[used - 1] == 0) {
                used--;
            }

            memcpy(payload + used, room, put_frames(room, length - used, level, lawful));
            return;
        default:
            made = put_frames(room, length, level, lawful);
            memset(payload, 0, length);
            memcpy(payload, room, made);
            return;
    }
}

static uint8_t late[LONGEST_PACKET];
static size_t late_length;

// Behind a long header of any type, where the other side keeps what it cannot read yet: nothing that it could ever read.
static size_t put_unreadable(uint8_t *to)
{
    uint8_t *at = to + peer_put_long_header(to, (enum level)below(4));
    size_t length = below(200);
    if (one_in(4)) {
        *at++ = (uint8_t)below(8); // A token's length, or the start of a length.
    }

    *at++ = (uint8_t)(0x40 | length >> 8);
    *at++ = (uint8_t)length;
    return (size_t)(noise(at, length) - to);
}

static void misroute(const uint8_t *packet, size_t length)
{
    uint8_t changed[LONGEST_PACKET + 512];
    uint64_t before = (uint64_t)peer.path;
    if (below(16) >= plan.lost) {
        peer_transmit(packet, length);
        return;
    }

    memcpy(changed, packet, length);
    switch (below(7)) {
        case 0:
            return;
        case 1:
            peer_transmit(packet, length);
            peer_transmit(packet, length);
            return;
        case 2:
            peer_transmit(late, late_length);
            memcpy(late, packet, late_length = length);
            return;
        case 3:
            flip(changed, length);
            peer_transmit(changed, one_in(2) ? below(length + 1) : length);
            return;
        case 4:
            length += put_unreadable(changed + length);
            peer_transmit(changed, length);
            return;
        case 5:
            peer_transmit(changed, put_unreadable(changed));
            peer_transmit(packet, length);
            return;
        default:
            peer.path = (int)below(PATHS);
            peer_transmit(packet, length);
            peer.path = (int)before;
            return;
    }
}

static void offer_anything(ngtcp2_transport_params *parameters)
{
    if (one_in(2)) {
        return;
    }

    parameters->active_connection_id_limit = 2 + below(8);
    parameters->initial_max_data = one_in(2) ? below(300) : number();
    parameters->initial_max_stream_data_bidi_local = one_in(2) ? below(300) : number();
    parameters->initial_max_stream_data_bidi_remote = one_in(2) ? below(300) : number();
    parameters->initial_max_streams_bidi = below(3);
    parameters->max_datagram_frame_size = one_in(2) ? 65535 : below(1500);
    parameters->max_udp_payload_size = one_in(2) ? 65527 : 1200 + below(300);
    parameters->max_idle_timeout = one_in(2) ? 0 : 1 + below(200 * 1000000);
    parameters->max_ack_delay = below(1 << 14) * 1000000;
    parameters->ack_delay_exponent = below(21);
    parameters->disable_active_migration = (uint8_t)below(2);
    parameters->grease_quic_bit = (uint8_t)below(2);
}

// Parameters that are longer, shorter, there twice, or not at all.
static size_t rewrite(uint8_t *bytes, size_t length)
{
    size_t more, at;
    if (plan.parameters == 0) {
        return length;
    }

    switch (below(6)) {
        case 0:
            return one_in(4) ? 0 : below(length + 1);
        case 1:
            flip(bytes, length);
            return length;
        case 2:
            more = below(LONGEST_PARAMETERS - length);
            noise(bytes + length, more);
            return length + more;
        case 3:
            more = below(length) + 1;
            more = more < LONGEST_PARAMETERS - length ? more : LONGEST_PARAMETERS - length;
            memcpy(bytes + length, bytes, more);
            return length + more;
        case 4:
            // One that the other side may not send (preferred_address and its kin), or does not expect.
            bytes[length] = (uint8_t)below(18);
            bytes[length + 1] = (uint8_t)below(60);
            noise(bytes + length + 2, bytes[length + 1]);
            return length + 2 + bytes[length + 1];
        default:
            at = below(length);
            bytes[at] = (uint8_t)dice();
            return length;
    }
}

static void make_greeting(uint64_t seed)
{
    static char text[512];
    int said = peer.is_server
        ? snprintf(text + 4, sizeof text - 4, "{\"type\":\"welcome\",\"peer\":7,\"room\":\"R\",\"mtu\":1500,\"resume\":\"x\",\"peers\":[]}")
        : snprintf(text + 4, sizeof text - 4, "{\"type\":\"hello\",\"version\":1,\"role\":\"client\",\"room\":\"FUZZ-%d\",\"mac\":\"%02x:%02x:%02x:%02x:%02x:%02x\","
                   "\"mtu\":1500,\"maxDatagram\":1200,\"software\":\"hostile\"}", (int)(seed % 16), mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    memcpy(text, (const uint8_t[]){ 0, 0, 0, (uint8_t)said }, 4);
    peer.text = greeting = (const uint8_t *)text;
    peer.text_length = greeting_length = (size_t)said + 4;
}

static void act(void)
{
    uint8_t packet[512], message[300];
    switch (below(14)) {
        case 0:
            peer_until(NULL, (int)below(4));
            return;
        case 1:
            peer.path = (int)below(PATHS);
            return;
        case 2:
            if (!peer.is_server) {
                peer_migrate((int)below(PATHS));
            }

            return;
        case 3:
            peer.is_deaf = one_in(3);
            return;
        case 4:
            ngtcp2_conn_initiate_key_update(peer.conn, peer_now());
            return;
        case 5:
            peer.ahead += below(400) * 1000000;
            peer_until(NULL, 0);
            return;
        case 6:
            peer_transmit(packet, put_unreadable(packet));
            return;
        case 7:
            if (one_in(8)) {
                noise(message, sizeof message);
                message[0] = (uint8_t)below(26);
                message[1] = message[2] = 0;
                ngtcp2_conn_submit_crypto_data(peer.conn, NGTCP2_ENCRYPTION_LEVEL_1RTT, message, below(sizeof message));
            }

            return;
        default:
            peer_push(20 + below(1000));
            return;
    }
}

void fuzz(uint64_t seed, void (*begin)(void))
{
    static const uint64_t often[] = { 0, 0, 1, 4, 16 };
    state = (seed + 1) * 0x9e3779b97f4a7c15ull;
    for (int i = 0; i < 8; i++) {
        dice();
    }

    // Few change the first packets, or none would come as far as the last.
    int early = one_in(2);
    plan.changed[INITIAL] = early ? often[below(5)] : 0;
    plan.changed[HANDSHAKE] = early ? often[below(5)] : 0;
    uint64_t changed = 2 + below(15);
    plan.changed[ONE_RTT] = one_in(4) ? changed : 0;
    plan.lost = one_in(2) ? 0 : 1 + below(4);
    plan.lawful = one_in(3) ? 1 + below(4) : 40 + below(400);
    plan.parameters = one_in(6);
    plan.joins = !one_in(4);
    noise(mac + 1, 5);
    peer.offer = offer_anything;
    peer.rewrite = rewrite;
    peer.tamper = change;
    peer.route = misroute;
    begin();
    if (!peer.is_over && peer_until(peer_is_connected, PATIENCE)) {
        next_id = peer.last_id + 1;
        if (plan.joins) {
            make_greeting(seed);
        }

        // Most come into the room first.
        if (!one_in(4)) {
            peer_until(NULL, (int)(1 + below(8)));
        }

        plan.changed[ONE_RTT] = changed;

        for (uint64_t steps = 20 + below(150); steps > 0 && !peer.is_over && !peer.was_refused; steps--) {
            act();
        }
    }

    peer.is_deaf = 0;
    if (!peer.is_over) {
        peer_until(NULL, 1);
    }

    if (!peer.is_over && one_in(2)) {
        peer_close();
    }
}
