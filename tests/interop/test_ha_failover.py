# SPDX-License-Identifier: Apache-2.0
"""Our client and our datanodes through failovers of a pair of Apache's namenodes."""

import os
import pathlib
import random
import signal
import subprocess
import time

import pytest

from tests.harness.cluster import CAIRN, ROOT, Cluster
from tests.harness.process import wait_for

PROBE = pathlib.Path(os.environ.get("CAIRN_PROBE", ROOT / "build" / "bin" / "client_probe"))
PROPERTIES = {
    "dfs.client.socket-timeout": "5000",
    "dfs.block.invalidate.limit": "1000",
    # After a failover nothing is deleted that was not reported since.
    "dfs.blockreport.intervalMsec": "5000",
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("failover"), namenodes=("apache",) * 2,
                 datanodes=("cairn",) * 3, properties=PROPERTIES) as running:
        yield running


@pytest.fixture(autouse=True)
def first_is_active(pair):
    for node in pair.namenodes:
        node.daemon.signal(signal.SIGCONT)
        if not node.daemon.running():
            node.start()
    for node in pair.namenodes:
        pair.wait_listening(node)
    pair.fail_over(pair.namenodes[0])
    pair.wait_ready()


class Writer:
    """A file that is written line by line, each of them flushed."""

    def __init__(self, pair, path):
        self.expected = b""
        self.process = subprocess.Popen([str(PROBE), str(pair.conf), "flush-loop", path],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)

    def send(self, size, seed=0):
        """Without waiting for the answer."""
        line = random.Random(seed).randbytes(size // 2).hex().encode()
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        self.expected += line

    def wait(self):
        assert int(self.process.stdout.readline()) == len(self.expected)

    def write(self, size, seed=0):
        self.send(size, seed)
        self.wait()

    def finish(self):
        _, errors = self.process.communicate(timeout=120)
        assert self.process.returncode == 0, errors.decode()


def read(pair, path):
    done = pair.cairn("dfs", "-cat", path)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def wait_replicated(pair, path, replicas=3):
    """Every block of `path` has all its replicas, says the active namenode."""
    def complete():
        done = pair.apache("fsck", path, "-files", "-blocks")
        return b"is HEALTHY" in done.stdout and \
            done.stdout.count(b"Live_repl=%d" % replicas) == done.stdout.count(b" len=")
    wait_for(complete, f"{replicas} replicas of {path}", 60, 0.5)


def test_a_writer_goes_on_over_transitions(pair):
    writer = Writer(pair, "/transitions")
    writer.write(700_000)
    for turn in range(1, 5):
        pair.fail_over(pair.namenodes[turn % 2])
        # Over the end of a block, so that the new active is asked for the next one.
        writer.write(700_000, turn)
    writer.finish()
    assert read(pair, "/transitions") == writer.expected
    wait_replicated(pair, "/transitions")


def test_a_writer_goes_on_when_the_active_is_killed(pair):
    first, second = pair.namenodes
    writer = Writer(pair, "/killed")
    writer.write(700_000)
    first.kill()
    writer.send(700_000, 1)
    pair.transition(second, "active", force=True)
    writer.wait()
    writer.write(2_000_000, 2)
    writer.finish()
    assert read(pair, "/killed") == writer.expected
    wait_replicated(pair, "/killed")


def test_a_writer_waits_while_both_are_standby(pair):
    first, second = pair.namenodes
    writer = Writer(pair, "/both-standby")
    writer.write(700_000)
    pair.transition(first, "standby")
    writer.send(700_000, 1)
    # Long enough that the quick tries are over.
    with pytest.raises(subprocess.TimeoutExpired):
        writer.process.wait(3)
    pair.transition(second, "active")
    writer.wait()
    writer.finish()
    assert read(pair, "/both-standby") == writer.expected


def test_a_frozen_active_is_left(pair):
    first, second = pair.namenodes
    writer = Writer(pair, "/frozen")
    writer.write(700_000)
    first.daemon.signal(signal.SIGSTOP)
    writer.send(700_000, 1)
    pair.transition(second, "active", force=True)
    begin = time.monotonic()
    writer.wait()
    # Far below the time limit of a call.
    assert time.monotonic() - begin < 30
    writer.finish()
    first.kill()
    assert read(pair, "/frozen") == writer.expected


def test_a_long_outage_ends_in_an_error(pair):
    for node in pair.namenodes:
        node.kill()
    begin = time.monotonic()
    done = pair.cairn("dfs", "-D", "dfs.client.failover.max.attempts=4", "-ls", "/")
    assert done.returncode == 1
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize("how", ["kill", "transition"])
def test_operations_take_effect_exactly_once(pair, how):
    """A deletion whose answer was lost is repeated with the same id: executed again it would find
    no file, and the shell would say so."""
    first, second = pair.namenodes
    paths = [f"/once-{how}-{index}" for index in range(1500)]
    assert pair.cairn("dfs", "-touchz", *paths).returncode == 0
    files = pair.state(first)["FilesTotal"]
    remover = subprocess.Popen([str(CAIRN), "--config", str(pair.conf), "dfs", "-rm", "-skipTrash",
                                *paths], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: pair.state(first)["FilesTotal"] < files - 100, "deletions", interval=0.01)
    assert remover.poll() is None
    if how == "kill":
        first.kill()
        pair.fail_over(second)
    for turn in range(6 if how == "transition" else 0):
        pair.fail_over(pair.namenodes[(turn + 1) % 2])
    out, errors = remover.communicate(timeout=120)
    assert (remover.returncode, errors) == (0, b""), errors.decode()
    assert len(out.splitlines()) == 1500
    left = pair.cairn("dfs", "-ls", "-C", "/").stdout.decode()
    assert f"/once-{how}-" not in left


def test_datanodes_report_to_both_and_replicas_are_right(pair):
    first, second = pair.namenodes
    data = pair.base / "data-in"
    data.write_bytes(random.Random(1).randbytes(3_000_000))
    assert pair.cairn("dfs", "-put", "-f", str(data), "/both").returncode == 0
    pair.fail_over(second)
    # Without a full report in between: the second knows where everything is.
    assert read(pair, "/both") == data.read_bytes()
    assert pair.cairn("dfs", "-setrep", "2", "/both").returncode == 0
    wait_replicated(pair, "/both", 2)
    pair.fail_over(first)
    assert pair.cairn("dfs", "-setrep", "3", "/both").returncode == 0
    wait_replicated(pair, "/both", 3)
    pair.fail_over(second)
    before = sum(1 for node in pair.datanodes for _ in node.data.glob("v0/**/blk_*"))
    assert pair.cairn("dfs", "-rm", "-skipTrash", "/both").returncode == 0
    # Three blocks, each with its meta file, on three datanodes.
    wait_for(lambda: sum(1 for node in pair.datanodes for _ in node.data.glob("v0/**/blk_*"))
             == before - 18, "the replicas to be deleted")


def test_datanodes_do_not_obey_an_old_active(pair):
    first, second = pair.namenodes

    def bandwidth_of(node):
        done = pair.cairn("dfsadmin", "-getBalancerBandwidth", f"127.0.0.1:{node.ports['ipc']}")
        return int(done.stdout.split()[3]) if done.returncode == 0 else done.stderr

    def set_bandwidth(namenode, value):
        uri = f"hdfs://127.0.0.1:{namenode.ports['rpc']}"
        done = pair.cairn("dfsadmin", "-fs", uri, "-setBalancerBandwidth", str(value))
        assert done.returncode == 0, done.stderr.decode()

    def all_have(value):
        return all(bandwidth_of(node) == value for node in pair.datanodes)

    set_bandwidth(first, 1_111_111)
    wait_for(lambda: all_have(1_111_111), "the active's command")
    first.daemon.signal(signal.SIGSTOP)
    pair.transition(second, "active", force=True)
    # Nothing is sent to the frozen one that it would write into the edits when it wakes up.
    set_bandwidth(second, 2_222_222)
    wait_for(lambda: all_have(2_222_222), "the new active's command")
    # It wakes up, and believes that it is active still.
    first.daemon.signal(signal.SIGCONT)
    wait_for(lambda: pair.ha_state(first) == "active", "the old active to wake up")
    set_bandwidth(first, 3_333_333)
    refused = "claim of a namenode to be active is too old"
    for node in pair.datanodes:
        wait_for(lambda node=node: refused in node.daemon.log(), f"{node.name} to refuse it")
    # Two heartbeats of a second later it would have been obeyed.
    for _ in range(3):
        before = first.jmx("Hadoop:service=NameNode,name=RpcActivityForPort*")[0]
        wait_for(lambda: first.jmx("Hadoop:service=NameNode,name=RpcActivityForPort*")[0]
                 ["RpcProcessingTimeNumOps"] >= before["RpcProcessingTimeNumOps"] + 3,
                 "heartbeats to go by")
    assert all_have(2_222_222)
    first.kill()
