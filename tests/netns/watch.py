"""Notes which frames with a token come in through a card (not what the machine itself sends).

watch.py CARD TOKEN SECONDS   prints "ready"; at the frame named "end" or when the time is over: the names of all that came, with their number
"""
import collections
import re
import socket
import sys
import time

ETH_P_ALL = 3
PACKET_OUTGOING = 4


def main():
    card_name, token, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    card.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    card.bind((card_name, ETH_P_ALL))
    until = time.monotonic() + seconds
    print("ready", flush=True)
    pattern = re.compile(re.escape(token.encode()) + rb"<([a-z0-9-]+)>")
    seen = collections.Counter()
    while "end" not in seen and (left := until - time.monotonic()) > 0:
        card.settimeout(left)
        try:
            frame, where = card.recvfrom(1 << 16)
        except TimeoutError:
            break
        if where[2] != PACKET_OUTGOING and (found := pattern.search(frame)):
            seen[found[1].decode().split("storm-")[0] or "storm"] += 1
    print("saw", " ".join(f"{name}={count}" for name, count in sorted(seen.items())), flush=True)


main()
