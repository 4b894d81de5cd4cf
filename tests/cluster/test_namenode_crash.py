# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the namenode at random points: nothing that it acknowledged is missing afterwards."""

import random
import threading

from tests.harness.cluster import Cluster
from tests.harness.process import can_connect, wait_for

ROUNDS = 4


class Writer(threading.Thread):
    """Makes directories and files until it is stopped; remembers what was acknowledged."""

    def __init__(self, cluster, name):
        super().__init__()
        self.cluster = cluster
        self.name = name
        self.acknowledged = {}
        self.stopping = threading.Event()

    def run(self):
        for number in range(100000):
            if self.stopping.is_set():
                return
            path = f"/{self.name}/{number}"
            data = f"{path} ".encode() * (number % 7 * 100)
            if self.cluster.cairn("dfs", "-mkdir", "-p", path).returncode == 0:
                self.acknowledged[path] = None
            put = self.cluster.cairn("dfs", "-put", "-", f"{path}/file", stdin=data)
            if put.returncode == 0:
                self.acknowledged[f"{path}/file"] = data


def test_nothing_acknowledged_is_lost(tmp_path):
    with Cluster(tmp_path, datanodes=("cairn",) * 3) as cluster:
        writers = [Writer(cluster, f"w{i}") for i in range(3)]
        for writer in writers:
            writer.start()
        try:
            chance = random.Random(11)
            for _ in range(ROUNDS):
                target = sum(len(w.acknowledged) for w in writers) + chance.randrange(5, 25)
                wait_for(lambda: sum(len(w.acknowledged) for w in writers) >= target,
                         "acknowledged operations")
                cluster.namenode.kill()
                cluster.namenode.start()
                wait_for(lambda: can_connect(cluster.namenode.ports["rpc"]) or
                         cluster.died(cluster.namenode), "the namenode's port")
        finally:
            for writer in writers:
                writer.stopping.set()
            for writer in writers:
                writer.join()
        cluster.wait_ready()
        listed = cluster.cairn("dfs", "-ls", "-C", "-R", "/").stdout.decode().split()
        for writer in writers:
            missing = set(writer.acknowledged) - set(listed)
            assert not missing
            for path, data in list(writer.acknowledged.items())[-20:]:
                if data is not None:
                    assert cluster.cairn("dfs", "-cat", path).stdout == data, path
