"""A load that waits for itself, so that a busy machine makes it slower and nothing else: what waits is dealt with together, and would cost less.

  load.py PLAYER LAN ADDRESS ROUNDS FRAMES BYTES SECONDS [answer]

PLAYER and LAN are network namespaces, and ADDRESS is the LAN's. Every SECONDS, or when the frames before are through, the player sends FRAMES with
BYTES each; with "answer" the LAN sends the last one back. Fails when more than one round in fifty loses something.
"""

import ctypes
import os
import socket
import sys
import time

PORT = 9000
PATIENCE = 0.5  # Seconds until a frame counts as lost.


def socket_in(namespace):
    """A socket belongs to the namespace in which it was made, wherever its process goes then."""
    fd = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(fd, 0) != 0:
        sys.exit(f"cannot enter {namespace}: {os.strerror(ctypes.get_errno())}")
    os.close(fd)
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(PATIENCE)
    return made


def receive(end, number):
    """The last frame of a round, which is behind the others; what is late from one before is passed over."""
    while True:
        data, sender = end.recvfrom(2048)
        if int.from_bytes(data[:4], "big") == number:
            return sender


player = socket_in(sys.argv[1])
lan = socket_in(sys.argv[2])
target = (sys.argv[3], PORT)
rounds, frames, size = map(int, sys.argv[4:7])
interval = float(sys.argv[7])
answers = sys.argv[8:] == ["answer"]
lan.bind(target)
lost = 0
for number in range(1, rounds + 1):
    began = time.monotonic()
    last = number.to_bytes(4, "big").ljust(size, b"\0")
    for _ in range(frames - 1):
        player.sendto(bytes(size), target)
    player.sendto(last, target)
    try:
        sender = receive(lan, number)
        if answers:
            lan.sendto(last, sender)
            receive(player, number)
    except TimeoutError:
        lost += 1
        if lost * 50 > rounds:
            sys.exit(f"{lost} of {number} rounds lost something")
    time.sleep(max(0, began + interval - time.monotonic()))
