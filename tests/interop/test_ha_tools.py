# SPDX-License-Identifier: Apache-2.0
"""haadmin, dfsadmin and getconf on a pair of Apache's namenodes: ours say what Apache's say."""

import re

import pytest

from tests.harness.cluster import Cluster
from tests.harness.process import wait_for
from tests.harness.shells import Answer, ApacheShell, OurShell

# Log lines of both, and stack traces of Java.
NOISE = re.compile(rb"^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[,.]\d{3} |"
                   rb"\tat |\t\.\.\. |Caused by: |java\.).*\n", re.MULTILINE)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("pair"), namenodes=("apache",) * 2,
                 datanodes=("cairn",)) as running:
        yield running


@pytest.fixture(scope="module")
def shells(pair):
    apache = ApacheShell(pair)
    yield apache, OurShell(pair)
    apache.close()


@pytest.fixture(autouse=True)
def first_is_active(pair):
    for node in pair.namenodes:
        if not node.daemon.running():
            node.start()
    for node in pair.namenodes:
        pair.wait_listening(node)
    pair.fail_over(pair.namenodes[0])
    pair.wait_ready()


def said(answer):
    """Status, output, errors. Java's traces leave an empty line, and "Aborted" is in its log."""
    errors = NOISE.sub(b"", answer.err).removesuffix(b"Aborted\n")
    return answer.status, answer.out, re.sub(rb"\n\n+", b"\n", errors)


def assert_same(shells, tool, *arguments, stdin=b"", status=None):
    """Both answer alike; returns what they said."""
    theirs, ours = (said(shell(tool, *arguments, stdin=stdin)) for shell in shells)
    assert ours == theirs, (tool, arguments)
    if status is not None:
        assert ours[0] == status, ours
    return ours


def test_words_without_a_namenode(shells):
    for arguments in ((), ("-ns",), ("-ns", "ns"), ("nope",), ("-nope",), ("-help",),
                      ("-help", "nope"), ("-help", "a", "b"), ("-getServiceState",),
                      ("-getServiceState", "nn9"), ("-getServiceState", "a", "b"),
                      ("-ns", "other", "-getServiceState", "nn1"),
                      ("-ns", "other", "-getAllServiceState"), ("-checkHealth",),
                      ("-transitionToActive",), ("-transitionToStandby", "nn2", "--bogus"),
                      ("-transitionToObserver", "a", "b"), ("-failover", "nn1"),
                      ("-failover", "nn1", "nn9"), ("-failover", "nn1", "nn1"),
                      ("-transitionToActive", "nn1", "--forcemanual")):
        assert_same(shells, "haadmin", *arguments, stdin=b"n\n")
    for name in ("checkHealth", "-failover", "getAllServiceState", "getServiceState", "help",
                 "transitionToActive", "transitionToObserver", "transitionToStandby"):
        assert_same(shells, "haadmin", "-help", name, status=0)


def test_states_are_told(pair, shells):
    assert assert_same(shells, "haadmin", "-getServiceState", "nn1", status=0)[1] == b"active\n"
    assert_same(shells, "haadmin", "-ns", "ns", "-getServiceState", "nn2", status=0)
    assert_same(shells, "haadmin", "-getAllServiceState", status=0)
    assert_same(shells, "haadmin", "-checkHealth", "nn1", status=0)
    assert_same(shells, "haadmin", "-transitionToActive", "nn2", status=255)
    assert pair.active() is pair.namenodes[0]


def test_transitions(pair, shells):
    first, second = pair.namenodes
    for shell in shells:
        assert said(shell("haadmin", "-transitionToStandby", "nn1")) == (0, b"", b"")
        assert pair.ha_state(first) == "standby"
        assert said(shell("haadmin", "-transitionToActive", "nn2")) == (0, b"", b"")
        assert pair.active() is second
        assert said(shell("haadmin", "-failover", "nn2", "nn1")) == \
            (0, b"Failover from nn2 to nn1 successful\n", b"")
        assert pair.active() is first
        assert said(shell("haadmin", "-failover", "--forcefence", "nn1", "nn2"))[0] == 0
        assert pair.active() is second
        assert said(shell("haadmin", "-failover", "nn2", "nn1"))[0] == 0
    assert_same(shells, "haadmin", "-failover", "nn2", "nn1", status=255)


