# SPDX-License-Identifier: Apache-2.0
"""What may go wrong, one kind after the other. A fault begins, lasts, and is healed."""

import os
import resource
import signal
import subprocess

from tests.harness.pair import NAMES

# Bytes that a process whose disk is full may still write into a file: none that is new.
FULL = 1


class Fault:
    """Begun by its constructor, on whichever namenode is active then; ended by heal()."""

    def __init__(self, world, chance):
        self.world = world
        self.pair = world.pair
        self.chance = chance
        self.active = self.pair.active() or self.pair.members[chance.randrange(2)]
        self.standby = self.pair.other(self.active)
        self.begin()

    def begin(self):
        raise NotImplementedError

    def heal(self):
        pass


def signal_all(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def namenode_of(member):
    """The pids of the namenode, without its watcher; none while it has none."""
    try:
        return [member.pid]
    except (OSError, IndexError):
        return []


class KillActive(Fault):
    def begin(self):
        signal_all(namenode_of(self.active), signal.SIGKILL)


class KillWatcher(Fault):
    """The namenode dies with it, and nobody says so."""

    def begin(self):
        if self.active.daemon.running():
            signal_all([self.active.daemon.process.pid], signal.SIGKILL)


class KillActiveAndWatcher(Fault):
    def begin(self):
        self.active.daemon.signal(signal.SIGKILL)


class KillStandby(Fault):
    def begin(self):
        signal_all(namenode_of(self.standby), signal.SIGKILL)


class KillBoth(Fault):
    def begin(self):
        for member in self.pair.members:
            member.daemon.signal(signal.SIGKILL)


class FreezeActive(Fault):
    def victim(self):
        return self.active

    def begin(self):
        self.pids = namenode_of(self.victim())
        signal_all(self.pids, signal.SIGSTOP)

    def heal(self):
        signal_all(self.pids, signal.SIGCONT)


class FreezeStandby(FreezeActive):
    def victim(self):
        return self.standby


class Cut(Fault):
    """Wires that carry nothing for a while. What waited on them comes late, or never."""

    def wires(self):
        raise NotImplementedError

    def begin(self):
        self.cut = [(self.world.wires[kind, member.name], up, down)
                    for kind, member, up, down in self.wires()]
        for wire, up, down in self.cut:
            wire.cut(up, down)

    def heal(self):
        lose = self.chance.random() < 0.5
        for wire, _, _ in self.cut:
            wire.heal(lose)


class CutActiveToStandby(Cut):
    def wires(self):
        return [("link", self.standby, True, True)]


class CutStandbyToActive(Cut):
    def wires(self):
        return [("link", self.active, True, True)]


class CutLink(Cut):
    def wires(self):
        return [("link", member, True, True) for member in self.pair.members]


class CutZooKeeperFromActive(Cut):
    def wires(self):
        return [("zookeeper", self.active, True, True)]


class CutZooKeeperFromBoth(Cut):
    def wires(self):
        return [("zookeeper", member, True, True) for member in self.pair.members]


class CutActiveFromBoth(Cut):
    """From its peer and from ZooKeeper: it must not serve."""

    def wires(self):
        return [("zookeeper", self.active, True, True),
                *[("link", member, True, True) for member in self.pair.members]]


class CutRepliesOfZooKeeper(Cut):
    """What the active writes there is done, and it is not told."""

    def wires(self):
        return [("zookeeper", self.active, False, True), ("link", self.standby, True, True)]


class CutClients(Cut):
    def wires(self):
        return [("clients", self.active, True, True)]


class CutReplies(Cut):
    """Calls come through, and their answers do not."""

    def wires(self):
        return [("clients", self.active, False, True)]


class CutDatanodes(Cut):
    def wires(self):
        return [("datanodes", self.active, True, True)]


class ZooKeeperDown(Fault):
    def begin(self):
        self.pair.zookeeper.kill()

    def heal(self):
        if not self.pair.zookeeper.daemon.running():
            self.pair.zookeeper.start()


class ZooKeeperFrozen(Fault):
    def begin(self):
        self.pair.zookeeper.freeze()

    def heal(self):
        self.pair.zookeeper.thaw()


class FullDiskOfActive(Fault):
    """By a limit of the kernel's, which needs no rights: a write fails with "File too large"."""

    def victim(self):
        return self.active

    def begin(self):
        self.world.held.add(self.victim().name)
        self.limits = {}
        watcher = self.victim().daemon
        pids = [*namenode_of(self.victim()), *([watcher.process.pid] if watcher.running() else [])]
        for pid in pids:
            try:
                before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (FULL, before[1]))
                self.limits[pid] = before
            except (ProcessLookupError, PermissionError):
                pass

    def heal(self):
        for pid, before in self.limits.items():
            for each in {pid, *namenode_of(self.victim())}:
                try:
                    resource.prlimit(each, resource.RLIMIT_FSIZE, before)
                except (ProcessLookupError, PermissionError):
                    pass
        self.world.held.discard(self.victim().name)


class FullDiskOfStandby(FullDiskOfActive):
    def victim(self):
        return self.standby


class PlannedSwitch(Fault):
    """Not a fault, but it must lose nothing either."""

    def begin(self):
        try:
            self.world.switch()
        except subprocess.TimeoutExpired:
            pass


KINDS = (KillActive, KillWatcher, KillActiveAndWatcher, KillStandby, KillBoth, FreezeActive,
         FreezeStandby, CutActiveToStandby, CutStandbyToActive, CutLink, CutZooKeeperFromActive,
         CutZooKeeperFromBoth, CutActiveFromBoth, CutRepliesOfZooKeeper, CutClients, CutReplies,
         CutDatanodes, ZooKeeperDown, ZooKeeperFrozen, FullDiskOfActive, FullDiskOfStandby,
         PlannedSwitch)
assert len(NAMES) == 2
