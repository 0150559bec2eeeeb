"""Ethernet frames as bytes, good ones and bad ones, and the tokens by which a watcher knows them."""
import socket
import struct

BROADCAST = "ff:ff:ff:ff:ff:ff"
IPV4, ARP, IPV6, LOCAL_EXPERIMENTAL_2 = 0x0800, 0x0806, 0x86DD, 0x88B6
ICMPV6_ROUTER_ADVERTISEMENT, ICMPV6_NEIGHBOUR_ADVERTISEMENT = 134, 136


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def tag(token, name):
    return f"{token}<{name}>".encode()


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(destination, source, ether_type, payload):
    return mac(destination) + mac(source) + struct.pack("!H", ether_type) + payload


def udp(source, destination, source_port, destination_port, payload, broken=False):
    """UDP in IPv4, or in IPv6 where the addresses are."""
    is_v6 = ":" in source
    family = socket.AF_INET6 if is_v6 else socket.AF_INET
    addresses = socket.inet_pton(family, source) + socket.inet_pton(family, destination)
    length = 8 + len(payload)
    header = struct.pack("!HHHH", source_port, destination_port, length, 0)
    pseudo = addresses + (struct.pack("!IHBB", length, 0, 0, 17) if is_v6 else struct.pack("!BBH", 0, 17, length))
    sum_ = checksum(pseudo + header + payload) ^ (0x5555 if broken else 0)
    segment = header[:6] + struct.pack("!H", sum_ or 0xFFFF) + payload
    if is_v6:
        return struct.pack("!IHBB", 6 << 28, length, 17, 64) + addresses + segment
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 1, 0, 64, 17, 0) + addresses
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + segment


def icmpv6(source, destination, type_, body):
    addresses = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, destination)
    message = struct.pack("!BBH", type_, 0, 0) + body
    sum_ = checksum(addresses + struct.pack("!IHBB", len(message), 0, 0, 58) + message)
    return struct.pack("!IHBB", 6 << 28, len(message), 58, 255) + addresses + message[:2] + struct.pack("!H", sum_) + message[4:]


