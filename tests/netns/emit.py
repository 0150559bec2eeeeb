"""Sends frames straight through a card, each followed by a harmless one, so that a watcher knows when the first would have come.

emit.py CARD TOKEN VICTIM_MAC VICTIM_IP TARGET_MAC NAME...   names: the frame_ methods of frames.Speaker
emit.py CARD storm COUNT TOKEN                               COUNT broadcasts at once
"""
import socket
import sys
import time

from frames import BROADCAST, LOCAL_EXPERIMENTAL_2, Speaker, ethernet, tag

# More than one player may broadcast in a second would measure the relay's limit instead.
PAUSE = 0.01


def main():
    card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    card.bind((sys.argv[1], 0))
    own = card.getsockname()[4].hex(":")
    if sys.argv[2] == "storm":
        for number in range(int(sys.argv[3])):
            card.send(ethernet(BROADCAST, own, LOCAL_EXPERIMENTAL_2, tag(sys.argv[4], f"storm-{number}").ljust(46, b"\0")))
        return
    speaker = Speaker(sys.argv[2], own, *sys.argv[3:6])
    for name in sys.argv[6:]:
        for frame in name, "after-" + name:
            card.send(speaker.make(frame))
            time.sleep(PAUSE)
    # The last one says that it is over; a watcher that missed one hears another.
    for _ in range(5):
        card.send(speaker.make("end"))
        time.sleep(PAUSE)


main()
