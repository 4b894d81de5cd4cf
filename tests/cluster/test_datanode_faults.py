# SPDX-License-Identifier: Apache-2.0
"""Datanodes that die and disks that lie: clients succeed, three good replicas return."""

import os
import random
import subprocess

import pytest

from tests.harness.cluster import CAIRN, Cluster
from tests.harness.process import wait_for

MIB = 1 << 20
CONTENT = random.Random(7).randbytes(5 * MIB + 777)


@pytest.fixture
def cluster(tmp_path):
    with Cluster(tmp_path, datanodes=("cairn",) * 4) as made:
        yield made


def wait_healthy(cluster):
    wait_for(lambda: cluster.state()["UnderReplicatedBlocks"] == 0 and
             cluster.state()["PendingReplicationBlocks"] == 0, "three replicas of every block", 60)


def start_put(cluster, path):
    return subprocess.Popen([str(CAIRN), "--config", str(cluster.conf), "dfs", "-put", "-", path],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=cluster.environment())


def holders(cluster):
    """Datanodes that have a replica that is being written."""
    return [n for n in cluster.datanodes if list(n.data.glob("v*/current/*/current/rbw/blk_*"))]


@pytest.mark.parametrize("phase", ["setup", "streaming", "close"])
def test_a_write_survives_the_death_of_a_datanode(cluster, phase):
    put = start_put(cluster, "/file")
    if phase == "setup":
        cluster.datanodes[0].kill()
        put.stdin.write(CONTENT)
    else:
        sent = len(CONTENT) // 2 if phase == "streaming" else len(CONTENT)
        put.stdin.write(CONTENT[:sent])
        put.stdin.flush()
        wait_for(lambda: holders(cluster), "a replica that is being written")
        holders(cluster)[0].kill()
        put.stdin.write(CONTENT[sent:])
    _, errors = put.communicate(timeout=120)
    assert put.returncode == 0, errors
    assert cluster.cairn("dfs", "-cat", "/file").stdout == CONTENT
    wait_for(lambda: cluster.live_datanodes() == 3, "the dead datanode to be noticed", 60)
    wait_healthy(cluster)
    assert cluster.cairn("dfs", "-cat", "/file").stdout == CONTENT


def test_a_read_goes_on_with_another_replica(cluster):
    assert cluster.cairn("dfs", "-put", "-", "/file", stdin=CONTENT).returncode == 0
    wait_healthy(cluster)
    cat = subprocess.Popen([str(CAIRN), "--config", str(cluster.conf), "dfs", "-cat", "/file"],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
                           env=cluster.environment())
    head = cat.stdout.read(100_000)  # The pipe is full then, and the reader is in the middle.
    for node in cluster.datanodes[:2]:
        node.kill()
    rest, errors = cat.communicate(timeout=120)
    assert cat.returncode == 0, errors
    assert head + rest == CONTENT


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x40]))


@pytest.mark.parametrize("kind", ["block", "meta"])
def test_a_flipped_bit_is_never_served_and_is_repaired(cluster, kind):
    data = CONTENT[:100_000]
    assert cluster.cairn("dfs", "-put", "-", "/file", stdin=data).returncode == 0
    wait_healthy(cluster)
    blocks = [p for n in cluster.datanodes
              for p in n.data.glob("v*/current/*/current/finalized/**/blk_*")
              if not p.name.endswith(".meta")]
    assert len(blocks) == 3
    damaged = blocks[0]
    target = damaged if kind == "block" else next(damaged.parent.glob(f"{damaged.name}_*.meta"))
    flip(target, os.path.getsize(target) // 2)
    # Whoever is asked first: the answer is right, until the bad replica has been met and replaced.
    def repaired():
        assert cluster.cairn("dfs", "-cat", "/file").stdout == data
        good = [p for n in cluster.datanodes
                for p in n.data.glob("v*/current/*/current/finalized/**/blk_*")
                if not p.name.endswith(".meta") and p.read_bytes() == data]
        return len(good) == 3 and cluster.state()["UnderReplicatedBlocks"] == 0 and \
            (kind == "block" or not target.exists())
    wait_for(repaired, "the bad replica to be replaced", 90)


def test_a_datanode_that_comes_back_is_used_again(cluster):
    assert cluster.cairn("dfs", "-put", "-", "/file", stdin=CONTENT).returncode == 0
    wait_healthy(cluster)
    node = cluster.datanodes[0]
    node.kill()
    wait_for(lambda: cluster.live_datanodes() == 3, "the dead datanode to be noticed", 60)
    wait_healthy(cluster)
    node.start()
    wait_for(lambda: cluster.live_datanodes() == 4, "the datanode to register")
    wait_for(lambda: cluster.state()["ExcessBlocks"] == 0 if "ExcessBlocks" in cluster.state()
             else True, "surplus replicas to be deleted", 60)
    assert cluster.cairn("dfs", "-cat", "/file").stdout == CONTENT
