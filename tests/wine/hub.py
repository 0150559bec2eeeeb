"""Speaks for a relay with a gateway behind it, towards the test engine of softlan.wine.exe (UdpLink.cs): one byte says what a packet is.

    'C' connect   'A' accepted   'M' a control message   'D' a datagram   'X' closed, then its reason and text

The room has one more peer, the gateway with the number 2, so that the client believes in a LAN.
"""

import json
import socket
import threading

GATEWAY = 2
CLIENT = 7
FRAME = 0
PROBE = 3
PROBE_REPLY = 4


def header(kind, source):
    """protocol.md, section 4: version and kind, split id, source."""
    return bytes([1 << 4 | kind, 0, source >> 8, source & 255])


class Hub:
    def __init__(self, address, mtu=1400):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.port = self.socket.getsockname()[1]
        self.mtu = mtu
        self.client = None
        self.hellos = []
        self.byes = []
        self.frames = []
        self.on_hello = lambda: None
        self.changed = threading.Condition()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            packet, sender = self.socket.recvfrom(65536)
            kind, body = packet[:1], packet[1:]
            with self.changed:
                if kind == b"C":
                    self.client = sender
                    self.socket.sendto(b"A", sender)
                elif kind == b"M":
                    self.on_control(json.loads(body), sender)
                elif kind == b"D":
                    self.on_datagram(body, sender)
                elif kind == b"X":
                    self.byes.append(body[1:].decode())
                self.changed.notify_all()

    def on_control(self, message, sender):
        if message["type"] == "hello":
            self.on_hello()
            self.hellos.append(message)
            welcome = {
                "type": "welcome", "peer": CLIENT, "room": message["room"], "mtu": self.mtu,
                "resume": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
                "peers": [{"id": GATEWAY, "role": "gateway", "name": "lan"}],
            }
            self.say(welcome)
        elif message["type"] == "bye":
            self.byes.append(message["text"])

    def on_datagram(self, body, sender):
        kind = body[0] & 15
        if kind == FRAME:
            self.frames.append(body[4:])
        elif kind == PROBE:
            target = body[4] << 8 | body[5]
            self.socket.sendto(b"D" + header(PROBE_REPLY, target) + bytes([CLIENT >> 8, CLIENT & 255]) + body[6:], sender)

    def say(self, message):
        self.socket.sendto(b"M" + json.dumps(message).encode(), self.client)

    def send(self, frame):
        self.socket.sendto(b"D" + header(FRAME, GATEWAY) + frame, self.client)

    def drop_client(self):
        self.socket.sendto(b"X\x01the test broke the line", self.client)

    def wait(self, condition, seconds):
        with self.changed:
            return self.changed.wait_for(condition, seconds)
