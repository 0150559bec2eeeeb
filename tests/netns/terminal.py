"""Runs a command on a terminal of its own, as a person would, and copies what it writes.

terminal.py COMMAND...   SIGUSR1 presses Ctrl-C, SIGUSR2 closes the terminal; the exit code is the command's
"""
import fcntl
import os
import pty
import signal
import struct
import sys
import termios


def main():
    child, terminal = pty.fork()
    if child == 0:
        # Before the command looks: a new terminal has no size at all.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
        os.execvp(sys.argv[1], sys.argv[1:])
    signal.signal(signal.SIGUSR1, lambda *_: os.write(terminal, b"\x03"))
    signal.signal(signal.SIGUSR2, lambda *_: os.close(terminal))
    while True:
        try:
            written = os.read(terminal, 1 << 16)
        except OSError:  # EIO: the last one on the terminal has gone. EBADF: it was closed.
            break
        if not written:
            break
        os.write(sys.stdout.fileno(), written)
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status) % 256)


main()
