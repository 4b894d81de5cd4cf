# SPDX-License-Identifier: Apache-2.0
"""Two namenodes of ours as a pair, with a ZooKeeper, on loopback."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import urllib.request

from .cluster import CAIRN, FAST, write_site
from .process import Daemon, free_ports, wait_for
from .zookeeper import ZooKeeper

NAMES = ("nn1", "nn2")
PROVIDER = "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider"


class Member:
    """One namenode of the pair: its watcher is the daemon, the namenode its child."""

    def __init__(self, pair, name, ports):
        self.name = name
        self.ports = ports
        self.conf = pair.base / "conf-nodes" / name
        self.data = pair.base / "data" / name
        write_site(self.conf, {**pair.properties, "dfs.ha.namenode.id": name,
                               "dfs.namenode.name.dir": f"file://{self.data}"})
        self.daemon = Daemon(name, [str(CAIRN), "--config", str(self.conf), "namenode"],
                             str(pair.base / "log" / f"{name}.log"))

    def run(self, *arguments):
        return subprocess.run([str(CAIRN), "--config", str(self.conf), "namenode", *arguments],
                              capture_output=True, timeout=60, check=False)

    def command(self, *arguments):
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()

    @property
    def pid(self):
        """The namenode's own process."""
        watcher = self.daemon.process.pid
        children = pathlib.Path(f"/proc/{watcher}/task/{watcher}/children").read_text().split()
        return int(children[0])

    def signal(self, number):
        os.kill(self.pid, number)

    def proposals(self):
        """What it wrote, or tried to, of the pair's configuration: (epoch, primary, in sync)."""
        pattern = r"configuration of the pair proposed epoch=(\d+) primary=(\S+) in_sync=(\S+)"
        return [(int(epoch), primary, set(members.split(",")))
                for epoch, primary, members in re.findall(pattern, self.daemon.log())]

    def state(self):
        """"active", "standby", or "" when it does not answer."""
        url = (f"http://127.0.0.1:{self.ports['http']}/jmx"
               "?qry=Hadoop:service=NameNode,name=NameNodeStatus")
        try:
            with urllib.request.urlopen(url, timeout=2) as response:
                beans = json.load(response)["beans"]
            return beans[0]["State"] if beans else ""
        except OSError:
            return ""


class Pair:
    """Formats, and lets the pair begin with nn1's log; nn2 starts with a copy of it.

    `spare`: how many more ports there are to be, for what a test puts beside the pair.
    """

    def __init__(self, base, properties=None, spare=0):
        self.base = pathlib.Path(base)
        (self.base / "log").mkdir(parents=True, exist_ok=True)
        ports = free_ports(7 + spare)
        self.spare = [ports.pop() for _ in range(spare)]
        self.zookeeper = ZooKeeper(self.base, port=ports.pop())
        secret = self.base / "secret"
        secret.write_text("the secret of a pair in a test\n")
        secret.chmod(0o600)
        self.properties = {
            **FAST,
            "fs.defaultFS": "hdfs://ns",
            "dfs.nameservices": "ns",
            "dfs.ha.namenodes.ns": ",".join(NAMES),
            "dfs.client.failover.proxy.provider.ns": PROVIDER,
            "cairn.ha.secret-file": secret,
            "ha.zookeeper.quorum": self.zookeeper.address,
            "ha.zookeeper.auth": "digest:cairn:pair",
            "ha.zookeeper.session-timeout.ms": "1000",
            # A frozen namenode still takes connections: only a client's patience tells.
            "ipc.client.rpc-timeout.ms": "1000",
            **(properties or {}),
        }
        places = [dict(zip(("rpc", "http", "link"), ports[i * 3:i * 3 + 3])) for i in (0, 1)]
        for name, place in zip(NAMES, places):
            for key, port in (("dfs.namenode.rpc-address", place["rpc"]),
                              ("dfs.namenode.http-address", place["http"]),
                              ("cairn.ha.journal-address", place["link"])):
                self.properties[f"{key}.ns.{name}"] = f"127.0.0.1:{port}"
        self.members = [Member(self, name, place) for name, place in zip(NAMES, places)]
        self.conf = self.base / "conf"
        write_site(self.conf, self.properties)

    def environment(self):
        return {**os.environ, "HADOOP_CONF_DIR": str(self.conf)}

    def start(self):
        self.zookeeper.start()
        first, second = self.members
        first.command("-format", "-force")
        shutil.copytree(first.data, second.data, ignore=shutil.ignore_patterns("in_use.lock"))
        first.command("-initializePair")
        for member in self.members:
            member.daemon.start()
        return self

    def in_sync(self):
        """Whether the active one's answer to a change waits for the other."""
        active = self.active()
        state = (active.data / "current" / "cairn-ha").read_text() if active else ""
        return state.count("\nconfig in-sync ") == 2 and self.other(active).state() == "standby"

    def active(self):
        return next((m for m in self.members if m.state() == "active"), None)

    def other(self, member):
        return next(m for m in self.members if m is not member)

    def wait_active(self, seconds=30):
        return wait_for(self.active, "an active namenode", seconds)

    def dfs(self, *arguments, timeout=60):
        return self.cairn("dfs", *arguments, timeout=timeout)

    def cairn(self, *arguments, timeout=60, conf=None):
        return subprocess.run([str(CAIRN), "--config", str(conf or self.conf), *arguments],
                              capture_output=True, timeout=timeout, check=False)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        for member in self.members:
            member.daemon.kill()
        self.zookeeper.kill()
