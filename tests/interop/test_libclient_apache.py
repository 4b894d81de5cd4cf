# SPDX-License-Identifier: Apache-2.0
"""The client library on a cluster of Apache's daemons."""

import random
import re
import subprocess

import pytest

from tests.harness.cluster import PROBE, Cluster
from tests.harness.process import wait_for

BLOCK = 1 << 20
SIZES = (0, 1, 511, 512, 513, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, BLOCK - 1, BLOCK,
         BLOCK + 1, 3 * BLOCK + 12345)
PROPERTIES = {
    "dfs.client.socket-timeout": "5000",
    "dfs.client.retry.window.base": "200",
    "dfs.client.block.write.replace-datanode-on-failure.best-effort": "true",
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("apache"), namenode="apache", datanodes=("apache",) * 4,
                 properties=PROPERTIES) as running:
        yield running


@pytest.fixture(autouse=True)
def all_datanodes(cluster):
    yield
    dead = [node for node in cluster.datanodes if not node.daemon.running()]
    for node in dead:
        node.start()
    # The namenode thinks for a while that they never were away.
    for node in dead:
        wait_for(lambda: "RUNNING" in str(node.jmx("Hadoop:service=DataNode,name=DataNodeInfo")),
                 f"{node.name} to be registered")
    cluster.wait_ready()


def command(cluster, *arguments):
    return [str(PROBE), str(cluster.conf), *map(str, arguments)]


