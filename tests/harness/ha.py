# SPDX-License-Identifier: Apache-2.0
"""Two namenodes of one nameservice as processes, each ours or Apache's, without anything between
them: what one of them does as a standby, and how it is told to serve."""

import os
import pathlib
import subprocess

from . import hadoop
from .cluster import CAIRN, FAST, Node, write_site
from .process import can_connect, free_ports, wait_for

HA_SERVICE = "org.apache.hadoop.ha.HAServiceProtocol"


class Nameservice:
    """Use as a context. `kinds` of nn1 and nn2; nothing is formatted or started by itself."""

    def __init__(self, base, kinds, properties=None, version=hadoop.VERSIONS[0]):
        self.base = pathlib.Path(base)
        self.version = version
        (self.base / "log").mkdir(parents=True, exist_ok=True)
        (self.base / "data").mkdir(parents=True, exist_ok=True)
        ports = free_ports(4)
        self.properties = {
            "fs.defaultFS": "hdfs://ns",
            "hadoop.tmp.dir": str(self.base / "tmp"),
            "dfs.nameservices": "ns",
            "dfs.ha.namenodes.ns": "nn1,nn2",
            "dfs.client.failover.proxy.provider.ns":
                "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider",
            "dfs.namenode.shared.edits.dir": f"file://{self.base}/shared",
            "dfs.ha.fencing.methods": "shell(true)",
            **FAST, **(properties or {}),
        }
        for index in (0, 1):
            name = f"ns.nn{index + 1}"
            self.properties[f"dfs.namenode.rpc-address.{name}"] = f"127.0.0.1:{ports[index]}"
            self.properties[f"dfs.namenode.http-address.{name}"] = f"127.0.0.1:{ports[2 + index]}"
        self.conf = self.base / "conf"
        write_site(self.conf, self.properties)
        self.namenodes = []
        for index, kind in enumerate(kinds):
            own = {**self.properties, "dfs.ha.namenode.id": f"nn{index + 1}",
                   "dfs.namenode.name.dir": f"file://{self.base}/data/nn{index + 1}"}
            self.namenodes.append(Node(self, f"nn{index + 1}", kind, own,
                                       {"rpc": ports[index], "http": ports[2 + index]}))

    def environment(self):
        return {**os.environ, "HADOOP_CONF_DIR": str(self.conf)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for node in self.namenodes:
            node.daemon.kill()

    def run(self, node, *arguments, stdin=None, timeout=120):
        """A command of `namenode` with the node's own configuration."""
        return subprocess.run(node.command("namenode", *arguments), capture_output=True,
                              timeout=timeout, env=self.environment(),
                              **({"stdin": subprocess.DEVNULL} if stdin is None
                                 else {"input": stdin}))

    def format_and_start(self, node):
        formatted = self.run(node, "-format", "-nonInteractive")
        assert formatted.returncode == 0, formatted.stderr[-2000:]
        self.start(node)

    def start(self, node):
        node.start()
        wait_for(lambda: can_connect(node.ports["rpc"]) or self.died(node), "the namenode's port")
        wait_for(lambda: self.state(node) in ("standby", "active"), "a service state")

    def died(self, node):
        if node.daemon.running():
            return False
        raise AssertionError(f"{node.name} ended:\n{node.daemon.log()[-4000:]}")

    def state(self, node):
        return node.jmx("Hadoop:service=NameNode,name=NameNodeStatus")[0]["State"]

    def haadmin(self, *arguments, timeout=120):
        """Apache's haadmin."""
        return hadoop.run("haadmin", self.conf, *arguments, timeout=timeout, version=self.version)

    def activate(self, name):
        """The other one need not answer."""
        return self.haadmin("-transitionToActive", "--forceactive", name)

    def apache(self, tool, *arguments, stdin=None, timeout=180):
        return hadoop.run(tool, self.conf, *arguments, stdin=stdin, timeout=timeout,
                          version=self.version)

    def cairn(self, *arguments, timeout=120):
        return subprocess.run([str(CAIRN), "--config", str(self.conf), *arguments],
                              capture_output=True, env=self.environment(), timeout=timeout,
                              check=False)
