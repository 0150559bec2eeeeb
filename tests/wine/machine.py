"""The machine in memory behind fakewin.dll, as a file: read and written here with struct, so that the layouts of netioapi.h are checked from a third side."""

import ipaddress
import os
import struct

ROUTES, INTERFACES, ADDRESSES = 64, 8, 16
HEADER = struct.Struct("<6IQ16s2s6x")
ROUTE, INTERFACE, ADDRESS = 104, 168, 80
TAP = bytes.fromhex("111111112222333344445555555555555555")[:4][::-1] + bytes.fromhex("2222")[::-1] + bytes.fromhex("3333")[::-1] + bytes.fromhex("4444555555555555")
TAP_LUID, TAP_INDEX = 0x0035000100000000, 77
WIFI_LUID, WIFI_INDEX = 0x0047000200000000, 12
AF_INET, AF_INET6 = 2, 23
REFUSES, NO_IPV6, FORGETS_DISABLE, RESTART_FAILS, HANGS = 1, 2, 4, 8, 16


def sockaddr(address):
    ip = ipaddress.ip_address(address)
    head = struct.pack("<HH", AF_INET if ip.version == 4 else AF_INET6, 0)
    return (head + (ip.packed if ip.version == 4 else bytes(4) + ip.packed)).ljust(28, b"\0")


def read_sockaddr(raw):
    family = struct.unpack_from("<H", raw)[0]
    return str(ipaddress.ip_address(raw[4:8] if family == AF_INET else raw[8:24]))


def route(network, via, luid, index, metric):
    net = ipaddress.ip_network(network)
    none = "0.0.0.0" if net.version == 4 else "::"
    row = struct.pack("<QI", luid, index) + sockaddr(net.network_address) + struct.pack("<B3x", net.prefixlen) + sockaddr(via or none)
    row += struct.pack("<B3xIIIiBBBBIi", 0, 0xFFFFFFFF, 0xFFFFFFFF, metric, 3, 0, 0, 0, 0, 0, 0)
    assert len(row) == ROUTE
    return row


def interface(family, luid, index, metric):
    row = bytearray(INTERFACE)
    struct.pack_into("<H", row, 0, family)
    struct.pack_into("<QI", row, 8, luid, index)
    row[44] = 1                                        # UseAutomaticMetric
    struct.pack_into("<II", row, 148, metric, 1500)    # Metric, NlMtu
    row[156] = 1                                       # Connected
    return bytes(row)


def address(ip, luid, index, origin):
    row = bytearray(ADDRESS)
    row[0:28] = sockaddr(ip)
    struct.pack_into("<QIii", row, 32, luid, index, origin, origin)
    row[60] = 24
    struct.pack_into("<i", row, 64, 4)                 # IpDadStatePreferred
    return bytes(row)


class Machine:
    """A PC on a home network 192.168.1.0/24, with a TAP adapter."""

    def __init__(self, path):
        self.path = path
        self.generation = 0
        self.flags = 0
        self.open_error = 0
        self.dns = bytes(2)
        self.routes = [
            route("0.0.0.0/0", "192.168.1.1", WIFI_LUID, WIFI_INDEX, 0),
            route("192.168.1.0/24", None, WIFI_LUID, WIFI_INDEX, 256),
        ]
        self.interfaces = [interface(family, luid, index, 35) for family in (AF_INET, AF_INET6) for luid, index in ((WIFI_LUID, WIFI_INDEX), (TAP_LUID, TAP_INDEX))]
        self.addresses = [address("192.168.1.20", WIFI_LUID, WIFI_INDEX, 3)]
        self.save()

    def save(self):
        raw = HEADER.pack(self.generation + 1, len(self.routes), len(self.interfaces), len(self.addresses), self.flags, self.open_error, TAP_LUID, TAP, self.dns)
        raw += b"".join(self.routes).ljust(ROUTES * ROUTE, b"\0")
        raw += b"".join(self.interfaces).ljust(INTERFACES * INTERFACE, b"\0")
        raw += b"".join(self.addresses).ljust(ADDRESSES * ADDRESS, b"\0")
        # Exchanged as a whole: fakewin.dll may be reading.
        with open(self.path + ".new", "wb") as file:
            file.write(raw)
        os.replace(self.path + ".new", self.path)

    def load(self):
        raw = b""
        while len(raw) < HEADER.size + ROUTES * ROUTE + INTERFACES * INTERFACE + ADDRESSES * ADDRESS:
            with open(self.path, "rb") as file:
                raw = file.read()
        self.generation, routes, interfaces, addresses, self.flags, self.open_error, _, _, self.dns = HEADER.unpack_from(raw)
        rest = raw[HEADER.size:]
        self.routes = [rest[i * ROUTE:(i + 1) * ROUTE] for i in range(routes)]
        rest = rest[ROUTES * ROUTE:]
        self.interfaces = [rest[i * INTERFACE:(i + 1) * INTERFACE] for i in range(interfaces)]
        rest = rest[INTERFACES * INTERFACE:]
        self.addresses = [rest[i * ADDRESS:(i + 1) * ADDRESS] for i in range(addresses)]
        return self

    def change(self, work):
        self.load()
        work(self)
        self.save()

    def list_routes(self):
        self.load()
        return [f"{read_sockaddr(r[12:40])}/{r[40]} via {read_sockaddr(r[44:72])} if {struct.unpack_from('<I', r, 8)[0]}" for r in self.routes]

    def tap_settings(self, family=AF_INET):
        """UseAutomaticMetric, NlMtu, DisableDefaultRoutes, and the metric where it is not automatic."""
        self.load()
        for row in self.interfaces:
            if struct.unpack_from("<H", row)[0] == family and struct.unpack_from("<Q", row, 8)[0] == TAP_LUID:
                metric, mtu = struct.unpack_from("<II", row, 148)
                return row[44], mtu, row[166], 0 if row[44] else metric
        return None
