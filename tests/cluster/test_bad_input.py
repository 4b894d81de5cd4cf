# SPDX-License-Identifier: Apache-2.0
"""Garbage on every port: the daemons live, and serve others."""

import os
import random
import socket
import struct

import pytest

from tests.harness.cluster import Cluster

HANDSHAKE = b"hrpc\x09\x00\x00"


def garbage():
    chance = random.Random(3)
    yield b""
    yield b"\x00"
    yield b"GET / HTTP/1.0\r\n\r\n"
    yield b"hrpc\x08\x00\x00"
    yield b"hrpc\x09\x00\x55"
    yield b"\xff" * 4096
    for length in (0, 1, 5, 0x7fffffff, 0x80000000, 0xffffffff, 64 << 20):
        yield HANDSHAKE + struct.pack(">I", length) + b"\x08" * 64
    # A nest of messages, and a varint without an end.
    yield HANDSHAKE + struct.pack(">I", 4000) + b"\x0a\x80" * 2000
    yield HANDSHAKE + struct.pack(">I", 100) + b"\xff" * 100
    # Data transfer: a wrong version, unknown operations, lying lengths.
    yield struct.pack(">HB", 27, 80)
    for operation in (0, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 127, 255):
        for body in (b"", b"\xff\xff\xff\xff\x0f", b"\x80" * 12, b"\x05hello", b"\x40" + b"\x0a" * 64):
            yield struct.pack(">HB", 28, operation) + body
    for _ in range(200):
        yield chance.randbytes(chance.randrange(1, 600))
    for _ in range(50):
        yield HANDSHAKE + struct.pack(">I", 200) + chance.randbytes(200)


def throw(port, data):
    """Sends the bytes and takes what comes until the other side or our patience ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
        try:
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
            peer.settimeout(2)
            while peer.recv(65536):
                pass
        except OSError:
            pass


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("bad"), datanodes=("cairn",)) as made:
        yield made


def resident_kib(node):
    with open(f"/proc/{node.daemon.process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def ports(cluster):
    node = cluster.datanodes[0]
    return [(cluster.namenode, cluster.namenode.ports["rpc"]),
            (cluster.namenode, cluster.namenode.ports["http"]),
            (node, node.ports["data"]), (node, node.ports["ipc"]), (node, node.ports["http"])]


@pytest.mark.parametrize("which", range(5))
def test_garbage_harms_nobody(cluster, which):
    node, port = ports(cluster)[which]
    before = resident_kib(node)
    for data in garbage():
        throw(port, data)
    assert node.daemon.running(), node.daemon.log()[-4000:]
    assert resident_kib(node) - before < 64 * 1024
    assert cluster.cairn("dfs", "-put", "-f", "-", "/alive", stdin=b"yes").returncode == 0
    assert cluster.cairn("dfs", "-cat", "/alive").stdout == b"yes"


def test_idle_and_half_open_connections_do_not_hold_up_others(cluster):
    sockets = []
    try:
        for _, port in ports(cluster):
            for prefix in (b"", HANDSHAKE, HANDSHAKE + b"\x00\x00", b"\x00\x1c"):
                for _ in range(10):
                    peer = socket.create_connection(("127.0.0.1", port), timeout=5)
                    peer.sendall(prefix)
                    sockets.append(peer)
        assert cluster.cairn("dfs", "-put", "-f", "-", "/alive", stdin=b"still").returncode == 0
        assert cluster.cairn("dfs", "-cat", "/alive").stdout == b"still"
    finally:
        for peer in sockets:
            peer.close()


@pytest.mark.parametrize("path", ["relative", "//", "/a//b", "/a/../b", "/./a", "/" + "x" * 300,
                                  "/" + "y/" * 1500, "/a:b"])
def test_odd_paths_are_answered_and_survive_a_restart(cluster, path):
    cluster.cairn("dfs", "-mkdir", "-p", path)
    cluster.namenode.kill()
    cluster.namenode.start()
    cluster.wait_ready()
    assert cluster.cairn("dfs", "-ls", "/").returncode == 0
