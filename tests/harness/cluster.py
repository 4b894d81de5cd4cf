# SPDX-License-Identifier: Apache-2.0
"""Namenodes and datanodes as processes, each of them ours or Apache's."""

import json
import os
import pathlib
import shutil
import subprocess
import urllib.request
from xml.sax.saxutils import escape

from . import hadoop
from .process import Daemon, can_connect, free_ports, wait_for

ROOT = hadoop.ROOT
CAIRN = pathlib.Path(os.environ.get("CAIRN_BIN", ROOT / "build" / "bin" / "cairn"))
# libclient's program for tests; see tests/libclient/client_probe.cc.
PROBE = pathlib.Path(os.environ.get("CAIRN_PROBE", ROOT / "build" / "bin" / "client_probe"))

# Short times, so that what takes minutes in production takes seconds here.
FAST = {
    "dfs.heartbeat.interval": "1",
    "dfs.namenode.heartbeat.recheck-interval": "1000",
    "dfs.namenode.stale.datanode.interval": "3000",
    "dfs.namenode.redundancy.interval.seconds": "1",
    "dfs.namenode.safemode.extension": "0",
    "dfs.namenode.safemode.min.datanodes": "0",
    "dfs.blocksize": "1048576",
    "dfs.namenode.fs-limits.min-block-size": "1024",
    "dfs.namenode.datanode.registration.ip-hostname-check": "false",
    "dfs.client.block.write.locateFollowingBlock.initial.delay.ms": "50",
    "dfs.datanode.directoryscan.interval": "3600",
    "dfs.webhdfs.enabled": "true",
    "dfs.permissions.superusergroup": "supergroup",
    "ipc.client.connect.max.retries": "3",
}


# The nameservice of a cluster with several namenodes.
SERVICE = "ns"

# Several namenodes of one nameservice that share their edits, made active by hand.
PAIR = {
    "dfs.nameservices": SERVICE,
    f"dfs.client.failover.proxy.provider.{SERVICE}":
        "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider",
    "dfs.ha.automatic-failover.enabled": "false",
    "dfs.ha.fencing.methods": "shell(/bin/true)",
    "dfs.ha.tail-edits.period": "1",
    # A client that finds no active at all gives up within seconds.
    "dfs.client.failover.sleep.base.millis": "100",
    "dfs.client.failover.sleep.max.millis": "1000",
}


def write_site(directory, properties):
    """Writes core-site.xml and hdfs-site.xml."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    core = {k: v for k, v in properties.items() if not k.startswith("dfs.")}
    hdfs = {k: v for k, v in properties.items() if k.startswith("dfs.")}
    for name, values in (("core-site.xml", core), ("hdfs-site.xml", hdfs)):
        rows = "".join(
            f"  <property><name>{escape(k)}</name><value>{escape(str(v))}</value></property>\n"
            for k, v in values.items())
        (directory / name).write_text(
            f'<?xml version="1.0"?>\n<configuration>\n{rows}</configuration>\n')


class Node:
    """A daemon's place: its configuration, directories and ports."""

    def __init__(self, cluster, name, kind, properties, ports):
        self.cluster = cluster
        self.name = name
        self.kind = kind
        self.ports = ports
        self.conf = cluster.base / "conf-nodes" / name
        self.data = cluster.base / "data" / name
        write_site(self.conf, properties)
        role = "namenode" if name.startswith("nn") else "datanode"
        self.daemon = Daemon(name, self.command(role), cluster.base / "log" / f"{name}.log",
                             cluster.environment())

    def command(self, *arguments):
        if self.kind == "apache":
            return hadoop.java(arguments[0], self.conf, *arguments[1:], version=self.cluster.version)
        return [str(CAIRN), "--config", str(self.conf), *arguments]

    def start(self):
        self.daemon.start()

    def kill(self):
        self.daemon.kill()

    def stop(self):
        return self.daemon.stop()

    def jmx(self, query):
        url = f"http://127.0.0.1:{self.ports['http']}/jmx?qry={query}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["beans"]


