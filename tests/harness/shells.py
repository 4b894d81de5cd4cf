# SPDX-License-Identifier: Apache-2.0
"""Our shell and Apache's, called in the same way."""

import struct
import subprocess
import tempfile
from collections import namedtuple

from . import hadoop
from .cluster import CAIRN

Answer = namedtuple("Answer", "status out err")


class OurShell:
    """Each command is a process."""

    def __init__(self, cluster):
        self.cluster = cluster

    def __call__(self, tool, *arguments, stdin=b"", user="", timeout=120):
        environment = self.cluster.environment()
        if user:
            environment["HADOOP_USER_NAME"] = user
        result = subprocess.run([str(CAIRN), "--config", str(self.cluster.conf), tool, *arguments],
                                input=stdin, capture_output=True, env=environment,
                                timeout=timeout)
        return Answer(result.returncode, result.stdout, result.stderr)


class ApacheShell:
    """All commands run in one process: tests/interop/ShellServer.java."""

    def __init__(self, cluster):
        command = hadoop.java("dfs", cluster.conf)
        main = command.index(hadoop.MAIN["dfs"])
        server = hadoop.ROOT / "tests" / "interop" / "ShellServer.java"
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([*command[:main], str(server)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log,
                                        env=cluster.environment())

    def __call__(self, tool, *arguments, stdin=b"", user=""):
        words = [tool.encode(), user.encode(), stdin, *(a.encode() for a in arguments)]
        request = struct.pack(">i", len(words))
        for word in words:
            request += struct.pack(">i", len(word)) + word
        self.process.stdin.write(request)
        self.process.stdin.flush()
        return Answer(self.number(), self.text(), self.text())

    def number(self):
        return struct.unpack(">i", self.exactly(4))[0]

    def text(self):
        return self.exactly(self.number())

    def exactly(self, size):
        data = self.process.stdout.read(size)
        if len(data) != size:
            self.log.seek(0)
            raise AssertionError(f"Apache's shell ended:\n{self.log.read().decode()}")
        return data

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
        self.log.close()
