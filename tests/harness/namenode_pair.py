# SPDX-License-Identifier: Apache-2.0
"""Apache's namenode and ours side by side, asked the same by Apache's client as many users."""

import getpass
import re
import struct
import subprocess
import tempfile

from . import hadoop
from .cluster import Cluster

SUPER = getpass.getuser()  # Both namenodes run as this user.
GROUPS = {"alice": ("staff",), "bob": ("staff", "ops"), "carol": ("ops",), "eve": (),
          "sam": ("supergroup",)}
USERS = (SUPER, *GROUPS)
# What may differ: addresses, pools' names, numbers of inodes.
VARYING = re.compile(r"127\.0\.0\.1:\d+|BP-\d+-[\d.]+-\d+|NamenodeHostName:\S+|\.inodes/\d+|"
                     r"\(inode \d+\)")


class NamespaceClient:
    """One process of tests/interop/NamespaceClient.java, for any number of namenodes."""

    def __init__(self, cluster):
        command = hadoop.java("dfs", cluster.conf)
        main = command.index(hadoop.MAIN["dfs"])
        program = hadoop.ROOT / "tests" / "interop" / "NamespaceClient.java"
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([*command[:main], str(program)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log,
                                        env=cluster.environment())

    def send(self, *words):
        words = [word.encode() for word in words]
        self.process.stdin.write(struct.pack(">i", len(words)) + b"".join(
            struct.pack(">i", len(word)) + word for word in words))

    def receive(self):
        self.process.stdin.flush()
        size = struct.unpack(">i", self._exactly(4))[0]
        return self._exactly(size).decode()

    def _exactly(self, size):
        data = self.process.stdout.read(size)
        if len(data) != size:
            self.log.seek(0)
            raise AssertionError(f"the client ended:\n{self.log.read().decode()}")
        return data

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
        self.log.close()


class NamenodePair:
    """Two fresh clusters of one datanode; use as a context."""

    def __init__(self, base, properties=None):
        groups = "".join(f"{user}={','.join(names)};" for user, names in GROUPS.items())
        properties = {"hadoop.user.group.static.mapping.overrides": groups + f"{SUPER}=;",
                      "dfs.replication": "1", "dfs.namenode.replication.min": "1",
                      **(properties or {})}
        self.base = base
        self.properties = properties
        self.clusters = []
        self.client = None

    def __enter__(self):
        try:
            for kind in ("apache", "cairn"):
                # One after the other: a port counts as taken only when somebody listens on it.
                self.clusters.append(Cluster(self.base / kind, namenode=kind,
                                             datanodes=("cairn",), properties=self.properties))
                self.clusters[-1].__enter__()
            self.client = NamespaceClient(self.clusters[0])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.client is not None:
            self.client.close()
        for cluster in self.clusters:
            cluster.__exit__()

    def ask(self, user, operation, *arguments):
        """The answers of Apache's namenode and of ours, without what may differ."""
        for cluster in self.clusters:
            self.client.send(cluster.uri, user, operation, *map(str, arguments))
        return [VARYING.sub("<>", self.client.receive()) for _ in self.clusters]

    def same(self, user, operation, *arguments):
        """The answer, which must be one."""
        apache, ours = self.ask(user, operation, *arguments)
        assert ours == apache, (user, operation, arguments)
        return apache

    def do(self, user, operation, *arguments):
        """The same, and it must succeed."""
        answer = self.same(user, operation, *arguments)
        assert answer.startswith("ok "), (user, operation, arguments, answer)
        return answer[3:]
