# SPDX-License-Identifier: Apache-2.0
"""Apache's own high availability on loopback: two namenodes, three JournalNodes, two failover
controllers and a ZooKeeper. It has what tests.harness.pair.Pair has."""

import os
import pathlib
import subprocess

from . import hadoop
from .cluster import FAST, write_site
from .pair import NAMES, PROVIDER, Member, Pair
from .process import Daemon, can_connect, free_ports, wait_for
from .zookeeper import ZooKeeper


class ApacheMember(Member):
    """A namenode and its failover controller."""

    def __init__(self, pair, name, ports):  # pylint: disable=super-init-not-called
        self.name = name
        self.ports = ports
        self.conf = pair.base / "conf-nodes" / name
        self.data = pair.base / "data" / name
        self.environment = {**os.environ, "HADOOP_CONF_DIR": str(self.conf)}
        write_site(self.conf, {**pair.properties, "dfs.ha.namenode.id": name,
                               "dfs.namenode.name.dir": f"file://{self.data}"})
        self.daemon = self.process(pair, name, "namenode", pair.options)
        self.controller = self.process(pair, f"zkfc-{name}", "zkfc")

    def process(self, pair, name, tool, options=()):
        return Daemon(name, hadoop.java(tool, self.conf, heap="1g", options=options),
                      str(pair.base / "log" / f"{name}.log"), self.environment)

    def command(self, *arguments, tool="namenode"):
        done = subprocess.run(hadoop.java(tool, self.conf, *arguments), capture_output=True,
                              timeout=120, check=False, env=self.environment,
                              stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()

    @property
    def pid(self):
        return self.daemon.process.pid


class ApachePair(Pair):
    """Production's times, unless `properties` say otherwise. Use as a context."""

    # pylint: disable-next=super-init-not-called
    def __init__(self, base, properties=None, options=()):
        self.base = pathlib.Path(base)
        self.options = options
        (self.base / "log").mkdir(parents=True, exist_ok=True)
        ports = iter(free_ports(13))
        self.zookeeper = ZooKeeper(self.base, port=next(ports))
        places = [{"rpc": next(ports), "http": next(ports), "zkfc": next(ports)} for _ in NAMES]
        journals = [{"rpc": next(ports), "http": next(ports)} for _ in range(3)]
        addresses = ";".join(f"127.0.0.1:{place['rpc']}" for place in journals)
        self.properties = {
            **FAST,
            "fs.defaultFS": "hdfs://ns",
            "hadoop.tmp.dir": str(self.base / "tmp"),
            "dfs.nameservices": "ns",
            "dfs.ha.namenodes.ns": ",".join(NAMES),
            "dfs.client.failover.proxy.provider.ns": PROVIDER,
            "dfs.namenode.shared.edits.dir": f"qjournal://{addresses}/ns",
            "dfs.ha.automatic-failover.enabled": "true",
            "dfs.ha.fencing.methods": "shell(/bin/true)",
            "ha.zookeeper.quorum": self.zookeeper.address,
            **(properties or {}),
        }
        for name, place in zip(NAMES, places):
            for key, port in (("dfs.namenode.rpc-address", place["rpc"]),
                              ("dfs.namenode.http-address", place["http"])):
                self.properties[f"{key}.ns.{name}"] = f"127.0.0.1:{port}"
            self.properties[f"dfs.ha.zkfc.port.ns.{name}"] = place["zkfc"]
        self.members = [ApacheMember(self, name, place) for name, place in zip(NAMES, places)]
        self.journals = [self.journal(index, place) for index, place in enumerate(journals, 1)]
        self.conf = self.base / "conf"
        write_site(self.conf, self.properties)

    def journal(self, index, place):
        conf = self.base / "conf-nodes" / f"jn{index}"
        write_site(conf, {**self.properties,
                          "dfs.journalnode.rpc-address": f"127.0.0.1:{place['rpc']}",
                          "dfs.journalnode.http-address": f"127.0.0.1:{place['http']}",
                          "dfs.journalnode.edits.dir": f"{self.base}/data/jn{index}"})
        daemon = Daemon(f"jn{index}", hadoop.java("journalnode", conf),
                        str(self.base / "log" / f"jn{index}.log"),
                        {**os.environ, "HADOOP_CONF_DIR": str(conf)})
        daemon.port = place["rpc"]
        return daemon

    def start(self):
        self.zookeeper.start()
        for journal in self.journals:
            journal.start()
        for journal in self.journals:
            wait_for(lambda: can_connect(journal.port), "a JournalNode")
        first, second = self.members
        first.command("-format", "-nonInteractive")
        first.daemon.start()
        wait_for(lambda: can_connect(first.ports["rpc"]), "the first namenode")
        second.command("-bootstrapStandby", "-nonInteractive")
        second.daemon.start()
        first.command("-formatZK", "-nonInteractive", tool="zkfc")
        for member in self.members:
            member.controller.start()
        return self

    def in_sync(self):
        """Whether the other one could take over."""
        active = self.active()
        return active is not None and self.other(active).state() == "standby"

    def __exit__(self, *_):
        for member in self.members:
            member.controller.kill()
            member.daemon.kill()
        for journal in self.journals:
            journal.kill()
        self.zookeeper.kill()
