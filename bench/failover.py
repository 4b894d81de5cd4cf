# SPDX-License-Identifier: Apache-2.0
"""How long nobody can change anything when the active namenode of a pair is killed or frozen: ours
and Apache's (three JournalNodes, two failover controllers) in turn, as a Markdown table."""

import argparse
import contextlib
import json
import math
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.harness.apache_pair import ApachePair  # noqa: E402
from tests.harness.cluster import CAIRN, Cluster  # noqa: E402
from tests.harness.pair import Pair  # noqa: E402
from tests.harness.process import wait_for  # noqa: E402
from tests.harness.raw_rpc import RawRpc, field  # noqa: E402

PROTOCOL = "org.apache.hadoop.hdfs.protocol.ClientProtocol"
PAUSE = 0.002
PATIENCE = 180
JAVA_OPTIONS = ("-XX:TieredStopAtLevel=4", "-XX:-UseSerialGC", "-XX:+UseG1GC")
FAULTS = {"killed": signal.SIGKILL, "frozen": signal.SIGSTOP}


def mkdirs(path):
    return field(1, path) + field(2, field(1, 0o755)) + field(3, 1)


class Prober:
    """Changes something at one namenode, again and again, until that is acknowledged."""

    def __init__(self, port, name):
        self.port = port
        self.name = name
        self.acknowledged = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        rpc = None
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if rpc is None:
                    rpc = RawRpc(self.port, PROTOCOL)
                    rpc.socket.settimeout(PATIENCE)
                if rpc.call("mkdirs", mkdirs(self.name)) == (None, None):
                    self.acknowledged = time.monotonic()
                    return
            except OSError:
                rpc = None
            time.sleep(PAUSE)

    def wait(self):
        self.thread.join()
        assert self.acknowledged is not None, f"nothing was acknowledged within {PATIENCE} s"
        return self.acknowledged


def fail_over(pair, number, name):
    """Seconds from the fault to the first change that the other namenode acknowledges."""
    wait_for(pair.in_sync, "a standby that may take over", PATIENCE)
    active = pair.active()
    other = pair.other(active)
    Prober(active.ports["rpc"], f"{name}-before").wait()
    prober = Prober(other.ports["rpc"], f"{name}-after")
    time.sleep(0.5)  # The prober and whoever watches are in their pace.
    victim = active.pid
    begin = time.monotonic()
    os.kill(victim, number)
    outage = prober.wait() - begin
    if number == signal.SIGSTOP:
        os.kill(victim, signal.SIGCONT)
    else:
        wait_for(lambda: not active.daemon.running(), "the end of the process")
    wait_for(lambda: active.daemon.running() or active.daemon.start() or True, "a start")
    return outage


def measure(pair, options, rounds, label):
    found = {}
    for fault in options.faults:
        found[fault] = []
        for turn in range(rounds[fault]):
            found[fault].append(fail_over(pair, FAULTS[fault], f"/{label}-{fault}-{turn}"))
            print(f"{label} {fault}: {found[fault][-1]:.3f} s", file=sys.stderr)
    return found


def creates(server_pid, address, seconds):
    """(CPU of the namenode for a durable create in µs, creates in a second) at 64 connections."""
    done = subprocess.run(
        [str(CAIRN.parent / "namenode_load"), "--address", address, "--server-pid",
         str(server_pid), "--seconds", str(seconds), "--connections", "64", "--op", "create"],
        capture_output=True, text=True, check=True, timeout=600)
    figures = json.loads(done.stdout)
    assert figures["failures"] == 0, done.stderr
    return figures["server_cpu_us"], figures["calls_per_s"]


def cost_of_creates(pair, single, options):
    """A Markdown table: the same load on the pair and on a single namenode in turn."""
    active = pair.active()
    places = {"a single namenode": (single.namenode.daemon.process.pid, single.namenode.ports),
              "the active one of a pair": (active.pid, active.ports)}
    rounds = {name: [] for name in places}
    for _ in range(options.rounds):
        for name, (pid, ports) in places.items():
            rounds[name].append(creates(pid, f"127.0.0.1:{ports['rpc']}", options.seconds))
    lines = ["| durable create, 64 connections | namenode's CPU, us | a second |",
             "| --- | ---: | ---: |"]
    for name, found in rounds.items():
        cpu, rate = (statistics.median(column) for column in zip(*found))
        lines.append(f"| {name} | {cpu:.2f} | {rate:.0f} |")
    return "\n".join(lines) + "\n"


def percentile(values, share):
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def table(results, faults):
    lines = ["| the active is | whose | times | median, s | 99th percentile, s | longest, s |",
             "| --- | --- | ---: | ---: | ---: | ---: |"]
    for fault in faults:
        for label, found in results.items():
            values = found[fault]
            if values:
                lines.append(f"| {fault} | {label} | {len(values)} | "
                             f"{statistics.median(values):.3f} | {percentile(values, 0.99):.3f} | "
                             f"{max(values):.3f} |")
    return "\n".join(lines)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=30, help="failovers of ours for each fault")
    parser.add_argument("--apache-killed", type=int, default=5)
    parser.add_argument("--apache-frozen", type=int, default=2)
    parser.add_argument("--faults", nargs="+", choices=FAULTS, default=list(FAULTS))
    parser.add_argument("--rounds", type=int, default=5, help="of creates; 0: leave them out")
    parser.add_argument("--seconds", type=float, default=2, help="for each round of creates")
    return parser.parse_args()


def main():
    options = parse_options()
    with tempfile.TemporaryDirectory(prefix="cairn-failover-") as base, \
            contextlib.ExitStack() as running:
        results = {}
        ours = running.enter_context(Pair(pathlib.Path(base) / "cairn"))
        if options.rounds > 0:
            # Its ports are taken before the other looks for free ones.
            wait_for(ours.in_sync, "a standby in sync", PATIENCE)
            with Cluster(pathlib.Path(base) / "single", datanodes=()) as single:
                print(cost_of_creates(ours, single, options))
        results["ours"] = measure(ours, options, dict.fromkeys(FAULTS, options.times), "ours")
        running.close()
        if options.apache_killed + options.apache_frozen > 0:
            apache = running.enter_context(
                ApachePair(pathlib.Path(base) / "apache", options=JAVA_OPTIONS))
            results["Apache's"] = measure(apache, options, {"killed": options.apache_killed,
                                                            "frozen": options.apache_frozen},
                                          "apache")
        print(table(results, options.faults))


if __name__ == "__main__":
    main()