def probe(cluster, *arguments, stdin=None):
    done = subprocess.run(command(cluster, *arguments), input=stdin, capture_output=True,
                          timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def spawn(cluster, *arguments):
    return subprocess.Popen(command(cluster, *arguments), stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process):
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    return errors.decode()


def random_file(path, size, seed=1):
    path.write_bytes(random.Random(seed).randbytes(size))
    return path


def apache_bytes(cluster, path):
    done = cluster.apache("dfs", "-cat", path)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def being_written(cluster):
    """Names of the meta files of replicas that are being written, by running datanodes."""
    return {(node.name, path.name) for node in cluster.datanodes if node.daemon.running()
            for path in node.data.glob("v0/current/BP-*/current/rbw/*.meta")}


def pipeline(cluster, before):
    """The three datanodes of a pipeline that was set up since `before`."""
    def one_of_three():
        new = being_written(cluster) - before
        for block in {name for _, name in new}:
            nodes = [node for node, name in new if name == block]
            if len(nodes) == 3:
                return nodes
        return None
    names = wait_for(one_of_three, "a pipeline of three", interval=0.01)
    return [node for node in cluster.datanodes if node.name in names]


def test_every_size_comes_back(cluster, tmp_path):
    for size in SIZES:
        source = random_file(tmp_path / "in", size, size)
        probe(cluster, "put", source, f"/sizes/{size}")
        probe(cluster, "get", f"/sizes/{size}", tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == source.read_bytes(), size
    cluster.apache("dfs", "-get", "/sizes", str(tmp_path / "theirs"))
    for size in SIZES:
        expected = random.Random(size).randbytes(size)
        assert (tmp_path / "theirs" / str(size)).read_bytes() == expected, size


def test_apaches_files_are_read(cluster, tmp_path):
    source = random_file(tmp_path / "in", 2 * BLOCK + 777)
    assert cluster.apache("dfs", "-put", str(source), "/theirs").returncode == 0
    probe(cluster, "get", "/theirs", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == source.read_bytes()
    for offset, length in ((0, 1), (511, 2), (BLOCK - 5, 10), (700_000, 4096), (5, BLOCK + 9)):
        part = probe(cluster, "pread", "/theirs", offset, length)
        assert part == source.read_bytes()[offset:offset + length]


def test_checksums_equal_apaches(cluster, tmp_path):
    paths = []
    for size in (0, 1, 513, BLOCK, 2 * BLOCK + 1, 5 * BLOCK):
        probe(cluster, "put", random_file(tmp_path / "in", size, size), f"/sums/{size}")
        paths.append(f"/sums/{size}")
    for mode, options in ((), ()), (("composite",), ("-Ddfs.checksum.combine.mode=COMPOSITE_CRC",)):
        theirs = cluster.apache("dfs", *options, "-checksum", *paths).stdout
        assert b"".join(probe(cluster, "checksum", path, *mode) for path in paths) == theirs


def test_append_fills_the_last_block_and_goes_on(cluster, tmp_path):
    expected = b""
    for index, size in enumerate((100, 412, 1, 511, 70_000, BLOCK, 3, 2 * BLOCK)):
        part = random_file(tmp_path / "in", size, index)
        probe(cluster, "append" if expected else "put", part, "/appended")
        expected += part.read_bytes()
    assert apache_bytes(cluster, "/appended") == expected


def test_append_to_a_full_block_and_with_nothing(cluster, tmp_path):
    probe(cluster, "put", random_file(tmp_path / "a", BLOCK), "/full")
    probe(cluster, "append", random_file(tmp_path / "empty", 0), "/full")
    probe(cluster, "append", random_file(tmp_path / "b", 10, 2), "/full")
    probe(cluster, "append", tmp_path / "empty", "/full")
    expected = (tmp_path / "a").read_bytes() + (tmp_path / "b").read_bytes()
    assert apache_bytes(cluster, "/full") == expected


def test_flushed_bytes_are_visible_at_once(cluster):
    writer = spawn(cluster, "flush-loop", "/flushed")
    expected = b""
    for index, size in enumerate((10, 502, 1, 1000, 70_000, 3, 512)):
        line = (b"sync" if index % 2 else b"flush") + b"x" * size
        writer.stdin.write(line + b"\n")
        writer.stdin.flush()
        expected += line
        assert int(writer.stdout.readline()) == len(expected)
        assert probe(cluster, "pread", "/flushed", 0, len(expected)) == expected
    writer.stdin.write(b"length\n")
    writer.stdin.flush()
    expected += b"length"
    assert int(writer.stdout.readline()) == len(expected)
    assert b"\t%d\t" % len(expected) in probe(cluster, "ls", "/flushed")
    finish(writer)
    assert apache_bytes(cluster, "/flushed") == expected


@pytest.mark.parametrize("victim", [0, 1, 2])
def test_datanode_dies_while_a_file_is_written(cluster, tmp_path, victim):
    source = random_file(tmp_path / "in", 12 * BLOCK, victim)
    before = being_written(cluster)
    writer = spawn(cluster, "put", source, f"/killed-{victim}", 150)
    pipeline(cluster, before)[victim].kill()
    finish(writer)
    probe(cluster, "get", f"/killed-{victim}", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == source.read_bytes()
    assert apache_bytes(cluster, f"/killed-{victim}") == source.read_bytes()


def test_datanode_dies_between_flushes(cluster):
    before = being_written(cluster)
    writer = spawn(cluster, "flush-loop", "/hflush-killed")
    expected = b""
    for index in range(6):
        line = b"flush" + b"%d" % index * 700
        writer.stdin.write(line + b"\n")
        writer.stdin.flush()
        expected += line
        assert int(writer.stdout.readline()) == len(expected)
        if index in (1, 3):
            names = {name for name, _ in being_written(cluster) - before}
            next(node for node in cluster.datanodes if node.name in names).kill()
    finish(writer)
    assert apache_bytes(cluster, "/hflush-killed") == expected


def test_datanode_dies_while_a_file_is_read(cluster, tmp_path):
    source = random_file(tmp_path / "in", 16 * BLOCK)
    probe(cluster, "put", source, "/read-killed")
    reader = spawn(cluster, "get", "/read-killed", tmp_path / "out", 100)
    wait_for(lambda: (tmp_path / "out").exists() and (tmp_path / "out").stat().st_size > BLOCK,
             "the first block")
    cluster.datanodes[0].kill()
    cluster.datanodes[1].kill()
    finish(reader)
    assert (tmp_path / "out").read_bytes() == source.read_bytes()


def test_flipped_bit_is_not_read_and_is_reported(cluster, tmp_path):
    source = random_file(tmp_path / "in", 300_000)
    probe(cluster, "put", source, "/corrupt")
    report = cluster.apache("fsck", "/corrupt", "-files", "-blocks", "-locations").stdout.decode()
    block = re.search(r"blk_(\d+)_", report).group(1)
    wait_for(lambda: len(cluster.replicas(block)) == 3, "three replicas")
    _, victim = cluster.replicas(block)[0]
    data = bytearray(victim.read_bytes())
    data[100_000] ^= 1
    victim.write_bytes(data)

    def repaired():
        probe(cluster, "get", "/corrupt", tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == source.read_bytes()
        contents = [path.read_bytes() for _, path in cluster.replicas(block)]
        return contents == [source.read_bytes()] * 3
    wait_for(repaired, "three good replicas")


def test_errors_keep_apaches_words(cluster):
    done = subprocess.run(command(cluster, "get", "/nothing", "/dev/null"), capture_output=True)
    assert done.returncode == 1
    assert b"File does not exist: /nothing" in done.stderr
