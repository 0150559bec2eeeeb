"""What a relay on the internet has to live with. Bounded in number and time.

attack.py capture PORT FILE                                 keeps the first datagram that comes in: a client's first packet
attack.py garbage ADDRESS PORT COUNT PER_SECOND             datagrams that are no QUIC, or broken QUIC
attack.py knock ADDRESS PORT FILE COUNT PER_SECOND [retry]  that packet again under COUNT ids, from 512 addresses in 198.18.0.0/16; with "retry" the
                                                            relay's question whether the address is real is answered. Nothing else is.
"""
import collections
import os
import random
import select
import socket
import sys
import time

from initial import RETRY, LongHeader, Template, new_id

LIMIT = 60
UDP_SEGMENT = 103
SEGMENTS = 16


def broken_packets(length, rng):
    """One of each kind, cut or filled to the length."""
    noise = rng.randbytes(length)
    version = rng.choice([b"\0\0\0\1", b"\0\0\0\0", b"\x1a\x2a\x3a\x4a", b"\xff\0\0\x1d"])
    ids = bytes([8]) + rng.randbytes(8) + bytes([8]) + rng.randbytes(8)
    yield noise
    yield bytes(length)
    yield (b"\xc3" + version + ids + b"\0" + noise)[:length]  # Initial
    yield (b"\xc3" + version + b"\xff" + noise)[:length]  # an id of 255 bytes
    yield (b"\xc3" + version + ids + b"\xbf\xff\xff\xff" + noise)[:length]  # a token of a gigabyte
    yield (b"\xe3" + version + ids + noise)[:length]  # Handshake
    yield (b"\xf0" + version + ids + noise)[:length]  # Retry
    yield (b"\xd3" + version + ids + noise)[:length]  # 0-RTT
    yield (b"\x43" + noise)[:length]  # short header: of a connection that nobody knows


def garbage(address, port, count, per_second):
    rng = random.Random(1)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.connect((address, port))
    batches = [
        (b"".join(packet.ljust(length, b"\1") for packet in rng.choices(list(broken_packets(length, rng)), k=SEGMENTS)), length)
        for length in [1, 2, 5, 6, 7, 8, 20, 21, 22, 40, 63, 200, 600, 1199, 1200, 1252, 1452, 1472]
        for _ in range(8)
    ]
    start = time.monotonic()
    sent = refused = 0
    while sent < count and time.monotonic() - start < LIMIT:
        batch, length = rng.choice(batches)
        udp.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, length)  # The kernel cuts it into datagrams.
        try:
            udp.send(batch)
        except OSError:
            refused += 1
            continue
        sent += SEGMENTS
        ahead = sent / per_second - (time.monotonic() - start)
        if ahead > 0.002:
            time.sleep(ahead)
    seconds = time.monotonic() - start
    print(f"{sent} datagrams in {seconds:.1f} s, {refused} batches refused by the own kernel")
    sys.exit(0 if sent >= count else "not all of them could be sent")


def knock(address, port, file, count, per_second, answers_retry):
    with open(file, "rb") as captured:
        template = Template(captured.read())
    sockets = []
    for number in range(512):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((f"198.18.{number // 200}.{1 + number % 200}", 0))
        udp.connect((address, port))
        udp.setblocking(False)
        sockets.append(udp)
    poll = select.poll()
    by_descriptor = {udp.fileno(): udp for udp in sockets}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)
    heard = collections.Counter()
    start = time.monotonic()
    sent = 0
    while time.monotonic() - start < LIMIT:
        if sent < count:
            sockets[sent % len(sockets)].send(template.make(new_id()))
            sent += 1
        ahead = sent / per_second - (time.monotonic() - start)
        # When all are sent, what still comes is heard for a second.
        ready = poll.poll(max(0, ahead * 1000) if sent < count else 1000)
        if not ready and sent >= count:
            break
        for descriptor, _ in ready:
            packet = by_descriptor[descriptor].recv(2048)
            if packet[0] & 0x80 == 0:
                heard["other"] += 1
            elif LongHeader(packet).kind == RETRY:
                heard["retry"] += 1
                if answers_retry:
                    by_descriptor[descriptor].send(template.answer_retry(packet))
            else:
                heard["handshake"] += 1
    print(f"{sent} first packets in {time.monotonic() - start:.1f} s; came back: {', '.join(f'{n} {kind}' for kind, n in sorted(heard.items())) or 'nothing'}")
    # An attack that the relay does not take for one proves nothing.
    if sent < count:
        sys.exit("not all of them could be sent")
    if heard["handshake"] == 0:
        sys.exit("the relay answered none: they are no first packets")
    if answers_retry and heard["retry"] == 0:
        sys.exit("the relay never asked for the address")


def capture(port, file):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("", port))
    udp.settimeout(15)
    print("ready", flush=True)
    packet = udp.recv(2048)
    with open(file + ".new", "wb") as out:
        out.write(packet)
    os.rename(file + ".new", file)
    print(f"{len(packet)} bytes")


def main():
    match sys.argv[1:]:
        case ["capture", port, file]:
            capture(int(port), file)
        case ["garbage", address, port, count, per_second]:
            garbage(address, int(port), int(count), int(per_second))
        case ["knock", address, port, file, count, per_second, *retry]:
            knock(address, int(port), file, int(count), int(per_second), retry == ["retry"])
        case _:
            sys.exit(__doc__)


main()
