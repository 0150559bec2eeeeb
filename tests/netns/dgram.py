"""UDP: large datagrams whose content both ends verify, and broadcasts and multicasts as games send them.

dgram.py echo PORT                          until it is killed; prints "ready"; answers a good datagram with another one of the same size
dgram.py big ADDRESS PORT SIZE COUNT NEEDED sends COUNT of them, one after another; fails unless NEEDED came back whole, in one of three tries
dgram.py listen PORT [GROUP[%CARD]]...      until it is killed; prints "ready", then what it hears and from whom
dgram.py shout ADDRESS PORT TEXT            one datagram, from a socket that is bound to nothing
"""
import hashlib
import os
import socket
import struct
import sys

WAIT = 1.0

# Nobody repeats a datagram, and a host that takes the cores away for 10 ms makes pieces too late to be sent on.
TRIES = 3


def make(size):
    body = os.urandom(size - 32)
    return hashlib.sha256(body).digest() + body


def is_whole(datagram):
    return hashlib.sha256(datagram[32:]).digest() == datagram[:32]


def dual_socket(port):
    udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    udp.bind(("::", port))
    return udp


def echo(port):
    udp = dual_socket(port)
    print("ready", flush=True)
    while True:
        datagram, sender = udp.recvfrom(1 << 16)
        if is_whole(datagram):
            udp.sendto(make(len(datagram)), sender)
        else:
            print(f"{len(datagram)} bytes from {sender[0]} are not what was sent", flush=True)


def send_all(udp, size, count):
    whole = 0
    for _ in range(count):
        udp.send(make(size))
        try:
            answer = udp.recv(1 << 16)
        except TimeoutError:
            continue
        if len(answer) != size or not is_whole(answer):
            sys.exit(f"an answer of {len(answer)} bytes is not what was sent")
        whole += 1
    return whole


def big(address, port, size, count, needed):
    family, _, _, _, where = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM)[0]
    udp = socket.socket(family, socket.SOCK_DGRAM)
    udp.settimeout(WAIT)
    udp.connect(where)
    for _ in range(TRIES):
        whole = send_all(udp, size, count)
        if whole >= needed:
            break
    print(f"{whole} of {count}")
    sys.exit(0 if whole >= needed else f"only {whole} of {count} datagrams of {size} bytes came back")


def join(udp, group):
    address, _, card = group.partition("%")
    if ":" in address:
        udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, address) + struct.pack("@I", socket.if_nametoindex(card)))
    else:
        # Without a card the kernel asks its routes, as for games, which name none.
        index = socket.if_nametoindex(card) if card else 0
        udp.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(address) + bytes(4) + struct.pack("@i", index))


def listen(port, groups):
    udp = dual_socket(port)
    for group in groups:
        join(udp, group)
    print("ready", flush=True)
    while True:
        text, sender = udp.recvfrom(2048)
        print(f"{text.decode(errors='replace')} from {sender[0].removeprefix('::ffff:')}", flush=True)


def shout(address, port, text):
    family, _, _, _, where = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM)[0]
    udp = socket.socket(family, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    udp.sendto(text.encode(), where)


def main():
    match sys.argv[1:]:
        case ["echo", port]:
            echo(int(port))
        case ["big", address, port, size, count, needed]:
            big(address, int(port), int(size), int(count), int(needed))
        case ["listen", port, *groups]:
            listen(int(port), groups)
        case ["shout", address, port, text]:
            shout(address, int(port), text)
        case _:
            sys.exit(__doc__)


try:
    main()
except OSError as error:
    sys.exit(str(error))
