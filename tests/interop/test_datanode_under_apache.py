# SPDX-License-Identifier: Apache-2.0
"""Our datanodes under Apache's namenode, used by Apache's client."""

import pytest

from tests.harness.cluster import Cluster
from tests.harness.process import wait_for
from tests.harness.shells import ApacheShell
from tests.interop.replicas import (BLOCK, PROPERTIES, block_ids, cat, content, finalized, put,
                                    restart, run, wait_replicas)

SIZES = (0, 1, 511, 512, 513, BLOCK, 3 * BLOCK + 12345)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("cairn-dns"), namenode="apache",
                 datanodes=("cairn",) * 3, properties=PROPERTIES) as made:
        yield made


@pytest.fixture(scope="module")
def shell(cluster):
    made = ApacheShell(cluster)
    yield made
    made.close()


def fsck(cluster, path="/"):
    return cluster.apache("fsck", path, "-files", "-blocks", "-locations").stdout.decode()


@pytest.mark.parametrize("size", SIZES)
def test_what_is_put_is_got(cluster, shell, size, tmp_path):
    data = content(size)
    put(shell, f"/size-{size}", data)
    run(shell, "dfs", "-get", f"/size-{size}", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_bytes() == data
    wait_replicas(cluster, f"/size-{size}", 3)


def test_append_goes_on_within_a_chunk_and_a_block(cluster, shell):
    data = content(BLOCK + 700)
    put(shell, "/append", data)
    for size in (1, 300, BLOCK):
        more = content(size, seed=size)
        run(shell, "dfs", "-appendToFile", "-", "/append", stdin=more)
        data += more
        assert cat(shell, "/append") == data
    wait_replicas(cluster, "/append", 3)


def test_checksum_is_that_of_apache(cluster, shell, apaches, tmp_path):
    apache_shell = ApacheShell(apaches)
    try:
        for size in (0, 513, 3 * BLOCK + 12345):
            for one in (shell, apache_shell):
                put(one, f"/sum-{size}", content(size, seed=3))
            mine = run(shell, "dfs", "-checksum", f"/sum-{size}")
            theirs = run(apache_shell, "dfs", "-checksum", f"/sum-{size}")
            assert mine == theirs
            combined = ("-D", "dfs.checksum.combine.mode=COMPOSITE_CRC")
            mine = run(shell, "dfs", *combined, "-checksum", f"/sum-{size}")
            theirs = run(apache_shell, "dfs", *combined, "-checksum", f"/sum-{size}")
            assert mine == theirs
    finally:
        apache_shell.close()


def test_setrep_takes_replicas_away_and_makes_new_ones(cluster, shell):
    put(shell, "/setrep", content(2 * BLOCK))
    run(shell, "dfs", "-setrep", "-w", "1", "/setrep")
    wait_replicas(cluster, "/setrep", 1)
    run(shell, "dfs", "-setrep", "-w", "3", "/setrep")
    wait_replicas(cluster, "/setrep", 3)
    assert cat(shell, "/setrep") == content(2 * BLOCK)


def test_delete_removes_the_files_of_the_replicas(cluster, shell):
    put(shell, "/gone", content(BLOCK))
    (block_id,) = block_ids(cluster, "/gone")
    run(shell, "dfs", "-rm", "-skipTrash", "/gone")
    wait_for(lambda: not cluster.replicas(block_id), "the replicas to be deleted")


def test_truncate_cuts_the_last_block(cluster, shell):
    data = content(BLOCK + 5000)
    put(shell, "/truncate", data)
    run(shell, "dfs", "-truncate", "-w", str(BLOCK + 1234), "/truncate")
    assert cat(shell, "/truncate") == data[:BLOCK + 1234]
    run(shell, "dfs", "-truncate", "-w", str(BLOCK - 1), "/truncate")
    assert cat(shell, "/truncate") == data[:BLOCK - 1]
    run(shell, "dfs", "-appendToFile", "-", "/truncate", stdin=b"after")
    assert cat(shell, "/truncate") == data[:BLOCK - 1] + b"after"


def test_a_dead_datanode_is_replaced(cluster, shell):
    put(shell, "/two", content(2 * BLOCK), "-D", "dfs.replication=2")
    wait_replicas(cluster, "/two", 2)
    block_id = block_ids(cluster, "/two")[0]
    victim = finalized(cluster, block_id)[0]
    victim.kill()
    others = [node for node in cluster.datanodes if node is not victim]
    wait_for(lambda: all(any(node is n for n in finalized(cluster, block_id)) for node in others),
             "a replica on each datanode that lives", 90)
    assert cat(shell, "/two") == content(2 * BLOCK)
    restart(cluster, [victim])


def test_a_flipped_bit_is_not_served_and_is_repaired(cluster, shell):
    data = content(BLOCK, seed=5)
    # Apache's namenode puts the new replica on a datanode that has none yet.
    put(shell, "/bit", data, "-D", "dfs.replication=2")
    (block_id,) = block_ids(cluster, "/bit")
    wait_replicas(cluster, "/bit", 2)
    _, bad = cluster.replicas(block_id)[0]
    spoiled = bytearray(bad.read_bytes())
    spoiled[100_000] ^= 1
    bad.write_bytes(bytes(spoiled))

    def all_good():
        assert cat(shell, "/bit") == data
        copies = [path.read_bytes() for _, path in cluster.replicas(block_id)
                  if "/finalized/" in str(path)]
        return len(copies) == 2 and all(copy == data for copy in copies)

    wait_for(all_good, "two good replicas", 90, 0.5)


def test_restarted_datanodes_bring_their_blocks_back(cluster, shell):
    data = content(2 * BLOCK + 1, seed=9)
    put(shell, "/restart", data)
    for node in cluster.datanodes:
        assert node.stop() == 0
    restart(cluster, cluster.datanodes)
    assert cat(shell, "/restart") == data
    for node in cluster.datanodes:
        node.kill()
    restart(cluster, cluster.datanodes)
    assert cat(shell, "/restart") == data


def test_a_restarted_namenode_gets_its_datanodes_back(cluster, shell):
    put(shell, "/before", content(1000))
    cluster.namenode.kill()
    cluster.namenode.start()
    cluster.wait_ready()
    wait_for(lambda: cluster.state()["NumStaleStorages"] == 0, "all full reports")
    assert cat(shell, "/before") == content(1000)
    put(shell, "/after", content(2000))
    assert cat(shell, "/after") == content(2000)


def test_apaches_administrator_reaches_our_datanodes(cluster, shell):
    address = f"127.0.0.1:{cluster.datanodes[0].ports['ipc']}"
    assert b"Uptime" in run(shell, "dfsadmin", "-getDatanodeInfo", address)
    run(shell, "dfsadmin", "-triggerBlockReport", address)
    run(shell, "dfsadmin", "-triggerBlockReport", "-incremental", address)
    run(shell, "dfsadmin", "-setBalancerBandwidth", "7340032")
    wait_for(lambda: b"7340032" in run(shell, "dfsadmin", "-getBalancerBandwidth", address),
             "the bandwidth to arrive")
    run(shell, "dfsadmin", "-evictWriters", address)
    refused = shell("dfsadmin", "-shutdownDatanode", address, user="stranger")
    assert refused.status != 0 and b"Permission denied" in refused.err
    run(shell, "dfsadmin", "-shutdownDatanode", address, "upgrade")
    wait_for(lambda: not cluster.datanodes[0].daemon.running(), "the datanode to end")
    restart(cluster, cluster.datanodes)


def test_fsck_finds_nothing(cluster, shell):
    wait_for(lambda: "is HEALTHY" in fsck(cluster) and
             "Under-replicated blocks:\t0" in fsck(cluster), "a healthy file system", 60, 1)
