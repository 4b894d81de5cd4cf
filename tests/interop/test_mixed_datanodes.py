# SPDX-License-Identifier: Apache-2.0
"""Datanodes of both kinds in one pipeline and one block recovery, under each kind of namenode."""

import subprocess

import pytest

from tests.harness import hadoop
from tests.harness.cluster import Cluster
from tests.harness.process import wait_for
from tests.harness.shells import ApacheShell
from tests.interop.replicas import (BLOCK, PROPERTIES, block_ids, cat, content, put, restart, run,
                                    wait_replicas)


@pytest.fixture(scope="module", params=("apache", "cairn"))
def mixed(request, tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("mixed-dns"), namenode=request.param,
                 datanodes=("cairn", "apache", "cairn"), properties=PROPERTIES) as made:
        yield made


@pytest.fixture(scope="module")
def mixed_shell(mixed):
    made = ApacheShell(mixed)
    yield made
    made.close()


@pytest.mark.parametrize("size", (513, 3 * BLOCK + 12345))
def test_both_kinds_write_in_one_pipeline(mixed, mixed_shell, size):
    for attempt in range(3):
        path = f"/mixed-{size}-{attempt}"
        put(mixed_shell, path, content(size, seed=attempt))
        assert cat(mixed_shell, path) == content(size, seed=attempt)
        run(mixed_shell, "dfs", "-appendToFile", "-", path, stdin=b"appended")
        assert cat(mixed_shell, path) == content(size, seed=attempt) + b"appended"
        wait_replicas(mixed, path, 3)
        for block_id in block_ids(mixed, path):
            wait_for(lambda: len({p.read_bytes() for _, p in mixed.replicas(block_id)}) == 1,
                     "equal replicas")


def written_by_a_writer_that_died(cluster, path, data):
    """Leaves a file open, with at least a part of `data` in its last block."""
    writer = subprocess.Popen(
        hadoop.java("dfs", cluster.conf, "-put", "-", path, version=cluster.version),
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=cluster.environment())
    before = {p for node in cluster.datanodes for p in node.data.glob("v*/current/*/current/rbw/*")}

    def replicas():
        return [p for node in cluster.datanodes
                for p in node.data.glob("v*/current/*/current/rbw/blk_*")
                if p not in before and not p.name.endswith(".meta") and p.stat().st_size > 0]

    try:
        writer.stdin.write(data)
        writer.stdin.flush()
        wait_for(lambda: len(replicas()) == 3, "three replicas that are being written")
    finally:
        writer.kill()
        writer.wait()


@pytest.mark.parametrize("attempt", range(4))
def test_both_kinds_take_part_in_one_block_recovery(mixed, mixed_shell, attempt):
    data = content(BLOCK // 2, seed=attempt)
    path = f"/open-{attempt}"
    written_by_a_writer_that_died(mixed, path, data)
    copying = f"{path}._COPYING_"
    done = mixed.apache("debug", "recoverLease", "-path", copying, "-retries", "20")
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    found = cat(mixed_shell, copying)
    assert found and data.startswith(found)
    (block_id,) = block_ids(mixed, copying)
    wait_replicas(mixed, copying, 3)
    for _, replica in mixed.replicas(block_id):
        assert replica.read_bytes() == found
    run(mixed_shell, "dfs", "-appendToFile", "-", copying, stdin=b"later")
    assert cat(mixed_shell, copying) == found + b"later"


def test_both_kinds_truncate(mixed, mixed_shell):
    data = content(BLOCK)
    put(mixed_shell, "/mixed-truncate", data)
    for size in (BLOCK - 1, 513, 100):
        run(mixed_shell, "dfs", "-truncate", "-w", str(size), "/mixed-truncate")
        assert cat(mixed_shell, "/mixed-truncate") == data[:size]


def test_a_pipeline_of_both_kinds_outlives_each(mixed, mixed_shell):
    for victim in mixed.datanodes[:2]:
        path = f"/outlives-{victim.name}"
        data = content(2 * BLOCK + 77, seed=8)
        writer = subprocess.Popen(
            hadoop.java("dfs", mixed.conf, "-put", "-", path, version=mixed.version),
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=mixed.environment())
        writer.stdin.write(data[:BLOCK // 2])
        writer.stdin.flush()
        wait_for(lambda: list(victim.data.glob("v*/current/*/current/rbw/blk_*")),
                 "a replica that is being written")
        victim.kill()
        writer.stdin.write(data[BLOCK // 2:])
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors.decode()
        assert cat(mixed_shell, path) == data
        restart(mixed, [victim])
        wait_replicas(mixed, path, 3, 90)


def swap_kind(cluster, node):
    assert node.daemon.running()
    node.stop()
    node.kind = "apache" if node.kind == "cairn" else "cairn"
    node.daemon.command = node.command("datanode")
    node.start()
    cluster.wait_ready()


def test_each_kind_reads_the_directories_of_the_other(mixed, mixed_shell):
    data = content(2 * BLOCK + 511, seed=4)
    put(mixed_shell, "/swap", data)
    wait_replicas(mixed, "/swap", 3)
    ours, theirs, rest = mixed.datanodes
    for node in (ours, theirs):
        swap_kind(mixed, node)
    for alone in (ours, theirs):
        away = [node for node in mixed.datanodes if node is not alone]
        for node in away:
            node.stop()
        # Only this datanode can answer.
        assert cat(mixed_shell, "/swap") == data
        restart(mixed, away)
    run(mixed_shell, "dfs", "-appendToFile", "-", "/swap", stdin=b"more")
    assert cat(mixed_shell, "/swap") == data + b"more"
    for node in (ours, theirs):
        swap_kind(mixed, node)
    assert cat(mixed_shell, "/swap") == data + b"more"
