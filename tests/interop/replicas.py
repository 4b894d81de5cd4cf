# SPDX-License-Identifier: Apache-2.0
"""What tests of replicas on disk share."""

import random
import subprocess

from tests.harness.cluster import PROBE
from tests.harness.process import wait_for

BLOCK = 1 << 20
PROPERTIES = {
    "dfs.replication": "3",
    "dfs.client.socket-timeout": "5000",
    # Among three datanodes, one stream more is twice the average: a pipeline would get two.
    "dfs.namenode.redundancy.considerLoad": "false",
    "dfs.namenode.reconstruction.pending.timeout-sec": "3",
    "dfs.client.block.write.replace-datanode-on-failure.best-effort": "true",
    "dfs.block.scanner.volume.bytes.per.second": "104857600",
}


def content(size, seed=1):
    return random.Random(seed).randbytes(size)


def run(shell, *arguments, stdin=b""):
    answer = shell(*arguments, stdin=stdin)
    assert answer.status == 0, answer.err.decode()
    return answer.out


def put(shell, path, data, *options):
    run(shell, "dfs", *options, "-put", "-", path, stdin=data)


def cat(shell, path):
    return run(shell, "dfs", "-cat", path)


def block_ids(cluster, path):
    """Ids of the file's blocks, in order."""
    told = subprocess.run([str(PROBE), str(cluster.conf), "blocks", path], check=True,
                          capture_output=True, env=cluster.environment(), timeout=60)
    return told.stdout.decode().split()


def finalized(cluster, block_id):
    """Nodes that have the block's final replica."""
    return [node for node, path in cluster.replicas(block_id) if "/finalized/" in str(path)]


def wait_replicas(cluster, path, count, seconds=60):
    for block_id in block_ids(cluster, path):
        wait_for(lambda: len(finalized(cluster, block_id)) == count,
                 f"{count} replicas of block {block_id} of {path}", seconds)


def restart(cluster, nodes):
    for node in nodes:
        if not node.daemon.running():
            node.start()
    cluster.wait_ready()
