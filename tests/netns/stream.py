"""TCP with a payload that the receiver verifies.

stream.py serve PORT                              until it is killed; prints "ready"
stream.py up|down|both ADDRESS PORT MEGABYTES     prints how fast it was; fails unless every byte arrived as it was sent
stream.py hold ADDRESS PORT                       one connection with a question every 50 ms, until SIGTERM; then prints the longest wait for an answer
"""
import hashlib
import os
import signal
import socket
import sys
import threading
import time

LIMIT = 30
LONG = 300
CHUNK = 1 << 16


def receive_exactly(connection, length):
    data = bytearray()
    while len(data) < length:
        part = connection.recv(min(CHUNK, length - len(data)))
        if not part:
            raise EOFError(f"the connection ended after {len(data)} of {length} bytes")
        data += part
    return bytes(data)


def send_payload(connection, length):
    payload = os.urandom(length)
    connection.sendall(payload + hashlib.sha256(payload).digest())


def receive_payload(connection, length):
    payload = receive_exactly(connection, length)
    if hashlib.sha256(payload).digest() != receive_exactly(connection, 32):
        raise ValueError(f"{length} bytes arrived, but other ones than were sent")


def answer(connection):
    with connection:
        connection.settimeout(LONG)
        request = receive_exactly(connection, 9)
        length = int.from_bytes(request[1:], "big")
        if request[:1] == b"u":
            receive_payload(connection, length)
            connection.sendall(b"k")
        elif request[:1] == b"d":
            send_payload(connection, length)
            receive_exactly(connection, 1)
        else:
            while question := connection.recv(4):
                connection.sendall(question)


def serve(port):
    # All at once: on machines with IPv6 this hears IPv4 as well.
    with socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        print("ready", flush=True)
        while True:
            connection, _ = server.accept()
            threading.Thread(target=answer, args=(connection,), daemon=True).start()


def transfer(direction, address, port, length):
    with socket.create_connection((address, port), timeout=LIMIT) as connection:
        connection.sendall(direction[:1].encode() + length.to_bytes(8, "big"))
        if direction == "up":
            send_payload(connection, length)
            receive_exactly(connection, 1)
        else:
            receive_payload(connection, length)
            connection.sendall(b"k")


def hold(address, port):
    longest = asked = 0
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    with socket.create_connection((address, port), timeout=LIMIT) as connection:
        connection.settimeout(LONG)
        connection.sendall(b"h" + bytes(8))
        print("ready", flush=True)
        while not over.is_set():
            start = time.monotonic()
            asked += 1
            connection.sendall(asked.to_bytes(4, "big"))
            if receive_exactly(connection, 4) != asked.to_bytes(4, "big"):
                raise ValueError("an answer is not what was sent")
            longest = max(longest, time.monotonic() - start)
            over.wait(0.05)
    print(f"{asked} answers, the longest after {longest:.1f} s", flush=True)


def main():
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    if sys.argv[1] == "hold":
        hold(sys.argv[2], int(sys.argv[3]))
        return
    direction, address, port, megabytes = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    rates = []
    for way in ("up", "down") if direction == "both" else (direction,):
        start = time.monotonic()
        transfer(way, address, port, megabytes << 20)
        rates.append(f"{way} {megabytes * 8.389 / (time.monotonic() - start):.0f} Mbit/s")
    print(f"{megabytes} MiB, {', '.join(rates)}")


try:
    main()
except (OSError, EOFError, ValueError) as error:
    print(f"{type(error).__name__}: {error}")
    sys.exit(1)
