#!/usr/bin/env python3
"""The tests of tests/wine.sh: softlan for Windows in Wine. Run by it, in a network namespace of its own.

    ring.py WORK SOFTLAN_WINE_EXE SOFTLAN_EXE SOFTLAN_AOT_EXE

Without the last one its tests are skipped. WORK holds faketap.sys, tapctl.exe and fakewin.dll; logs and the Wine prefix go there too. Ends with "N passed, N failed".
"""

import os
import pty
import re
import signal
import subprocess
import sys
import time

import machine
from hub import Hub
from machine import Machine

WORK, TEST_EXE, SHIPPED_EXE, NATIVE_EXE = sys.argv[1:5]
RELAY = "203.0.113.7"
MAC = "02:00:5e:10:00:21"
CLASS = r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}"
NETWORK = r"HKLM\SYSTEM\CurrentControlSet\Control\Network\{4D36E972-E325-11CE-BFC1-08002BE10318}"
PARTY = "{11111111-2222-3333-4444-555555555555}"
OTHER = "{22222222-2222-3333-4444-555555555555}"
PREFIX = os.path.join(WORK, "prefix")
STATE = os.path.join(PREFIX, "drive_c", "ProgramData", "softlan")
LOG = os.path.join(WORK, "fakewin.log")

# A file for what is printed: services and drivers of Wine keep an inherited pipe open, and its reader would wait for ever.
os.environ.update(
    WINEPREFIX=PREFIX, WINEDEBUG="-all", WINEDLLOVERRIDES="mscoree,mshtml=", DOTNET_NOLOGO="1", NO_COLOR="1",
    FAKEWIN_DLL="Z:" + WORK.replace("/", "\\") + "\\fakewin.dll",
    FAKEWIN_STATE="Z:" + WORK.replace("/", "\\") + "\\fakewin.state",
    FAKEWIN_LOG="Z:" + LOG.replace("/", "\\"))
os.environ.pop("DISPLAY", None)

passed = failed = 0
started = []


def check(what, condition, detail=""):
    global passed, failed
    if condition:
        passed += 1
        print(f"  ok      {what}", flush=True)
    else:
        failed += 1
        print(f"  FAILED  {what}{': ' if detail else ''}{detail}", flush=True)
    return bool(condition)