def test_an_observer_is_made_and_unmade(pair, shells):
    for shell in shells:
        assert said(shell("haadmin", "-transitionToObserver", "nn2")) == (0, b"", b"")
        assert_same(shells, "haadmin", "-getServiceState", "nn2", status=0)
        assert said(shell("haadmin", "-transitionToStandby", "nn2")) == (0, b"", b"")
    assert_same(shells, "haadmin", "-transitionToObserver", "nn1", status=255)


def test_a_dead_namenode(pair, shells):
    first, second = pair.namenodes
    first.kill()
    def fresh(tool, *arguments, stdin=b""):
        # The shell that goes on running has connections that break in a way of their own.
        done = pair.apache(tool, *arguments, stdin=stdin)
        return Answer(done.returncode, done.stdout, done.stderr)
    for arguments in (("-getServiceState", "nn1"), ("-getAllServiceState",),
                      ("-checkHealth", "nn1"), ("-transitionToStandby", "nn1"),
                      ("-failover", "nn2", "nn1"), ("-transitionToActive", "nn2")):
        assert_same((fresh, shells[1]), "haadmin", *arguments)
    # The dead one is fenced, and the other one takes over.
    ours = said(shells[1]("haadmin", "-failover", "nn1", "nn2"))
    assert ours == (0, b"Failover from nn1 to nn2 successful\n", b""), ours
    assert pair.active() is second


def test_fencing_must_succeed(pair, shells):
    first, second = pair.namenodes
    first.kill()
    def with_methods(methods):
        return shells[1]("haadmin", "-D", f"dfs.ha.fencing.methods={methods}",
                         "-failover", "nn1", "nn2")
    failed = with_methods("shell(/bin/false)")
    port = first.ports["rpc"]
    assert said(failed) == (255, b"", b"Failover failed: Unable to fence NameNode at "
                            b"localhost/127.0.0.1:%d. Fencing failed.\n" % port)
    assert with_methods("sshfence").status == 255
    assert pair.ha_state(second) == "standby"
    mark = pair.base / "fenced"
    command = f"shell(echo $source_namenodeid $source_port $target_namenodeid >> {mark})"
    assert with_methods(f"shell(/bin/false) # never\n{command}").status == 0
    assert mark.read_text() == f"nn2\nnn1 {port}\n"
    assert pair.active() is second


def test_automatic_failover_refuses_hands(pair, shells):
    automatic = ("-D", "dfs.ha.automatic-failover.enabled=true")
    for arguments in (("-transitionToStandby", "nn1"), ("-transitionToActive", "nn1"),
                      ("-failover", "--forceactive", "nn1", "nn2")):
        assert_same(shells, "haadmin", *automatic, *arguments, status=255)
    assert pair.active() is pair.namenodes[0]
    forced = shells[1]("haadmin", *automatic, "-transitionToStandby", "--forcemanual", "nn1",
                       stdin=b"maybe\nyes\n")
    assert forced.status == 0, forced
    assert pair.ha_state(pair.namenodes[0]) == "standby"


def test_dfsadmin_goes_to_every_namenode(pair, shells):
    for arguments in (("-safemode", "get"), ("-safemode", "enter"), ("-saveNamespace",),
                      ("-saveNamespace", "-beforeShutdown"), ("-safemode", "leave"),
                      ("-saveNamespace",), ("-refreshNodes",), ("-upgrade", "query"),
                      ("-finalizeUpgrade",), ("-metasave", "meta.txt")):
        assert_same(shells, "dfsadmin", *arguments)


def test_dfsadmin_of_a_half_pair(pair, shells):
    pair.namenodes[1].kill()
    theirs, ours = (said(shell("dfsadmin", "-refreshNodes")) for shell in shells)
    assert ours[:2] == theirs[:2]
    assert ours[2].splitlines()[0] == theirs[2].splitlines()[0]
    # The active one answers, wherever it stands.
    assert shells[1]("dfsadmin", "-report").status == 0


def test_getconf_names_them(pair, shells):
    for option in ("-namenodes", "-nnRpcAddresses", "-secondaryNameNodes", "-backupNodes",
                   "-journalNodes"):
        theirs = pair.apache("getconf", option)
        ours = pair.cairn("getconf", option)
        assert (ours.returncode, ours.stdout, ours.stderr) == \
            (theirs.returncode, theirs.stdout, NOISE.sub(b"", theirs.stderr)), option


def test_the_state_follows(pair):
    """What the harness stands on: beans and haadmin agree."""
    pair.fail_over(pair.namenodes[1])
    wait_for(lambda: pair.active() is pair.namenodes[1], "the second to be active")
    answer = pair.cairn("haadmin", "-getServiceState", "nn2")
    assert answer.stdout == b"active\n"
