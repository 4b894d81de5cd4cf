# SPDX-License-Identifier: Apache-2.0
"""A single namenode with data becomes a pair, and one of the pair a single namenode again."""

import signal

import pytest

from tests.harness.cluster import CAIRN, FAST, write_site
from tests.harness.pair import Pair
from tests.harness.process import Daemon, can_connect, wait_for

pytestmark = pytest.mark.slow


class Single:
    """A member's directory under a namenode that knows of no pair, at the same address."""

    def __init__(self, pair, member):
        self.pair = pair
        self.rpc = member.ports["rpc"]
        self.conf = pair.base / f"conf-single-{member.name}"
        write_site(self.conf, {
            **FAST,
            "fs.defaultFS": f"hdfs://127.0.0.1:{self.rpc}",
            "dfs.namenode.http-address": f"127.0.0.1:{member.ports['http']}",
            "dfs.namenode.name.dir": f"file://{member.data}",
        })
        self.daemon = Daemon("single", [str(CAIRN), "--config", str(self.conf), "namenode"],
                             str(pair.base / "log" / f"single-{member.name}.log"))

    def run(self, *arguments):
        return self.pair.cairn(*arguments, conf=self.conf)

    def __enter__(self):
        self.daemon.start()
        wait_for(lambda: can_connect(self.rpc), "the single namenode")
        return self

    def __exit__(self, *_):
        assert self.daemon.stop() == 0


def make(run, name):
    made = run("dfs", "-mkdir", name)
    assert made.returncode == 0, made.stderr


def listed(run):
    return set(run("dfs", "-ls", "-C", "/").stdout.decode().split())


def test_a_single_namenode_becomes_a_pair_and_back(tmp_path):
    pair = Pair(tmp_path)
    first, second = pair.members
    single = Single(pair, first)
    try:
        pair.zookeeper.start()
        assert single.run("namenode", "-format", "-force").returncode == 0
        with single:
            make(single.run, "/of-one")
        # Its keys are there now, and it starts again: that is the time it is away.
        first.command("-initializePair")
        first.daemon.start()
        pair.wait_active()
        make(pair.cairn, "/of-half-a-pair")
        second.command("-bootstrapStandby", "-nonInteractive")
        second.daemon.start()
        wait_for(pair.in_sync, "the second in sync")
        make(pair.cairn, "/of-two")
        first.signal(signal.SIGKILL)
        wait_for(lambda: second.state() == "active", "the failover")
        everything = {"/of-one", "/of-half-a-pair", "/of-two"}
        assert listed(pair.cairn) == everything
        wait_for(lambda: not first.daemon.running(), "the watcher's end")
        first.daemon.start()
        wait_for(pair.in_sync, "the first in sync")

        # And back: the standby goes, then the active, whose directory goes on alone.
        assert first.daemon.stop() == 0
        assert second.daemon.stop() == 0
        alone = Single(pair, second)
        with alone:
            assert listed(alone.run) == everything
            make(alone.run, "/of-one-again")
        assert not (second.data / "current" / "cairn-ha").exists()
        # A pair once more: ZooKeeper still knows the old one, and its word is that of the log that
        # is not to count.
        again = second.run("-initializePair")
        assert again.returncode == 1 and b"-initializePair -force" in again.stderr
        second.command("-initializePair", "-force")
        second.daemon.start()
        pair.wait_active()
        first.command("-bootstrapStandby", "-force")
        first.daemon.start()
        wait_for(pair.in_sync, "both in sync")
        assert listed(pair.cairn) == everything | {"/of-one-again"}
    finally:
        single.daemon.kill()
        pair.__exit__()
