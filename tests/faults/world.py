# SPDX-License-Identifier: Apache-2.0
"""A pair with ZooKeeper and three datanodes, each wire of which can be cut, and its clients."""

import os
import pathlib
import subprocess
import threading

from tests.harness.cluster import CAIRN, FAST, write_site
from tests.harness.pair import NAMES, Pair
from tests.harness.process import Daemon, wait_for

from .proxy import Wire

CLIENT = pathlib.Path(os.environ.get("CAIRN_HISTORY_CLIENT", CAIRN.parent / "history_client"))
DATANODES = 3
ROUND_MS = 1500
# Who dials what: a wire for each namenode. The peer dials the link of the namenode it names.
WIRES = {"link": "cairn.ha.journal-address", "clients": "dfs.namenode.rpc-address",
         "datanodes": "dfs.namenode.rpc-address"}


class World:
    """Use as a context: everything runs, and the pair is in sync."""

    def __init__(self, base):
        self.pair = Pair(base, spare=8 + 3 * DATANODES)
        self.base = self.pair.base
        self.wires = {}
        # Images while clients work, and so few records beside them that who was away needs one.
        self.pair.properties.update({
            "dfs.namenode.checkpoint.txns": "1500",
            "dfs.namenode.checkpoint.check.period": "1",
            "dfs.namenode.num.extra.edits.retained": "500",
        })
        self.properties = {
            **self.pair.properties,
            "dfs.client.failover.max.attempts": "60",
            "dfs.client.failover.sleep.max.millis": "1000",
            "dfs.client.block.write.replace-datanode-on-failure.policy": "NEVER",
        }
        ports = iter(self.pair.spare)
        for name in NAMES:
            for kind, key in WIRES.items():
                target = self.pair.properties[f"{key}.ns.{name}"].rsplit(":", 1)[1]
                self.wires[kind, name] = Wire(next(ports), int(target))
            self.wires["zookeeper", name] = Wire(next(ports), self.pair.zookeeper.port)
        for name, member in zip(NAMES, self.pair.members):
            self.place(name, member)
        self.conf = self.base / "conf-clients"
        write_site(self.conf, {**self.properties, **self.through("clients")})
        self.datanodes = [self.datanode(f"dn{i + 1}", ports) for i in range(DATANODES)]
        self.held = set()  # Members that are not started again when they end.
        self.stopping = threading.Event()
        self.supervisor = threading.Thread(target=self.supervise, daemon=True)

    def address(self, kind, name):
        return f"127.0.0.1:{self.wires[kind, name].port}"

    def through(self, kind, names=NAMES):
        return {f"{WIRES[kind]}.ns.{name}": self.address(kind, name) for name in names}

    def place(self, name, member):
        """A namenode sees the other one, and ZooKeeper, through its own wires."""
        other = next(each for each in NAMES if each != name)
        write_site(member.conf, {
            **self.pair.properties, **self.through("link", (other,)),
            "dfs.ha.namenode.id": name,
            "dfs.namenode.name.dir": f"file://{member.data}",
            "ha.zookeeper.quorum": self.address("zookeeper", name),
        })

    def datanode(self, name, ports):
        conf = self.base / "conf-nodes" / name
        write_site(conf, {
            **FAST, **self.properties, **self.through("datanodes"),
            "dfs.datanode.data.dir": f"file://{self.base}/data/{name}",
            "dfs.datanode.address": f"127.0.0.1:{next(ports)}",
            "dfs.datanode.ipc.address": f"127.0.0.1:{next(ports)}",
            "dfs.datanode.http.address": f"127.0.0.1:{next(ports)}",
        })
        return Daemon(name, [str(CAIRN), "--config", str(conf), "datanode"],
                      str(self.base / "log" / f"{name}.log"))

    def supervise(self):
        """What systemd does in production: a daemon that has ended is started again."""
        while not self.stopping.wait(0.3):
            for member in self.pair.members:
                if member.name not in self.held and not member.daemon.running():
                    member.daemon.start()

    def __enter__(self):
        try:
            self.pair.start()
            for datanode in self.datanodes:
                datanode.start()
            self.pair.wait_active()
            wait_for(self.pair.in_sync, "a standby in sync")
            wait_for(self.writable, "datanodes")
            self.supervisor.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def writable(self):
        probe = self.base / "probe"
        probe.write_text("probe")
        return subprocess.run(
            [str(CAIRN), "--config", str(self.conf), "dfs", "-put", "-f", str(probe), "/probe"],
            capture_output=True, timeout=20, check=False).returncode == 0

    def __exit__(self, *_):
        self.stopping.set()
        if self.supervisor.is_alive():
            self.supervisor.join()
        for datanode in self.datanodes:
            datanode.kill()
        self.pair.__exit__()
        for wire in self.wires.values():
            wire.close()

    def switch(self):
        """A planned switch; whether it was done."""
        active = self.pair.active()
        if active is None:
            return False
        done = subprocess.run(
            [str(CAIRN), "--config", str(self.pair.conf), "haadmin", "-transitionToStandby",
             active.name], capture_output=True, timeout=60, check=False)
        return done.returncode == 0


class Clients:
    """The processes that write a history; use as a context, which ends when they have ended."""

    def __init__(self, world, seed):
        self.path = world.base / f"history-{seed}.tsv"
        self.log = world.base / f"history-{seed}.log"
        pinned = [f"hdfs://{world.address('clients', name)}" for name in NAMES]
        self.command = [str(CLIENT), str(world.conf), "run", str(seed), str(ROUND_MS), *pinned]
        self.process = None

    def __enter__(self):
        with open(self.path, "wb") as out, open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=out,
                                            stderr=log)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(90)
        finally:
            self.process.kill()
            self.process.wait()

    def lines(self):
        return self.path.read_text().splitlines()
