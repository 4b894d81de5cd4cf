# SPDX-License-Identifier: Apache-2.0
"""A wire that can be cut: what is dialled here goes on to an address, as long as it may."""

import socket
import threading

PIECE = 65536


class Gate:
    """One direction of a wire. Closed, bytes wait as they would behind a network that loses them
    all: nobody hears of it, and they arrive late."""

    def __init__(self):
        self.open = threading.Event()
        self.open.set()


class Wire:
    """Use `port` in place of the target's. `up` is what the dialler says, `down` what it hears."""

    def __init__(self, port, target):
        self.port = port
        self.target = target
        self.up = Gate()
        self.down = Gate()
        self.lock = threading.Lock()
        self.connections = set()
        self.listener = None
        self.accept()

    def accept(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self.run, args=(self.listener,), daemon=True).start()

    def run(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.join, args=(near,), daemon=True).start()

    def join(self, near):
        # The first byte may wait: who is cut off connects, and hears nothing.
        self.up.open.wait()
        try:
            far = socket.create_connection(("127.0.0.1", self.target), 5)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.lock:
            self.connections.add((near, far))
        other = threading.Thread(target=self.pump, args=(far, near, self.down), daemon=True)
        other.start()
        self.pump(near, far, self.up)
        other.join()
        with self.lock:
            self.connections.discard((near, far))
        near.close()
        far.close()

    @staticmethod
    def pump(source, sink, gate):
        try:
            while True:
                piece = source.recv(PIECE)
                gate.open.wait()
                if not piece:
                    break
                sink.sendall(piece)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self, up=True, down=True):
        if up:
            self.up.open.clear()
        if down:
            self.down.open.clear()

    def heal(self, lose=False):
        """`lose`: what waits is not delivered, its connections end."""
        if lose:
            self.reset()
        self.up.open.set()
        self.down.open.set()

    def reset(self):
        with self.lock:
            connections = list(self.connections)
        for pair in connections:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def close(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.heal(lose=True)
