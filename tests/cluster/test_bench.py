# SPDX-License-Identifier: Apache-2.0
"""Each benchmark for a moment: their figures mean nothing here, but they must not rot."""

import json
import subprocess

import pytest

from tests.harness.cluster import CAIRN, Cluster

BIN = CAIRN.parent
pytestmark = pytest.mark.skipif(not (BIN / "micro").exists(),
                                reason="a sanitizer build has no benchmarks")
READS = ("getFileInfo", "getListing", "getBlockLocations")
WRITES = ("mkdirs", "create", "newFile", "rename", "delete")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("bench")) as running:
        yield running


def run(program, *arguments):
    done = subprocess.run([BIN / program, *map(str, arguments)], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_namenode_load(cluster):
    cluster.cairn("dfs", "-mkdir", "-p", "/bench/blocks", check=True)
    cluster.cairn("dfs", "-put", "-", "/bench/blocks/f", stdin=b"some bytes", check=True)
    ops = [word for op in (*READS, *WRITES) for word in ("--op", op)]
    output = run("namenode_load", "--address", cluster.uri.removeprefix("hdfs://"), "--prefill",
                 "--clean", "--files", 1000, "--connections", 8, "--warm-up", 0.05,
                 "--seconds", 0.1, "--server-pid", cluster.namenode.daemon.process.pid, *ops)
    answers = {answer["op"]: answer for answer in map(json.loads, output.splitlines())}
    assert tuple(answers) == (*READS, *WRITES)
    for answer in answers.values():
        assert answer["calls_per_s"] > 0 and answer["failures"] == 0, answer
        assert answer["p50_us"] <= answer["p99_us"] and answer["server_mib"] > 0, answer
    assert cluster.cairn("dfs", "-test", "-e", "/bench").returncode == 1


def test_stream_load(cluster):
    conf = ("--conf", cluster.conf)
    assert json.loads(run("stream_load", *conf, "write", "/s", "--mib", 3))["bytes"] == 3 << 20
    assert json.loads(run("stream_load", *conf, "read", "/s"))["bytes"] == 3 << 20
    answer = json.loads(run("stream_load", *conf, "files", "/few", "--files", 5, "--threads", 2))
    assert answer["files"] == 5 and answer["seconds"] > 0
    assert cluster.cairn("dfs", "-count", "/few").stdout.split()[:3] == [b"1", b"5", b"20480"]


def test_namespace_memory(tmp_path):
    output = run("namespace_memory", "--files", 5000, "--image", tmp_path / "fsimage")
    assert "loaded from the image: 5006 inodes" in output
    assert output.count("bytes a file") == 2


def test_micro():
    names = run("micro", "--benchmark_list_tests").split()
    assert len(names) >= 8
    quick = run("micro", "--benchmark_min_time=0.001", "--benchmark_filter=-PathResolve|FullReport",
                "--benchmark_format=json")
    assert all(entry["iterations"] > 0 for entry in json.loads(quick)["benchmarks"])
