# SPDX-License-Identifier: Apache-2.0
"""A pair under faults drawn by lot, with clients that never stop; then every change that was
acknowledged is there, nothing came back, nothing happened twice and no read was stale.

CAIRN_FAULTS_SECONDS   for how long in all; 25 for each seed
CAIRN_FAULTS_SEED      the first seed; what was printed, to have the same faults again
CAIRN_FAULTS_KINDS     only these kinds of tests/faults/faults.py, parted by commas
"""

import os
import random
import subprocess

import pytest

from tests.harness.process import wait_for

from .checker import check, parse
from .faults import KINDS
from .schedule import Schedule, Serving, SERVES_WITHIN_S, pauses, served_after
from .world import CLIENT, Clients, World

SECONDS_OF_ONE = 25
SECONDS = int(os.environ.get("CAIRN_FAULTS_SECONDS", "25"))
FIRST = int(os.environ.get("CAIRN_FAULTS_SEED", random.SystemRandom().randrange(1_000_000)))
SEEDS = range(FIRST, FIRST + max(1, SECONDS // SECONDS_OF_ONE))
WANTED = set(filter(None, os.environ.get("CAIRN_FAULTS_KINDS", "").split(",")))


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    """Gives the world that is there, or another one after a failure."""

    class Worlds:
        world = None

        def get(self):
            if self.world is None:
                self.world = World(tmp_path_factory.mktemp("world")).__enter__()
            return self.world

        def drop(self):
            if self.world is not None:
                self.world.__exit__()
            self.world = None

    worlds = Worlds()
    yield worlds
    worlds.drop()


def look(world, worker, folders):
    """All that is there, by whoever is active."""
    done = subprocess.run([str(CLIENT), str(world.conf), "look", worker, *folders],
                          capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [parse(line) for line in done.stdout.decode().splitlines()]


def look_through_both(world, folders):
    """Once more after a planned switch: both namenodes must have come to the same."""
    found = look(world, "end.1", folders)
    wait_for(world.switch, "a planned switch", 30)
    again = look(world, "end.2", folders)
    same = [[(op.folder, *op[4:]) for op in each] for each in (found, again)]
    assert same[0] == same[1]
    return found + again


def run_clients(world, schedule, seed):
    """Operations, when they began, and how long it took to serve after the last fault."""
    with Clients(world, seed) as clients:
        serving = Serving(clients.path)
        wait_for(lambda: serving.since(0), "clients")
        schedule.run(SECONDS_OF_ONE)
        healed = max(event.healed for event in schedule.events)
        wait_for(lambda: serving.since(healed), "a change after the last fault", SERVES_WITHIN_S)
        wait_for(world.pair.in_sync, "the standby in sync again", 30)
    operations = [parse(line) for line in clients.lines()]
    return operations, served_after(operations, healed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_acknowledged_is_lost_and_no_read_is_stale(worlds, seed):
    world = worlds.get()
    schedule = Schedule(world, seed, [k for k in KINDS if not WANTED or k.__name__ in WANTED])
    try:
        operations, served = run_clients(world, schedule, seed)
        folders = sorted({op.folder for op in operations if not op.worker.startswith("pinned")})
        seen = look_through_both(world, folders)
        wrong = check(operations + seen)
        assert not wrong, "\n".join(wrong)
    except BaseException:
        worlds.drop()
        raise
    finally:
        print(f"seed {seed}, logs and history in {world.base}")
        print(schedule.text(min((event.begun for event in schedule.events), default=0)))
    counts = {kind: sum(op.outcome == kind for op in operations if not
                        op.worker.startswith("pinned")) for kind in ("ok", "no", "unknown")}
    print(f"operations: {counts}; served {served:.2f} s after the last fault")
    for kind, pause, lasted in pauses(operations, schedule.events):
        print(f"pause {pause:6.2f} s  {kind} ({lasted:.2f} s)")