def heading(text):
    print(f"{text}  [{time.monotonic() - BEGIN:.0f} s]", flush=True)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def wine(*command, seconds=60):
    """Runs it to its end. Returns exit code and output."""
    path = os.path.join(WORK, "output.txt")
    with open(path, "wb") as output:
        process = subprocess.Popen(["wine", *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = "time limit"
    return code, read(path).replace("\r", "")


def wait_for(condition, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


class Tapctl:
    """The far side of the fake adapter."""

    def __init__(self):
        self.process = subprocess.Popen(["wine", os.path.join(WORK, "tapctl.exe")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        started.append(self.process)

    def ask(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        answer = []
        while (got := self.process.stdout.readline().decode().strip()) != ".":
            if not got and self.process.poll() is not None:
                raise RuntimeError("tapctl.exe is gone")
            answer.append(got)
        return answer

    def status(self):
        words = self.ask("status")[0].split()
        return dict(zip(words[0::2], words[1::2]))

    def inject(self, frame):
        self.ask("inject " + frame.hex())

    def collect(self):
        return [bytes.fromhex(line) for line in self.ask("collect")]


class Client:
    """softlan client in a terminal, with its log in a file."""

    count = 0

    def __init__(self, *options, exe=TEST_EXE):
        Client.count += 1
        self.path = os.path.join(WORK, f"client-{Client.count}.log")
        self.terminal, side = pty.openpty()
        with open(self.path, "wb") as log:
            self.process = subprocess.Popen(
                ["wine", exe, "client", *options], stdin=side, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0))
        os.close(side)
        started.append(self.process)

    @property
    def log(self):
        return read(self.path).replace("\r", "")

    def says(self, text, seconds=20):
        return wait_for(lambda: text in self.log or self.process.poll() is not None, seconds) and text in self.log

    def ctrl_c(self):
        os.write(self.terminal, b"\x03")

    def end(self, seconds=20):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return "time limit"

    def kill(self):
        """As a power cut: SIGKILL for the process that was started, and no chance to undo."""
        self.process.kill()
        self.process.wait()


def add_adapter(key, component, guid=None, name=None, instance=None):
    base = f"{CLASS}\\{key}"
    wine("reg", "add", base, "/v", "ComponentId", "/d", component, "/f")
    if guid:
        wine("reg", "add", base, "/v", "NetCfgInstanceId", "/d", guid, "/f")
        wine("reg", "add", f"{NETWORK}\\{guid}\\Connection", "/v", "Name", "/d", name, "/f")
        wine("reg", "add", f"{NETWORK}\\{guid}\\Connection", "/v", "PnpInstanceID", "/d", instance, "/f")


def network_address():
    code, text = wine("reg", "query", f"{CLASS}\\0042", "/v", "NetworkAddress")
    found = re.search(r"REG_SZ\s+(\S+)", text)
    return found.group(1) if found else None


def client_says(*options, room="ROOM1"):
    code, text = wine(TEST_EXE, "client", "--room", room, "--relay", f"{RELAY}:4433", *options, seconds=40)
    return code, text.strip()


def frame(to, source, kind, body):
    return bytes.fromhex(to.replace(":", "") + source.replace(":", "")) + kind.to_bytes(2, "big") + body.ljust(46, b"\0")


def journals():
    return [name for name in os.listdir(STATE) if name.endswith(".journal.json")] if os.path.isdir(STATE) else []


BEGIN = time.monotonic()


def prepare():
    heading("Wine")
    # It stays until "wineserver -k": with the last process the driver would go.
    os.makedirs(PREFIX, exist_ok=True)
    subprocess.run(["wineserver", "-p"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30)
    # Not by "wineboot -i", after which services that are made cannot be found.
    code, text = wine("cmd", "/c", "ver", seconds=180)
    check("a prefix is made", code == 0 and "Windows" in text, text[-300:])
    wine("winecfg", "-v", "win10")
    drivers = os.path.join(PREFIX, "drive_c", "windows", "system32", "drivers")
    os.makedirs(drivers, exist_ok=True)
    subprocess.run(["cp", os.path.join(WORK, "faketap.sys"), drivers], check=True)
    # Until the services that start with Windows have started, their list is locked, and "sc" succeeds without a word.
    end = time.monotonic() + 40
    text = ""
    while "started successfully" not in text and time.monotonic() < end:
        wine("sc", "create", "faketap", "type=", "kernel", "start=", "demand", "binPath=", r"C:\windows\system32\drivers\faketap.sys")
        text = wine("net", "start", "faketap")[1]
        time.sleep(0.5)
    check("the fake adapter's driver runs", "started successfully" in text, text)


def check_file(name, path):
    with open(path, "rb") as file:
        content = file.read()
    at = int.from_bytes(content[0x3C:0x40], "little")
    check(f"{name} is a program for 64-bit Windows", content[at:at + 6] == b"PE\0\0\x64\x86")
    check(f"{name} asks for an administrator and knows long paths and UTF-8", all(word in content for word in (b"requireAdministrator", b"longPathAware", b"activeCodePage")))
    check(f"{name} has msquic inside", b"MsQuicOpenVersion" in content)


def dependent_load_flags(path):
    """Of the load configuration (winnt.h, IMAGE_LOAD_CONFIG_DIRECTORY64); None where the executable has none that reaches so far."""
    with open(path, "rb") as file:
        content = file.read()

    def number(at, length):
        return int.from_bytes(content[at:at + length], "little")
    header = number(0x3C, 4) + 24                     # IMAGE_OPTIONAL_HEADER64
    rva, length = number(header + 112 + 10 * 8, 4), number(header + 112 + 10 * 8 + 4, 4)
    section = header + number(header - 4, 2)          # SizeOfOptionalHeader
    for at in range(section, section + 40 * number(header - 18, 2), 40):
        begin = number(at + 12, 4)
        if rva and length >= 80 and begin <= rva < begin + number(at + 8, 4):
            return number(number(at + 20, 4) + rva - begin + 78, 2)
    return None


def native():
    if not os.path.exists(NATIVE_EXE):
        print("  skipped: the experimental native executable: publish.sh win-x64 has not made it, and says why", flush=True)
        return
    heading("the experimental native executable")
    check_file("it", NATIVE_EXE)
    check("what it imports comes from System32 alone", dependent_load_flags(NATIVE_EXE) == 0x800, str(dependent_load_flags(NATIVE_EXE)))
    code, text = wine(NATIVE_EXE, "--version")
    check("it says its version", code == 0 and re.match(r"softlan \d", text), text)
    code, text = wine(NATIVE_EXE, "client", "--list-taps")
    check("it reads the registry", code == 0 and PARTY in text and "wintun" not in text, text)
    code, text = wine(NATIVE_EXE, "client", "--room", "a b")
    check("it says mistakes", code == 2 and text.startswith("softlan: --room: 'a b' is not a room code: its character 2 is a space."), text)


def commands():
    heading("command line")
    check_file("softlan.exe", SHIPPED_EXE)
    code, text = wine(SHIPPED_EXE, "--version")
    check("--version", code == 0 and re.match(r"softlan \d", text), text)
    code, text = wine(SHIPPED_EXE, "client", "--help")
    check("help shows what is Windows' and what is Linux'", code == 0 and "--network-category" in text and "TAP-Windows6" in text, text)
    code, text = wine(SHIPPED_EXE, "client", "--room", "a", "--address", "dhcp")
    check("an option of Linux is refused in one line", code == 2 and text.strip() == "softlan: --address is for Linux. Leave it out on Windows; softlan client --help says what happens instead.", text)
    code, text = wine(SHIPPED_EXE, "relay", "--cpu-latency", "0")
    check("a relay's option of Linux as well",
          code == 2 and text.strip() == "softlan: --cpu-latency is for Linux. Leave it out on Windows, and use a power plan instead.", text)
    code, text = wine(SHIPPED_EXE, "gateway", "--room", "a", "--interface", "eth0")
    check("gateway says that it is for Linux", code == 1 and text.startswith("softlan: softlan gateway is for Linux:"), text)
    code, text = wine(SHIPPED_EXE, "client", "--room", "a", "--relay", RELAY)
    check("without an engine, or on Windows 10, the client says what it needs", code == 1 and re.match(r"softlan: Cannot .*Windows 11", text), text)


def discovery():
    heading("adapters")
    code, text = wine(SHIPPED_EXE, "client", "--list-taps")
    check("--list-taps without a driver says where to get it", code == 0 and "TAP-Windows6" in text and "OpenVPN" in text, text)
    code, text = client_says()
    check("no driver", code == 1 and text.startswith("softlan: Cannot find a virtual network card: this PC has no TAP-Windows6 adapter. Hint: install TAP-Windows6"), text)
    add_adapter("0041", r"pci\ven_8086", "{33333333-2222-3333-4444-555555555555}", "Ethernet", r"PCI\0")
    add_adapter("0042", "tap0901", PARTY, "Party", r"ROOT\NET\0042")
    add_adapter("0043", r"Root\TAP0901", OTHER, "Other", r"ROOT\NET\0043")
    add_adapter("0044", "wintun", "{44444444-2222-3333-4444-555555555555}", "Wintun", r"ROOT\NET\0044")
    add_adapter("Properties", "tap0901")
    code, text = wine(SHIPPED_EXE, "client", "--list-taps")
    lines = [line.split() for line in text.splitlines()]
    check("--list-taps finds both kinds and no others", lines == [["Other", OTHER, r"Root\TAP0901"], ["Party", PARTY, "tap0901"]], text)
    code, text = client_says()
    check("several adapters", code == 1 and "this PC has 2: 'Other', 'Party'. Hint: name one with --tap" in text, text)
    code, text = client_says("--tap", "Nope")
    check("an adapter that is not there", code == 1 and "Cannot find the TAP adapter 'Nope': this PC has 'Other', 'Party'" in text, text)
    code, text = client_says("--tap", OTHER)
    check("an adapter by its id, whose driver does not run", code == 1 and "Cannot open the TAP adapter 'Other': its driver does not run (CreateFile: " in text and "error 2)" in text, text)
    wine("reg", "delete", f"{CLASS}\\0043", "/f")


def probes():
    heading("parts")
    code, text = wine(TEST_EXE, "probe", "com", "stamp")
    check("Network List Manager, through source-generated COM", "ok com" in text, text)
    check("a process is known again, and only that one", "ok stamp" in text, text)
    code, text = wine(TEST_EXE, "probe", "timer")
    check("a timer rings once for each time that it is set", "ok timer" in text, text)
    code, first = wine(TEST_EXE, "probe", "boot")
    code, second = wine(TEST_EXE, "probe", "boot")
    code, once = wine(TEST_EXE, "probe", "library")
    check("msquic.dll comes out of the executable and is loaded", re.search(r"unpacked to msquic-[0-9a-f]{32}\nok library", once), once)
    copies = [os.path.join(base, name) for base, _, names in os.walk(STATE) for name in names if name == "msquic.dll"]
    with open(copies[0], "r+b") as copy:
        copy.seek(1000)
        copy.write(b"changed")
    code, again = wine(TEST_EXE, "probe", "library")
    with open(copies[0], "rb") as copy:
        check("a copy that somebody changed is replaced first", again == once and b"changed" not in copy.read(), again)
    for planted in ("winmm.dll", "secur32.dll", "sspicli.dll"):
        subprocess.run(["cp", os.path.join(WORK, "fakewin.dll"), os.path.join(os.path.dirname(copies[0]), planted)], check=True)
    code, again = wine(TEST_EXE, "probe", "library")
    check("a library that lies beside it is not loaded along", again == once, again)
    places = os.path.join(PREFIX, "drive_c", "ProgramData", "places")
    os.makedirs(places, 0o700)
    for name in ("empty", "open", "target"):
        os.mkdir(os.path.join(places, name))
        os.chmod(os.path.join(places, name), 0o777)
    with open(os.path.join(places, "open", "client-1.journal.json"), "w", encoding="utf-8"):
        pass
    os.symlink("target", os.path.join(places, "link"))
    code, text = wine(TEST_EXE, "probe", "private")
    said = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    check("a place of its own is made, and a file in it", said.get("fresh") == "made, 1 file", text)
    check("an empty one that others may write to is made anew", said.get("empty") == "made, 1 file", text)
    check("one that others may write to is refused, and what lies below", "may write to it. Hint: check its content, delete it" in said.get("open", "") and "may write to it" in said.get("open\\below", ""), text)
    check("a link is refused, and what lies below", "it is a link to another place" in said.get("link", "") and "it is a link to another place" in said.get("link\\below", ""), text)
    check("nothing was written through it", not os.listdir(os.path.join(places, "target")))
    check("two processes agree on the boot", first == second and len(first.splitlines()[0]) == 36, first + second)


def echo(tapctl):
    heading("the adapter's frames")
    path = os.path.join(WORK, "echo.log")
    with open(path, "wb") as log:
        process = subprocess.Popen(["wine", TEST_EXE, "probe", "tap"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    started.append(process)
    check("opened, media connected, reads under way", wait_for(lambda: tapctl.status()["media"] == "1" and int(tapctl.status()["reads"]) > 1), read(path))
    sent = []
    for n in range(1500):
        body = n.to_bytes(4, "big") + bytes((n + i) & 255 for i in range(n % 1450))
        sent.append(bytes(12) + b"\x12\x34" + body)
        tapctl.inject(bytes.fromhex("0200000000aa0200000000bb") + b"\x12\x34" + body)
    tapctl.inject(bytes.fromhex("0200000000aa0200000000bb") + b"\xff\xff" + bytes(46))
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
    back = tapctl.collect()
    check("1500 frames out and back, whole and in order", [f[14:] for f in back[:1500]] == [f[14:] for f in sent], f"{len(back)} came back; {read(path)}")
    check("source and destination as sent", back and back[0][:12] == bytes.fromhex("0200000000bb0200000000aa"))
    check("it closes at once, though reads are under way", "ok tap" in read(path), read(path))
    check("the driver has it back", wait_for(lambda: tapctl.status()["open"] == "0"))


def refusals(tapctl, pc):
    heading("errors")
    pc.change(lambda m: setattr(m, "open_error", 31))
    code, text = client_says()
    check("in use by another program", code == 1 and "Cannot open the TAP adapter 'Party': another program uses it (CreateFile: " in text and "(error 31)" in text, text)
    check("and nothing was changed", network_address() is None and not journals())
    pc.change(lambda m: setattr(m, "open_error", 5))
    code, text = client_says()
    check("access denied: says administrator", code == 1 and "(error 5)" in text and "Run as administrator" in text, text)
    pc.change(lambda m: setattr(m, "open_error", 0))
    code, text = wine(TEST_EXE, "client", "--room", "NEVER", seconds=40)
    check("a room that was never joined needs a relay", code == 1 and "this machine has never joined it" in text, text)
    pc.change(lambda m: setattr(m, "flags", machine.RESTART_FAILS))
    code, text = client_says("--virtual-mac", MAC)
    check("no restart, and a MAC that no player may have", code == 1 and f"Cannot give the TAP adapter 'Party' the MAC {MAC}: " in text and "SetupDiCallClassInstaller" in text, text)
    check("and the registry is as before", network_address() is None and not journals(), str(network_address()))
    pc.change(lambda m: setattr(m, "flags", 0))


def party(tapctl, pc, hub):
    heading("a player joins")
    media_at_hello = []
    hub.on_hello = lambda: media_at_hello.append(tapctl.status()["media"])
    client = Client("--tap", "party", "--relay", f"{RELAY}:{hub.port}", "--room", "ROOM1", "--virtual-mac", MAC, "--log-level", "debug")
    check("the adapter is restarted for its MAC", client.says(f"Restarting the TAP adapter Party, so that it takes the MAC {MAC}"), client.log)
    check("and has it", client.says(f"TAP adapter Party has the MAC {MAC} (driver 9.27)"), client.log)
    check("the registry asks for it", network_address() == MAC.replace(":", "").upper(), str(network_address()))
    check("the hello carries it", hub.wait(lambda: hub.hellos and hub.hellos[-1]["mac"] == MAC, 10), str(hub.hellos))
    check("the cable was out until the welcome", media_at_hello == ["0"], str(media_at_hello))
    check("then it is in", wait_for(lambda: tapctl.status()["media"] == "1"), client.log)
    check("the relay is pinned to the home router", f"{RELAY}/32 via 192.168.1.1 if 12" in pc.list_routes(), str(pc.list_routes()))
    check("IPv4: metric 1, no default routes, the room's MTU", pc.tap_settings() == (0, 1400, 1, 1), str(pc.tap_settings()))
    check("IPv6 the same", pc.tap_settings(machine.AF_INET6) == (0, 1400, 1, 1), str(pc.tap_settings(machine.AF_INET6)))
    check("the party's DNS servers are for its own names", pc.load().dns == b"\1\1", str(pc.dns))
    lines = read(LOG).splitlines()
    order = [next((i for i, line in enumerate(lines) if line.startswith(start)), -1) for start in ("restart", "route +", "interface 77 v4", "interface 77 v6")]
    check("in this order: MAC, pin, settings", -1 not in order and order == sorted(order), str(lines))
    check("a journal is kept", len(journals()) == 1, str(journals()))
    check("connected to the gateway, it says", client.says("Connected to the LAN gateway"), client.log)
    return client


def traffic(tapctl, hub, client):
    heading("frames")
    hub.frames.clear()
    up = [frame("00:16:3e:00:00:05", MAC, 0x1234, n.to_bytes(4, "big") + bytes(n * 7 % 1300)) for n in range(200)]
    tapctl.inject(frame("00:16:3e:00:00:05", "02:00:00:00:00:99", 0x1234, b"foreign"))
    for one in up:
        tapctl.inject(one)
    hub.wait(lambda: len(hub.frames) >= len(up), 20)
    check("200 frames of the player reach the LAN, in order, and the foreign one does not", hub.frames == up, f"{len(hub.frames)} came")
    check("the foreign one is told", client.says("which is not its own"), client.log)
    tapctl.collect()
    down = [frame(MAC, "00:16:3e:00:00:05", 0x1234, n.to_bytes(4, "big") + bytes(n * 5 % 1300)) for n in range(200)]
    for n, one in enumerate(down):
        hub.send(one)
        if n % 20 == 19:
            time.sleep(0.02)
    got = []
    wait_for(lambda: got.extend(tapctl.collect()) or len(got) >= len(down), 20)
    check("200 frames of the LAN reach the player, in order", got == down, f"{len(got)} came")
    hub.send(frame("ff:ff:ff:ff:ff:ff", "00:16:3e:00:00:05", 0x0800, b"broadcast"))
    check("a broadcast, too", wait_for(lambda: any(f[:6] == b"\xff" * 6 for f in tapctl.collect())))


def changes(tapctl, pc, hub, client):
    heading("the world changes")
    pc.change(lambda m: m.addresses.append(machine.address("10.73.42.17", machine.TAP_LUID, machine.TAP_INDEX, 3)))
    check("an address from DHCP is told at once", client.says("Address 10.73.42.17 from the party's DHCP", 4), client.log)
    pc.change(lambda m: m.routes.__setitem__(0, machine.route("0.0.0.0/0", "172.20.10.1", machine.WIFI_LUID, machine.WIFI_INDEX, 0)))
    check("another Wi-Fi is followed", client.says("The network of this machine changed", 8), client.log)
    pins = [r for r in pc.list_routes() if r.startswith(RELAY)]
    check("with one pin, the new one", pins == [f"{RELAY}/32 via 172.20.10.1 if 12"], str(pins))

    pc.change(lambda m: m.routes.append(machine.route("0.0.0.0/1", "10.73.42.1", machine.TAP_LUID, machine.TAP_INDEX, 0)))
    check("a route that would take the internet is removed", client.says("Something added the route 0.0.0.0/1 via 10.73.42.1 to Party: removed", 8), client.log)
    check("from Windows' table, and nothing else with it", not any(r.startswith("0.0.0.0/1 ") for r in pc.list_routes()) and any(r.startswith("0.0.0.0/0 ") for r in pc.list_routes()), str(pc.list_routes()))
    pc.change(lambda m: m.addresses.append(machine.address("192.168.1.77", machine.TAP_LUID, machine.TAP_INDEX, 3)))
    check("a party with the network of the home is told", client.says("192.168.1.0/24 overlaps with 192.168.1.0/24 on ", 8), client.log)

    def reset(m):
        m.interfaces = [machine.interface(machine.AF_INET, machine.TAP_LUID, machine.TAP_INDEX, 35) if i == 1 else row for i, row in enumerate(m.interfaces)]
    pc.change(reset)
    check("settings that somebody took back are made again", wait_for(lambda: pc.tap_settings() == (0, 1400, 1, 1), 8), str(pc.tap_settings()))
    tapctl.ask("mode 1")
    time.sleep(1.5)
    tapctl.ask("mode 0")
    hub.frames.clear()
    again = frame("00:16:3e:00:00:05", MAC, 0x1234, b"after sleep")
    check("frames go on after sleep", wait_for(lambda: tapctl.inject(again) or hub.wait(lambda: again in hub.frames, 0.2), 10), client.log)
    interfaces = list(pc.load().interfaces)

    def disable(m):
        m.open_error = 2
        m.interfaces = [row for n, row in enumerate(m.interfaces) if n % 2 == 0]

    def enable(m):
        m.open_error = 0
        m.interfaces = [machine.interface(machine.AF_INET if n < 2 else machine.AF_INET6, machine.TAP_LUID, machine.TAP_INDEX, 35) if n % 2 else row for n, row in enumerate(interfaces)]
    pc.change(disable)
    tapctl.ask("mode 2")
    check("a disabled adapter is closed, so that its driver can go", wait_for(lambda: tapctl.status()["open"] == "0", 5), str(tapctl.status()))
    time.sleep(3)
    pc.change(enable)
    check("enabled again, it is opened, and its cable is in", wait_for(lambda: tapctl.status()["media"] == "1", 5), client.log)
    check("with the settings of before", pc.tap_settings() == (0, 1400, 1, 1), str(pc.tap_settings()))
    hub.frames.clear()
    enabled = frame("00:16:3e:00:00:05", MAC, 0x1234, b"after enabling")
    check("frames go on", wait_for(lambda: tapctl.inject(enabled) or hub.wait(lambda: enabled in hub.frames, 0.2), 10), client.log)
    hellos = len(hub.hellos)
    hub.drop_client()
    check("a lost relay is joined again, with the token", hub.wait(lambda: len(hub.hellos) > hellos and hub.hellos[-1].get("resume"), 15), client.log)
    check("and the cable stays in", tapctl.status()["media"] == "1")


def is_as_before(tapctl, pc):
    check("the pin is gone", not any(r.startswith(RELAY) for r in pc.list_routes()), str(pc.list_routes()))
    check("the adapter's settings are as before", pc.tap_settings()[:3] == (1, 1500, 0) and pc.tap_settings(machine.AF_INET6)[:3] == (1, 1500, 0), str(pc.tap_settings()))
    check("its DNS servers, too", pc.load().dns == b"\0\0", str(pc.dns))
    check("the cable is out and the adapter free", tapctl.status()["media"] == "0" and tapctl.status()["open"] == "0", str(tapctl.status()))
    check("the registry is as before", network_address() is None, str(network_address()))
    check("no journal is left", not journals(), str(journals()))


def goodbye(tapctl, pc, hub, client):
    heading("Ctrl-C")
    client.ctrl_c()
    code = client.end()
    check("ends with 0", code == 0, f"{code}: {client.log}")
    check("says bye to the relay", hub.byes, client.log)
    is_as_before(tapctl, pc)
    check("notifications were cancelled", read(LOG).count("notify +") == read(LOG).count("notify -") > 0, read(LOG))


def crash(tapctl, pc, hub):
    heading("killed, and started again")
    own = ["0.0.0.0/0 via 10.73.42.1 if 77", "10.8.0.0/16 via 10.73.42.1 if 77"]

    def set_by_hand(m):
        m.addresses = [machine.address("192.168.1.20", machine.WIFI_LUID, machine.WIFI_INDEX, 3), machine.address("10.73.42.50", machine.TAP_LUID, machine.TAP_INDEX, 1)]
        m.routes += [machine.route(one, "10.73.42.1", machine.TAP_LUID, machine.TAP_INDEX, 5) for one in ("0.0.0.0/0", "10.8.0.0/16")]
    pc.change(set_by_hand)
    client = Client("--room", "ROOM1", "--virtual-mac", MAC, "--network-category", "leave")
    check("the second time the room is enough", client.says("Connected to the LAN gateway"), client.log)
    check("without a restart: the MAC is right already", "Restarting" not in client.log)
    wait_for(lambda: tapctl.status()["media"] == "1")
    check("of the player's own routes on the adapter, the one that leads on is taken away",
          client.says("Party had the route 10.8.0.0/16 via 10.73.42.1, which is taken away until softlan ends", 10) and own[1] not in pc.list_routes(), client.log)
    client.kill()
    check("the driver takes the cable out by itself", wait_for(lambda: tapctl.status()["open"] == "0" and tapctl.status()["media"] == "0"), str(tapctl.status()))
    check("pin, settings and journal are left behind", any(r.startswith(RELAY) for r in pc.list_routes()) and pc.tap_settings() == (0, 1400, 1, 1) and len(journals()) == 1)
    before = len(read(LOG).splitlines())
    hellos = len(hub.hellos)
    again = Client("--room", "ROOM1", "--virtual-mac", MAC, "--network-category", "leave")
    check("the next start cleans up first", again.says("Cleaning up after client"), again.log)
    check("and joins", hub.wait(lambda: len(hub.hellos) > hellos, 20), again.log)
    lines = read(LOG).splitlines()[before:]
    undone = [line for line in lines if "auto 1" in line or "limited 0" in line or line.startswith("route -")]
    check("backwards: DNS, IPv6, IPv4, pin", undone[:2] == ["dns v6 limited 0", "dns v4 limited 0"] and [u[:15] for u in undone[2:5]] == ["interface 77 v6", "interface 77 v4", f"route - {RELAY}"[:15]], str(lines))
    again.says("Connected to the LAN gateway")
    again.ctrl_c()
    check("ends with 0", again.end() == 0, again.log)
    is_as_before(tapctl, pc)
    check("and so are the player's own routes on the adapter", [r for r in pc.list_routes() if r.endswith("if 77")] == own, str(pc.list_routes()))
    pc.change(lambda m: setattr(m, "routes", [row for row in m.routes if row[8] != machine.TAP_INDEX]))


def impatience(tapctl, pc):
    heading("Ctrl-C twice")
    client = Client("--room", "ROOM1", "--virtual-mac", MAC, "--network-category", "leave")
    client.says("Connected to the LAN gateway")
    wait_for(lambda: tapctl.status()["media"] == "1")
    pc.change(lambda m: setattr(m, "flags", machine.HANGS))
    client.ctrl_c()
    check("while Windows hangs, the first one waits", wait_for(lambda: tapctl.status()["media"] == "0") and client.end(1.5) == "time limit", client.log)
    client.ctrl_c()
    code = client.end(5)
    check("the second one ends it at once, with 130", code == 130, f"{code}: {client.log}")
    pc.change(lambda m: setattr(m, "flags", 0))


def broken(tapctl, pc, hub):
    heading("Windows refuses")
    pc.change(lambda m: setattr(m, "flags", machine.FORGETS_DISABLE))
    client = Client("--room", "ROOM1", "--virtual-mac", MAC, "--network-category", "leave")
    code = client.end(40)
    check("default routes that cannot be disabled end it before the cable is in", code == 1 and "SetIpInterfaceEntry succeeds, but GetIpInterfaceEntry still says" in client.log, f"{code}: {client.log}")
    is_as_before(tapctl, pc)
    pc.change(lambda m: setattr(m, "flags", machine.NO_IPV6))
    client = Client("--room", "ROOM1", "--virtual-mac", MAC)
    check("without IPv6 it works", client.says("Connected to the LAN gateway"), client.log)
    check("a category that cannot be set is a warning", client.says("may stay public", 30), client.log)
    client.ctrl_c()
    check("ends with 0", client.end() == 0, client.log)
    pc.change(lambda m: setattr(m, "flags", 0))


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that a time limit runs what "finally" has to do.
    pc = Machine(os.path.join(WORK, "fakewin.state"))
    try:
        prepare()
        commands()
        discovery()
        native()
        probes()
        tapctl = Tapctl()
        hub = Hub(RELAY)
        echo(tapctl)
        refusals(tapctl, pc)
        client = party(tapctl, pc, hub)
        traffic(tapctl, hub, client)
        changes(tapctl, pc, hub, client)
        goodbye(tapctl, pc, hub, client)
        crash(tapctl, pc, hub)
        impatience(tapctl, pc)
        broken(tapctl, pc, hub)
    except Exception as error:  # A test that cannot go on is one that failed.
        check("the ring runs to its end", False, repr(error))
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
        # Ends what runs in this prefix, and nothing else.
        subprocess.run(["wineserver", "-k"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


sys.exit(main())
