# SPDX-License-Identifier: Apache-2.0
"""One ZooKeeper server on loopback, in its own directory: Debian's jar, or the one of Hadoop's."""

import pathlib
import signal
import socket

from . import hadoop
from .process import Daemon, free_ports, wait_for

DEBIAN = pathlib.Path("/usr/share/java")
JARS = ("zookeeper", "zookeeper-jute", "slf4j-api", "slf4j-nop", "metrics-core", "snappy-java",
        "netty-all", "netty-buffer", "netty-codec", "netty-common", "netty-handler",
        "netty-resolver", "netty-transport", "commons-io")
MAIN = "org.apache.zookeeper.server.ZooKeeperServerMain"


def classpath():
    if (DEBIAN / "zookeeper.jar").exists():
        return ":".join(str(DEBIAN / f"{jar}.jar") for jar in JARS)
    return f"{hadoop.jars()}/*"


class ZooKeeper:
    """Short ticks, so that sessions of 400 ms and more are granted."""

    def __init__(self, directory, name="zk1", port=None, tick_ms=200):
        self.directory = pathlib.Path(directory) / name
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = port or free_ports(1)[0]
        self.address = f"127.0.0.1:{self.port}"
        configuration = self.directory / "zoo.cfg"
        configuration.write_text(
            f"tickTime={tick_ms}\nmaxSessionTimeout=60000\ndataDir={self.directory / 'data'}\n"
            f"clientPort={self.port}\nclientPortAddress=127.0.0.1\n"
            "admin.enableServer=false\n4lw.commands.whitelist=ruok\n")
        self.daemon = Daemon(
            name, ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                   "-cp", classpath(), MAIN, str(configuration)],
            str(self.directory / "zookeeper.log"))

    @property
    def pid(self):
        return self.daemon.process.pid

    def start(self):
        self.daemon.start()
        wait_for(self.serves, "ZooKeeper", 30)
        return self

    def serves(self):
        with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
            connection.sendall(b"ruok")
            return connection.recv(16) == b"imok"

    def freeze(self):
        self.daemon.signal(signal.SIGSTOP)

    def thaw(self):
        self.daemon.signal(signal.SIGCONT)

    def kill(self):
        self.daemon.kill()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.daemon.kill()
