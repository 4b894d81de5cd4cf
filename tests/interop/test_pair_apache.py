# SPDX-License-Identifier: Apache-2.0
"""What a pair's logs are after three failovers, by Apache's viewer."""

import signal
import xml.etree.ElementTree as xml

from tests.harness import hadoop
from tests.harness.pair import Pair
from tests.harness.process import wait_for


def records(conf, member, out):
    """Every record of a namenode's segments, as Apache's viewer prints it."""
    found = []
    for segment in sorted((member.data / "current").glob("edits_[0-9]*-[0-9]*")):
        viewed = hadoop.run("oev", conf, "-p", "xml", "-i", str(segment), "-o", str(out))
        assert viewed.returncode == 0, viewed.stderr
        found += [xml.tostring(record) for record in xml.parse(out).findall("RECORD")]
    return found


def test_apache_reads_both_logs_after_three_failovers(tmp_path):
    made = set()
    with Pair(tmp_path) as pair:
        for turn in range(3):
            wait_for(pair.in_sync, "a standby in sync")
            active = pair.active()
            for i in range(3):
                name = f"/turn{turn}-{i}"
                assert pair.dfs("-mkdir", name).returncode == 0
                made.add(name)
            active.signal(signal.SIGKILL)
            wait_for(lambda: pair.other(active).state() == "active", "the failover")
            wait_for(lambda: not active.daemon.running(), "the watcher's end")
            active.daemon.start()
        wait_for(pair.in_sync, "a standby in sync")
        assert pair.dfs("-mkdir", "/last").returncode == 0
        listed = pair.dfs("-ls", "-C", "/").stdout.decode().split()
        assert made | {"/last"} <= set(listed)
        # Stopped, so that the last segment of each is finalized by the next start.
        for member in (pair.other(pair.active()), pair.active()):
            member.daemon.stop()
        conf = pair.conf
        for member in pair.members:
            member.command("-initializePair", "-force")
    first, second = (records(conf, m, tmp_path / "out.xml") for m in pair.members)
    assert len(first) >= 14  # Ten directories, and the first record of four terms.
    # Equal records, one after the other, up to the end of the shorter one.
    shorter = min(len(first), len(second))
    assert first[:shorter] == second[:shorter]
    assert abs(len(first) - len(second)) <= 1