def option(type_, content):
    """A neighbour discovery option: its length counts units of eight bytes."""
    content += b"\0" * (-(len(content) + 2) % 8)
    return struct.pack("!BB", type_, (len(content) + 2) // 8) + content


def arp(operation, sender_mac, sender_ip, target_mac, target_ip):
    return struct.pack("!HHBBH", 1, IPV4, 6, 4, operation) + mac(sender_mac) + socket.inet_aton(sender_ip) + mac(target_mac) + socket.inet_aton(target_ip)


def bootp_reply(server, offered, client_mac, note):
    """A DHCPOFFER with the note in the field for the boot file."""
    fixed = struct.pack("!BBBBIHH4s4s4s4s16s64s128s", 2, 1, 6, 0, 0x50F71A17, 0, 0x8000, b"", socket.inet_aton(offered), socket.inet_aton(server), b"", mac(client_mac), b"", note)
    return fixed + bytes([99, 130, 83, 99, 53, 1, 2, 54, 4]) + socket.inet_aton(server) + b"\xff"


class Speaker:
    """Makes the frames of one token. `own`: the card's MAC; `victim`: somebody else's MAC and IPv4 address; `target`: for whom unicast frames are."""

    LINK_LOCAL = "fe80::bad:1"

    def __init__(self, token, own, victim_mac, victim_ip, target):
        self.token, self.own, self.victim_mac, self.victim_ip, self.target = token, own, victim_mac, victim_ip, target

    def make(self, name):
        return getattr(self, "frame_" + name.replace("-", "_"), self.frame_plain)(tag(self.token, name))

    def frame_plain(self, note):
        return ethernet(BROADCAST, self.own, LOCAL_EXPERIMENTAL_2, note.ljust(46, b"\0"))

    def frame_unicast(self, note):
        return ethernet(self.target, self.own, LOCAL_EXPERIMENTAL_2, note.ljust(46, b"\0"))

    def frame_ipx(self, note):
        # Novell's "raw" 802.3: the length where the type would be, then a header that begins with FFFF instead of a checksum.
        packet = struct.pack("!HHBB", 0xFFFF, 30 + len(note), 0, 17) + bytes(4) + mac(BROADCAST) + b"\x86\x9c" + bytes(4) + mac(self.own) + b"\x86\x9c" + note
        return ethernet(BROADCAST, self.own, len(packet), packet)

    def frame_dhcp_server(self, note):
        return ethernet(BROADCAST, self.own, IPV4, udp("10.73.42.66", "255.255.255.255", 67, 68, bootp_reply("10.73.42.66", "10.73.42.67", self.victim_mac, note)))

    def frame_dhcp_request_for_another(self, note):
        # A DISCOVER with the note in the field for the boot file.
        request = b"\x01" + bootp_reply("0.0.0.0", "0.0.0.0", self.victim_mac, note)[1:236] + bytes([99, 130, 83, 99, 53, 1, 1, 255])
        return ethernet(BROADCAST, self.own, IPV4, udp("0.0.0.0", "255.255.255.255", 68, 67, request))

    def frame_ieee1905(self, note):
        return ethernet("01:80:c2:00:00:13", self.own, 0x893A, note.ljust(46, b"\0"))

    def frame_dhcpv6_server(self, note):
        # An ADVERTISE (2) with the note in a status message.
        message = b"\x02abc" + struct.pack("!HHH", 13, 2 + len(note), 0) + note
        return ethernet("33:33:00:00:00:01", self.own, IPV6, udp(self.LINK_LOCAL, "ff02::1", 547, 546, message))

    def frame_router_advertisement(self, note):
        body = struct.pack("!BBHII", 64, 0, 1800, 0, 0) + option(3, struct.pack("!BBIII16s", 64, 0xC0, 1800, 1800, 0, socket.inet_pton(socket.AF_INET6, "2001:db8:bad::"))) + option(253, note)
        return ethernet("33:33:00:00:00:01", self.own, IPV6, icmpv6(self.LINK_LOCAL, "ff02::1", ICMPV6_ROUTER_ADVERTISEMENT, body))

    def frame_neighbour_advertisement(self, note):
        body = struct.pack("!I", 0x20000000) + socket.inet_pton(socket.AF_INET6, "fd42:73::11") + option(2, mac(self.victim_mac)) + option(253, note)
        return ethernet("33:33:00:00:00:01", self.own, IPV6, icmpv6(self.LINK_LOCAL, "ff02::1", ICMPV6_NEIGHBOUR_ADVERTISEMENT, body))

    def frame_gratuitous_arp(self, note):
        return ethernet(BROADCAST, self.own, ARP, arp(2, self.victim_mac, self.victim_ip, self.victim_mac, self.victim_ip) + note)

    def frame_stp(self, note):
        bpdu = bytes.fromhex("424203" + "0000" + "00" + "00" + "00" + "8000" + "020000000001" + "00000000" + "8000" + "020000000001" + "8001" + "0000" + "1400" + "0200" + "0f00")
        return ethernet("01:80:c2:00:00:00", self.own, len(bpdu) + len(note), bpdu + note)

    def frame_lldp(self, note):
        return ethernet("01:80:c2:00:00:0e", self.own, 0x88CC, b"\x02\x07\x04" + mac(self.own) + bytes([0xFE, len(note)]) + note)

    def frame_vlan(self, note):
        return ethernet(BROADCAST, self.own, 0x8100, struct.pack("!HH", 42, LOCAL_EXPERIMENTAL_2) + note.ljust(46, b"\0"))

    def frame_spoofed_source(self, note):
        return ethernet(BROADCAST, self.victim_mac, LOCAL_EXPERIMENTAL_2, note.ljust(46, b"\0"))

    def frame_broken_checksum(self, note):
        return ethernet(self.target, self.own, IPV4, udp(self.victim_ip, "10.73.42.11", 7777, 7007, note, broken=True))
