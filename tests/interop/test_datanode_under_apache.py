# SPDX-License-Identifier: Apache-2.0
"""Our datanodes under Apache's namenode, used by Apache's client; both kinds in one pipeline."""

import random
import subprocess

import pytest

from tests.harness import hadoop
from tests.harness.cluster import Cluster
from tests.harness.process import wait_for
from tests.harness.shells import ApacheShell

BLOCK = 1 << 20
SIZES = (0, 1, 511, 512, 513, BLOCK, 3 * BLOCK + 12345)
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


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("mixed-dns"), namenode="apache",
                 datanodes=("cairn", "apache", "cairn"), properties=PROPERTIES) as made:
        yield made


@pytest.fixture(scope="module")
def mixed_shell(mixed):
    made = ApacheShell(mixed)
    yield made
    made.close()


def run(shell, *arguments, stdin=b""):
    answer = shell(*arguments, stdin=stdin)
    assert answer.status == 0, answer.err.decode()
    return answer.out


def put(shell, path, data, *options):
    run(shell, "dfs", *options, "-put", "-", path, stdin=data)


def cat(shell, path):
    return run(shell, "dfs", "-cat", path)


def fsck(cluster, path="/"):
    return cluster.apache("fsck", path, "-files", "-blocks", "-locations").stdout.decode()


def block_ids(cluster, path):
    """Ids of the file's blocks, in order."""
    words = fsck(cluster, path).replace(":", " ").split()
    return [word.split("_")[1] for word in words if word.startswith("blk_")]


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


# ---- Both kinds together.


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
