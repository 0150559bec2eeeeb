"""QUIC Initial packets (RFC 9000, section 17.2; RFC 9001, section 5): takes a real one apart and makes others of it, each with an id of its own."""
import ctypes
import ctypes.util
import hashlib
import hmac
import os

SALT = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
MIN_LENGTH = 1200
TAG_LENGTH = 16
EVP_CTRL_GCM_GET_TAG = 0x10
INITIAL, RETRY = 0, 3

# AES comes from OpenSSL's library: Python's own has none.
crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
for name in "EVP_CIPHER_CTX_new", "EVP_aes_128_gcm", "EVP_aes_128_ecb":
    getattr(crypto, name).restype = ctypes.c_void_p
crypto.EVP_EncryptInit_ex.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_char_p] * 2
crypto.EVP_EncryptUpdate.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_int), ctypes.c_char_p, ctypes.c_int]
crypto.EVP_EncryptFinal_ex.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)]
crypto.EVP_CIPHER_CTX_ctrl.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_char_p]
context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
ecb, gcm = ctypes.c_void_p(crypto.EVP_aes_128_ecb()), ctypes.c_void_p(crypto.EVP_aes_128_gcm())


def update(data, out=True):
    length = ctypes.c_int()
    buffer = ctypes.create_string_buffer(len(data) + 32) if out else None
    crypto.EVP_EncryptUpdate(context, buffer, ctypes.byref(length), data, len(data))
    return buffer.raw[: length.value] if out else b""


def aes_block(key, block):
    crypto.EVP_EncryptInit_ex(context, ecb, None, key, None)
    return update(block)[:16]


def seal(key, nonce, header, plain):
    """AES-128-GCM. What it makes of the same nonce twice cancels out, so it opens as well, unchecked."""
    crypto.EVP_EncryptInit_ex(context, gcm, None, key, nonce)
    update(header, out=False)
    sealed = update(plain)
    rest, length = ctypes.create_string_buffer(32), ctypes.c_int()
    crypto.EVP_EncryptFinal_ex(context, rest, ctypes.byref(length))
    tag = ctypes.create_string_buffer(TAG_LENGTH)
    crypto.EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_LENGTH, tag)
    return sealed + tag.raw


def expand(secret, label, length):
    label = b"tls13 " + label
    info = length.to_bytes(2, "big") + bytes([len(label)]) + label + b"\0"
    return hmac.digest(secret, info + b"\1", hashlib.sha256)[:length]


def client_keys(destination_id):
    secret = expand(hmac.digest(SALT, destination_id, hashlib.sha256), b"client in", 32)
    return expand(secret, b"quic key", 16), expand(secret, b"quic iv", 12), expand(secret, b"quic hp", 16)


def read_varint(data, at):
    length = 1 << (data[at] >> 6)
    return int.from_bytes(data[at : at + length], "big") & ((1 << (8 * length - 2)) - 1), at + length


def varint(value):
    return (value | 0x4000).to_bytes(2, "big") if value < 0x4000 else (value | 0x80000000).to_bytes(4, "big")


class LongHeader:
    """What stands in front of every long header packet."""

    def __init__(self, packet):
        self.kind = (packet[0] >> 4) & 3
        at = 5
        self.destination_id = packet[at + 1 : at + 1 + packet[at]]
        at += 1 + packet[at]
        self.source_id = packet[at + 1 : at + 1 + packet[at]]
        self.end = at + 1 + packet[at]


class Template:
    """The ClientHello of a real Initial, to be sent again under other ids. Its source id stays: the ClientHello names it."""

    def __init__(self, packet):
        header = LongHeader(packet)
        self.source_id = header.source_id
        token_length, at = read_varint(packet, header.end)
        length, at = read_varint(packet, at + token_length)
        key, iv, protection = client_keys(header.destination_id)
        mask = aes_block(protection, packet[at + 4 : at + 20])
        number_length = ((packet[0] ^ (mask[0] & 0x0F)) & 3) + 1
        number = bytes(packet[at + i] ^ mask[1 + i] for i in range(number_length))
        nonce = (int.from_bytes(iv, "big") ^ int.from_bytes(number, "big")).to_bytes(12, "big")
        sealed = packet[at + number_length : at + length - TAG_LENGTH]
        self.frames = seal(key, nonce, b"", sealed)[: len(sealed)].rstrip(b"\0")

    def make(self, destination_id, token=b""):
        key, iv, protection = client_keys(destination_id)
        start = b"\xc3\0\0\0\1" + bytes([len(destination_id)]) + destination_id + bytes([len(self.source_id)]) + self.source_id + varint(len(token)) + token
        room = MIN_LENGTH - len(start) - 2 - 4 - TAG_LENGTH
        frames = self.frames.ljust(room, b"\0")
        header = start + varint(4 + len(frames) + TAG_LENGTH) + bytes(4)
        sealed = seal(key, iv, header, frames)
        mask = aes_block(protection, sealed[:16])
        protected = bytes(b ^ m for b, m in zip(bytes(4), mask[1:5]))
        return bytes([header[0] ^ (mask[0] & 0x0F)]) + header[1:-4] + protected + sealed

    def answer_retry(self, packet):
        """The Initial that a client sends after a Retry: to the id that the server chose, with its token."""
        header = LongHeader(packet)
        return self.make(header.source_id, packet[header.end : -TAG_LENGTH])


def new_id():
    return os.urandom(8)
