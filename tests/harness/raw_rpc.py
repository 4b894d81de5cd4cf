# SPDX-License-Identifier: Apache-2.0
"""Calls over Hadoop RPC by the bytes: the same to our namenode and to Apache's."""

import getpass
import socket
import subprocess

from . import hadoop

PROTO = hadoop.ROOT / "common" / "wire" / "proto"


def encode(file, message, text):
    """The bytes of a message that is given in Protobuf's text form."""
    return subprocess.run(
        ["protoc", f"-I{hadoop.ROOT}", f"--encode={message}", str(PROTO / f"{file}.proto")],
        input=text.encode(), check=True, capture_output=True, timeout=60).stdout


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    """A field that is a number or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def delimited(message):
    return varint(len(message)) + message


def fields(message):
    """Number to value of a message's fields, not looking into them."""
    found, at = {}, 0

    def take():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = take()
        if tag & 7 == 0:
            found[tag >> 3] = take()
        else:
            size = take()
            found[tag >> 3] = message[at:at + size]
            at += size
    return found


class RawRpc:
    """One connection, one call after the other."""

    def __init__(self, port, protocol, user=None):
        self.protocol = protocol
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.sendall(b"hrpc\x09\x00\x00")
        user = user or getpass.getuser()
        context = field(2, field(1, user)) + field(3, protocol)
        self.send(self.header(-3), context)
        self.calls = 0

    def close(self):
        self.socket.close()

    def header(self, call_id):
        zigzag = (call_id << 1) ^ (call_id >> 31)
        return (field(1, 2) + field(2, 0) + field(3, zigzag & 0xFFFFFFFF) +
                field(4, b"0123456789abcdef"))

    def send(self, *messages):
        frame = b"".join(delimited(message) for message in messages)
        self.socket.sendall(len(frame).to_bytes(4, "big") + frame)

    def receive(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise ConnectionError("the server closed the connection")
            data += more
        return data

    def call(self, method, request):
        """(class, first line) of the exception that the call ends with; (None, None) of success."""
        self.calls += 1
        self.send(self.header(self.calls),
                  field(1, method) + field(2, self.protocol) + field(3, 1), request)
        answer = self.receive(int.from_bytes(self.receive(4), "big"))
        size, at = 0, 0
        while True:
            size |= (answer[at] & 0x7F) << (7 * at)
            at += 1
            if answer[at - 1] < 0x80:
                break
        head = fields(answer[at:at + size])
        if head[2] == 0:
            return None, None
        return head[4].decode(), head.get(5, b"").decode().split("\n")[0]
