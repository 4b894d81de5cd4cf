# SPDX-License-Identifier: Apache-2.0
"""What a pair's logs are after three failovers, by Apache's viewer; Apache's datanodes under a pair."""

import os
import re
import signal
import xml.etree.ElementTree as xml

from tests.harness import hadoop
from tests.harness.cluster import write_site
from tests.harness.pair import Pair
from tests.harness.process import Daemon, wait_for

# A datanode's reports follow each other closely: nothing is deleted that was not reported.
DATANODE = {"dfs.blockreport.intervalMsec": "2000", "dfs.replication": "2"}
# Whom a datanode takes for the active namenode is told by its log alone.
FOLLOWED = "log4j.logger.org.apache.hadoop.hdfs.server.datanode.DataNode=INFO\n"
FILES = 8
TURNS = 2


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


class Datanode:
    """One of Apache's, under a pair of ours."""

    def __init__(self, pair, name):
        self.data = pair.base / "data" / name
        address = {f"dfs.datanode.{kind}address": f"127.0.0.1:{pair.spare.pop()}"
                   for kind in ("", "ipc.", "http.")}
        conf = pair.base / "conf-nodes" / name
        write_site(conf, {**pair.properties, **DATANODE, **address,
                          "dfs.datanode.data.dir": f"file://{self.data}"})
        (conf / "log4j.properties").write_text(hadoop.LOG4J + FOLLOWED)
        self.daemon = Daemon(name, hadoop.java("datanode", conf),
                             str(pair.base / "log" / f"{name}.log"))

    def blocks(self):
        return {path.name for path in self.data.glob("current/*/current/finalized/**/blk_*")
                if path.suffix != ".meta"}

    def followed(self):
        """The namenodes that it took for the active one, in turn, by their ports."""
        said = re.findall(r"Acknowledging ACTIVE Namenode .* service to \S*:(\d+)|"
                          r"service to \S*:(\d+) taking over ACTIVE state", self.daemon.log())
        ports = [first or second for first, second in said]
        return [port for before, port in zip(["", *ports], ports) if port != before]


def put(pair, turn):
    contents = {}
    for number in range(FILES):
        path, local = f"/{turn}-{number}", pair.base / f"{turn}-{number}"
        local.write_bytes(f"{path} ".encode() * 1000)
        done = pair.dfs("-D", "dfs.replication=2", "-put", str(local), path)
        assert done.returncode == 0, done.stderr
        contents[path] = local.read_bytes()
    return contents


def freeze_and_thaw(pair, datanodes, contents):
    """The active one is stopped when it has replicas to delete that the next one wants to keep."""
    old = pair.active()
    new = pair.other(old)
    pid = old.pid
    assert pair.dfs("-setrep", "1", *contents).returncode == 0
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: new.state() == "active", "the failover")
    assert pair.dfs("-setrep", "2", *contents).returncode == 0
    os.kill(pid, signal.SIGCONT)
    wait_for(lambda: old.state() == "standby", "the old active as a standby")
    wait_for(pair.in_sync, "a standby in sync")
    for datanode in datanodes:
        wait_for(lambda: datanode.followed()[-1:] == [str(new.ports["rpc"])], "the new active")


def test_apaches_datanodes_obey_only_the_new_active(tmp_path):
    with Pair(tmp_path, spare=6) as pair:
        datanodes = [Datanode(pair, f"dn{i}") for i in (1, 2)]
        try:
            for datanode in datanodes:
                datanode.daemon.start()
            wait_for(pair.in_sync, "a standby in sync")
            ready = pair.base / "secret"
            wait_for(lambda: pair.dfs("-put", "-f", str(ready), "/ready").returncode == 0 and
                     all(datanode.followed() for datanode in datanodes), "datanodes", 60)
            assert pair.dfs("-rm", "-skipTrash", "/ready").returncode == 0
            contents = {}
            for turn in range(TURNS):
                contents.update(put(pair, turn))
                freeze_and_thaw(pair, datanodes, contents)
                # Every replica comes back that was deleted by the old one while it was active.
                wait_for(lambda: all(len(datanode.blocks()) == len(contents)
                                     for datanode in datanodes), "two replicas of each")
                for path, content in contents.items():
                    assert pair.dfs("-cat", path).stdout == content, path
            # Nobody claimed to be active whom the datanodes had to refuse; each turn had one leader.
            for datanode in datanodes:
                assert "there was already a more recent claim" not in datanode.daemon.log()
                assert len(datanode.followed()) == 1 + TURNS, datanode.followed()
        finally:
            for datanode in datanodes:
                datanode.daemon.kill()
