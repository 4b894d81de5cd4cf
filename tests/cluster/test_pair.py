# SPDX-License-Identifier: Apache-2.0
"""A pair of real namenodes: what one acknowledged, the other has when the first is gone."""

import os
import signal
import subprocess

import pytest

from tests.harness.cluster import CAIRN
from tests.harness.pair import Pair
from tests.harness.process import wait_for
from tests.harness.writer import Writer


def make(pair, names):
    for name in names:
        made = pair.dfs("-mkdir", name)
        assert made.returncode == 0, made.stderr
    return list(names)


def listed(pair):
    result = pair.dfs("-ls", "-C", "/")
    assert result.returncode == 0, result.stderr
    return set(result.stdout.decode().split())


@pytest.mark.parametrize("number", (signal.SIGKILL, signal.SIGSTOP), ids=("killed", "frozen"))
def test_the_other_goes_on_when_the_active_is(tmp_path, number):
    with Pair(tmp_path) as pair:
        first = pair.wait_active()
        acknowledged = make(pair, [f"/before{i}" for i in range(5)])
        wait_for(lambda: pair.other(first).state() == "standby", "a standby")
        victim = first.pid
        first.signal(number)
        second = wait_for(lambda: pair.other(first).state() == "active" and pair.other(first),
                          "the failover")
        acknowledged += make(pair, [f"/after{i}" for i in range(5)])
        assert set(acknowledged) <= listed(pair)
        if number == signal.SIGSTOP:
            os.kill(victim, signal.SIGCONT)
        # It comes back as the standby of the new one, and takes over in its turn.
        wait_for(lambda: first.daemon.running() or first.daemon.start() or True, "a start")
        wait_for(lambda: first.state() == "standby", "the old active as a standby")
        assert second.state() == "active"
        assert set(acknowledged) <= listed(pair)


def writer_to(pair):
    def mkdir(name):
        made = pair.dfs("-mkdir", name)
        return made.stderr if made.returncode else None
    return Writer(mkdir)


def test_a_stop_of_the_active_is_a_handoff(tmp_path):
    with Pair(tmp_path) as pair:
        wait_for(pair.in_sync, "a standby in sync")
        first = pair.active()
        second = pair.other(first)
        both = {first.name, second.name}
        epoch = max(epoch for epoch, _, _ in first.proposals())
        with writer_to(pair) as writer:
            wait_for(writer.more(), "writes before the stop")
            assert first.daemon.stop() == 0
            # Nobody had to miss it first.
            assert second.state() == "active"
            assert "the other namenode has taken over" in first.daemon.log()
            assert second.proposals()[0] == (epoch + 1, second.name, both)
            wait_for(writer.more(), "writes after it")
            # And back again, when it is there again.
            first.daemon.start()
            wait_for(pair.in_sync, "the first as a standby")
            assert second.daemon.stop() == 0
            assert first.state() == "active"
            wait_for(writer.more(), "writes after the second stop")
        assert set(writer.made) <= listed(pair)


def test_an_active_alone_stops_without_waiting_for_anybody(tmp_path):
    with Pair(tmp_path) as pair:
        wait_for(pair.in_sync, "a standby in sync")
        first = pair.active()
        pair.other(first).daemon.kill()
        wait_for(lambda: not pair.in_sync() and first.proposals()[-1][2] == {first.name},
                 "the smaller in-sync set")
        make(pair, ["/alone"])
        assert first.daemon.stop(seconds=10) == 0
        assert "namenode stops as the active one" in first.daemon.log()


# A checkpoint every few changes, after which nothing older than it is kept.
FORGETFUL = {
    "dfs.namenode.checkpoint.txns": "10",
    "dfs.namenode.checkpoint.check.period": "1",
    "dfs.namenode.num.checkpoints.retained": "1",
    "dfs.namenode.num.extra.edits.retained": "0",
}


def test_a_standby_that_missed_too_much_takes_an_image(tmp_path):
    with Pair(tmp_path, FORGETFUL) as pair:
        wait_for(pair.in_sync, "a standby in sync")
        first = pair.active()
        second = pair.other(first)
        with writer_to(pair) as writer:
            second.daemon.kill()
            # What it has last is finalized when it starts: the records behind it are gone by then.
            behind = len(writer.made) + 60
            wait_for(lambda: len(writer.made) > behind, "many changes")
            wait_for(lambda: "old edit log segment purged" in first.daemon.log(), "a purge")
            second.daemon.start()
            wait_for(lambda: "an image was taken from the peer" in second.daemon.log(), "the image")
            wait_for(pair.in_sync, "the standby in sync")
            wait_for(writer.more(), "writes that both have")
        assert second.daemon.running()  # Its watcher has started it again.
        first.signal(signal.SIGKILL)
        wait_for(lambda: second.state() == "active", "the failover")
        assert set(writer.made) <= listed(pair)


def test_a_switch_without_zookeeper_fails_and_the_active_goes_on(tmp_path):
    with Pair(tmp_path) as pair:
        pair.wait_active()
        wait_for(pair.in_sync, "a standby in sync")
        active = pair.active()
        pair.zookeeper.freeze()
        switch = subprocess.run(
            [str(CAIRN), "--config", str(pair.conf), "haadmin", "-transitionToStandby",
             active.name], capture_output=True, timeout=60, check=False)
        assert switch.returncode != 0, switch.stdout
        # ZooKeeper is still away: what was tried has cost nothing.
        make(pair, ["/after"])
        assert active.state() == "active"
        pair.zookeeper.thaw()
