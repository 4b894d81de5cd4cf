# SPDX-License-Identifier: Apache-2.0
"""What operators ask of a pair, by our haadmin and by Apache's, while a client of Apache's writes."""

import pytest

from tests.harness.cluster import write_site
from tests.harness.pair import Pair
from tests.harness.process import wait_for
from tests.harness.shells import ApacheShell, OurShell
from tests.harness.writer import Writer
from tests.interop.test_ha_tools import assert_same, said

AUTOMATIC = "dfs.ha.automatic-failover.enabled"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    # Whatever this key says, a pair settles by itself who is active, and an operator may ask it to.
    properties = {AUTOMATIC: "true", "dfs.ha.fencing.methods": "shell(/bin/true)"}
    with Pair(tmp_path_factory.mktemp("pair"), properties) as running:
        write_site(running.conf, {**running.properties, AUTOMATIC: "false"})
        yield running


@pytest.fixture(scope="module")
def shells(pair):
    apache = ApacheShell(pair)
    yield apache, OurShell(pair)
    apache.close()


@pytest.fixture(scope="module")
def client(pair):
    shell = ApacheShell(pair)
    yield shell
    shell.close()


@pytest.fixture(autouse=True)
def both_in_sync(pair):
    for member in pair.members:
        if not member.daemon.running():
            member.daemon.start()
    wait_for(pair.in_sync, "a standby in sync")


def writer_of(client, prefix):
    def mkdir(name):
        answer = client("dfs", "-mkdir", name)
        return answer if answer.status else None
    return Writer(mkdir, prefix)


class Switch:
    """Sees to it that what happens in the context is a handoff from the active to the other."""

    def __init__(self, pair):
        self.pair = pair
        self.old = pair.active()
        self.new = pair.other(self.old)

    def __enter__(self):
        self.before = len(self.new.proposals())
        self.handed_over = self.old.daemon.log().count("the other namenode has taken over")
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            return
        assert self.new.state() == "active" and self.old.state() == "standby"
        # One step, in which both stay in sync: nobody had to be missed first.
        _, primary, in_sync = self.new.proposals()[self.before]
        assert (primary, in_sync) == (self.new.name, {"nn1", "nn2"})
        seen = self.old.daemon.log().count("the other namenode has taken over")
        assert seen == self.handed_over + 1


def test_a_planned_switch_under_a_writer(pair, shells, client):
    for number, shell in enumerate(shells):
        with writer_of(client, f"/switch{number}-") as writer:
            wait_for(writer.more(), "writes before the switch")
            with Switch(pair) as switch:
                answer = said(shell("haadmin", "-failover", switch.old.name, switch.new.name))
                assert answer == (0, b"Failover from %s to %s successful\n" % (
                    switch.old.name.encode(), switch.new.name.encode()), b"")
            wait_for(writer.more(), "writes after it")
            wait_for(pair.in_sync, "a standby in sync")
            with Switch(pair) as switch:
                assert said(shell("haadmin", "-transitionToStandby", switch.old.name)) == \
                    (0, b"", b"")
            assert said(shell("haadmin", "-transitionToActive", switch.new.name)) == (0, b"", b"")
            wait_for(writer.more(), "writes after the second switch")
        listed = client("dfs", "-ls", "-C", "/").out.decode().split()
        assert set(writer.made) <= set(listed)


def test_states_and_health_are_told(pair, shells):
    assert_same(shells, "haadmin", "-getAllServiceState", status=0)
    for member in pair.members:
        assert assert_same(shells, "haadmin", "-getServiceState", member.name, status=0)[1] == \
            member.state().encode() + b"\n"
        assert_same(shells, "haadmin", "-checkHealth", member.name, status=0)


def test_an_operator_who_has_automatic_failover_configured(pair, shells):
    automatic = ("-D", f"{AUTOMATIC}=true")
    apache, ours = shells
    with Switch(pair) as switch:
        answer = said(ours("haadmin", *automatic, "-failover", switch.old.name, switch.new.name))
        assert answer[0] == 0, answer
    wait_for(pair.in_sync, "a standby in sync")
    # Apache's asks a failover controller, and there is none; by force it asks the namenode.
    active = pair.active()
    standby = pair.other(active)
    refused = said(apache("haadmin", *automatic, "-failover", active.name, standby.name))
    assert refused[0] == 255 and active.state() == "active"
    with Switch(pair) as switch:
        forced = apache("haadmin", *automatic, "-transitionToStandby", "--forcemanual",
                        switch.old.name, stdin=b"yes\n")
        assert forced.status == 0, forced


# The last one: Apache's shell keeps its connection to the namenode that is killed here.
def test_what_cannot_be_is_refused_with_the_reason(pair, shells):
    active = pair.active()
    standby = pair.other(active)
    assert_same(shells, "haadmin", "-transitionToActive", standby.name, status=255)
    assert_same(shells, "haadmin", "-failover", standby.name, active.name, status=255)
    standby.daemon.kill()
    wait_for(lambda: active.proposals()[-1][2] == {active.name}, "the smaller in-sync set")
    answer = assert_same(shells, "haadmin", "-transitionToStandby", active.name, status=255)
    assert b"the other namenode is not in sync: it could not take over" in answer[2]
    assert active.state() == "active"
