# SPDX-License-Identifier: Apache-2.0
"""A pair of real namenodes: what one acknowledged, the other has when the first is gone."""

import os
import signal

import pytest

from tests.harness.pair import Pair
from tests.harness.process import wait_for


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