class Cluster:
    """Use as a context: directories below `base`, processes end at the end.

    With several `namenodes` they are nn1, nn2, … of the nameservice "ns", share a directory of
    edits, and the first is made active; `namenode` is the first of them.
    """

    def __init__(self, base, namenode="cairn", datanodes=("cairn",) * 3, properties=None,
                 version=hadoop.VERSIONS[0], volumes=1, namenodes=None):
        self.base = pathlib.Path(base)
        self.version = version
        for folder in ("log", "data", "run"):
            (self.base / folder).mkdir(parents=True, exist_ok=True)
        kinds = tuple(namenodes or (namenode,))
        ports = iter(free_ports(2 * len(kinds) + 1 + 3 * len(datanodes)))
        own = [{"rpc": next(ports), "http": next(ports)} for _ in kinds]
        shared = self.pair_properties(own) if len(kinds) > 1 else {
            "fs.defaultFS": f"hdfs://127.0.0.1:{own[0]['rpc']}",
            "dfs.namenode.http-address": f"127.0.0.1:{own[0]['http']}",
            "dfs.namenode.name.dir": f"file://{self.base}/data/nn1",
        }
        self.uri = shared["fs.defaultFS"]
        self.properties = {
            "hadoop.tmp.dir": str(self.base / "tmp"),
            "dfs.replication": str(min(3, max(1, len(datanodes)))),
            **shared, **FAST, **(properties or {}),
        }
        self.conf = self.base / "conf"
        write_site(self.conf, self.properties)
        self.namenodes = []
        for index, kind in enumerate(kinds, 1):
            name = {"dfs.ha.namenode.id": f"nn{index}"} if len(kinds) > 1 else {}
            self.namenodes.append(
                Node(self, f"nn{index}", kind, {**self.properties, **name}, own[index - 1]))
        self.namenode = self.namenodes[0]
        self.datanodes = []
        for index, kind in enumerate(datanodes, 1):
            own = {"data": next(ports), "ipc": next(ports), "http": next(ports)}
            dirs = ",".join(f"file://{self.base}/data/dn{index}/v{v}" for v in range(volumes))
            self.datanodes.append(Node(self, f"dn{index}", kind, {
                **self.properties,
                "dfs.datanode.data.dir": dirs,
                "dfs.datanode.address": f"127.0.0.1:{own['data']}",
                "dfs.datanode.ipc.address": f"127.0.0.1:{own['ipc']}",
                "dfs.datanode.http.address": f"127.0.0.1:{own['http']}",
            }, own))

    def pair_properties(self, ports):
        names = [f"nn{index}" for index, _ in enumerate(ports, 1)]
        properties = {**PAIR, "fs.defaultFS": f"hdfs://{SERVICE}",
                      f"dfs.ha.namenodes.{SERVICE}": ",".join(names),
                      "dfs.namenode.shared.edits.dir": f"file://{self.base}/data/shared"}
        for name, own in zip(names, ports):
            suffix = f"{SERVICE}.{name}"
            properties[f"dfs.namenode.rpc-address.{suffix}"] = f"127.0.0.1:{own['rpc']}"
            properties[f"dfs.namenode.http-address.{suffix}"] = f"127.0.0.1:{own['http']}"
            properties[f"dfs.namenode.name.dir.{suffix}"] = f"file://{self.base}/data/{name}"
        return properties

    def environment(self):
        return {**os.environ, "HADOOP_CONF_DIR": str(self.conf)}

    def __enter__(self):
        try:
            self.format()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in [*self.datanodes, *self.namenodes]:
            node.daemon.kill()

    def format(self):
        subprocess.run(self.namenode.command("namenode", "-format", "-nonInteractive"), check=True,
                       capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
        # What -bootstrapStandby comes to while there is nothing but the first image.
        for other in self.namenodes[1:]:
            shutil.copytree(self.namenode.data, other.data)

    def start(self):
        for node in self.namenodes:
            node.start()
        for node in self.namenodes:
            self.wait_listening(node)
        if len(self.namenodes) > 1:
            self.transition(self.namenode, "active")
        for node in self.datanodes:
            node.start()
        self.wait_ready()

    def wait_listening(self, node):
        wait_for(lambda: can_connect(node.ports["rpc"]) or self.died(node), f"{node.name}'s port")
        if len(self.namenodes) > 1:
            wait_for(lambda: self.ha_state(node), f"{node.name}'s beans")

    def transition(self, node, state, force=False):
        """Makes a namenode "active" or "standby"; `force`: without asking the others first."""
        options = ["--forceactive"] if force and state == "active" else []
        done = self.cairn("haadmin", f"-transitionTo{state.capitalize()}", *options, node.name)
        assert done.returncode == 0, done.stderr.decode()

    def fail_over(self, to):
        """Makes `to` active; the active one before it, where it still runs, standby."""
        for node in self.namenodes:
            if node is not to and node.daemon.running() and self.ha_state(node) == "active":
                self.transition(node, "standby")
        # A namenode that was killed can not be asked.
        self.transition(to, "active", force=True)

    def ha_state(self, node):
        return node.jmx("Hadoop:service=NameNode,name=NameNodeStatus")[0]["State"]

    def active(self):
        """The namenode that says that it is active; an AssertionError when none or several do."""
        found = [node for node in self.namenodes
                 if node.daemon.running() and self.ha_state(node) == "active"]
        assert len(found) == 1, [node.name for node in found]
        return found[0]

    def died(self, node):
        if node.daemon.running():
            return False
        raise AssertionError(f"{node.name} ended:\n{node.daemon.log()[-4000:]}")

    def wait_ready(self, live=None, seconds=90):
        """Waits until every namenode that runs knows of `live` datanodes and is out of safe mode."""
        live = len(self.datanodes) if live is None else live
        for node in self.namenodes:
            if node.daemon.running():
                wait_for(lambda: self.is_ready(node, live),
                         f"{live} live datanodes and the end of safe mode at {node.name}",
                         seconds, 0.1)

    def is_ready(self, node, live):
        state = self.state(node)
        return state["NumLiveDataNodes"] == live and state["FSState"] == "Operational"

    def state(self, node=None):
        return (node or self.namenode).jmx("Hadoop:service=NameNode,name=FSNamesystemState")[0]

    def live_datanodes(self, node=None):
        return self.state(node)["NumLiveDataNodes"]

    def in_safe_mode(self, node=None):
        return self.state(node)["FSState"] != "Operational"

    def cairn(self, *arguments, stdin=None, user=None, timeout=120, check=False):
        """Runs our shell with the client configuration."""
        environment = self.environment()
        if user is not None:
            environment["HADOOP_USER_NAME"] = user
        return subprocess.run([str(CAIRN), "--config", str(self.conf), *arguments], input=stdin,
                              capture_output=True, env=environment, timeout=timeout, check=check)

    def apache(self, tool, *arguments, stdin=None, user=None, timeout=180, version=None):
        """Runs Apache's tool with the client configuration."""
        return hadoop.run(tool, self.conf, *arguments, stdin=stdin, user=user, timeout=timeout,
                          version=version or self.version)

    def replicas(self, block_id):
        """(node, block file) of each replica on disk."""
        found = []
        for node in self.datanodes:
            found += [(node, path) for path in node.data.glob(f"v*/current/*/current/*/**/blk_{block_id}")]
        return found
