# SPDX-License-Identifier: Apache-2.0
"""Our cluster and Apache's side by side: the same loads in turn, medians as a Markdown table."""

import argparse
import contextlib
import datetime
import hashlib
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.harness import hadoop  # noqa: E402
from tests.harness.cluster import CAIRN, Cluster  # noqa: E402
from tests.harness.process import can_connect, wait_for  # noqa: E402

BIN = CAIRN.parent
GIB = 1 << 30
# As in production, not as in tests.
PROPERTIES = {
    "dfs.blocksize": str(128 << 20),
    "dfs.heartbeat.interval": "3",
    "dfs.namenode.heartbeat.recheck-interval": "300000",
    "dfs.namenode.stale.datanode.interval": "30000",
    "dfs.namenode.redundancy.interval.seconds": "3",
    "dfs.client.block.write.locateFollowingBlock.initial.delay.ms": "400",
}
# The harness starts Apache's processes for a short life; here they get the compiler for a long one,
# the collector that Java chooses on servers, and memory.
JAVA_OPTIONS = ("-XX:TieredStopAtLevel=4", "-XX:-UseSerialGC", "-XX:+UseG1GC")
NAMENODE_HEAP = "2g"
DATANODE_HEAP = "512m"
LOADS = ("getFileInfo", "getListing", "getBlockLocations", "mkdirs", "create", "newFile", "rename",
         "delete")
CONNECTIONS = (64, 1)


def cpu_seconds(pids):
    """User and system time of processes, from /proc."""
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024


def measured(command, environment=None):
    """(standard output, seconds, CPU seconds) of one command, its threads and children included."""
    with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as output:
        begin = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], env=environment,
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        if process.returncode != 0:
            raise SystemExit(f"{command} failed:\n{errors.read().decode()[-2000:]}")
        output.seek(0)
        return output.read(1 << 20).decode(errors="replace"), seconds, \
            usage.ru_utime + usage.ru_stime


def to_nowhere(command):
    """The command with its output thrown away, which a shell does best."""
    return ["sh", "-c", 'exec "$@" >/dev/null', "sh", *map(str, command)]


class Side:
    """One cluster, all of it ours or all of it Apache's, and what was measured on it."""

    def __init__(self, kind, options, base):
        self.kind = kind
        self.options = options
        self.figures = {}
        self.cluster = Cluster(base, namenode=kind, datanodes=(kind,) * 3, properties=PROPERTIES)
        if kind == "apache":
            use_long_life(self.cluster)

    def __enter__(self):
        self.cluster.__enter__()
        self.namenode_pid = self.cluster.namenode.daemon.process.pid
        self.datanode_pids = [node.daemon.process.pid for node in self.cluster.datanodes]
        return self

    def __exit__(self, *error):
        self.cluster.__exit__(*error)

    def note(self, name, value):
        self.figures.setdefault(name, []).append(value)
        print(f"{self.kind}: {name}: {value:.2f}", file=sys.stderr)

    def figure(self, name):
        values = self.figures.get(name)
        return statistics.median(values) if values else None

    def shell(self, *words):
        """The side's own shell."""
        if self.kind == "cairn":
            return [str(CAIRN), "--config", str(self.cluster.conf), "dfs", *words]
        return hadoop.java("dfs", self.cluster.conf, *words, version=self.cluster.version,
                           heap="1g", options=JAVA_OPTIONS)

    def prepare(self):
        """Files for the loads that read; small ones with blocks for getBlockLocations."""
        small = self.cluster.base / "blocks"
        small.mkdir()
        for number in range(64):
            (small / f"f{number}").write_bytes(bytes(4096))
        self.cluster.cairn("dfs", "-mkdir", "-p", "/bench", check=True)
        self.cluster.cairn("dfs", "-put", str(small), "/bench/blocks", check=True)
        measured([*self.load(), "--prefill"])

    def load(self):
        return [BIN / "namenode_load", "--address", self.cluster.uri.removeprefix("hdfs://"),
                "--server-pid", self.namenode_pid, "--files", self.options.files]

    def namenode_load(self, op, connections):
        output, _, _ = measured([*self.load(), "--seconds", self.options.seconds,
                                 "--connections", connections, "--op", op])
        answer = json.loads(output)
        if answer["failures"]:
            print(f"{self.kind}: {op}: {answer['failures']} failures", file=sys.stderr)
        for key in ("server_cpu_us", "calls_per_s", "p50_us", "p99_us"):
            self.note(f"{op} x{connections} {key}", answer[key])

    def listing(self):
        for _ in range(5 if self.kind == "cairn" else 1):
            _, seconds, cpu = measured(self.shell("-ls", "/"), self.cluster.environment())
            self.note("ls ms", seconds * 1000)
            self.note("ls cpu ms", cpu * 1000)

    def small_files(self):
        pids = [self.namenode_pid, *self.datanode_pids]
        before = [cpu_seconds([pid]) for pid in pids]
        output, _, cpu = measured([BIN / "stream_load", "--conf", self.cluster.conf, "files",
                                   "/small", "--files", self.options.small_files])
        answer = json.loads(output)
        spent = [cpu_seconds([pid]) - old for pid, old in zip(pids, before)]
        to_us = 1e6 / answer["files"]
        self.note("files /s", answer["files"] / answer["seconds"])
        self.note("files namenode us", spent[0] * to_us)
        self.note("files datanodes us", sum(spent[1:]) * to_us)
        self.note("files client us", cpu * to_us)
        self.cluster.cairn("dfs", "-rm", "-r", "-skipTrash", "/small", check=True)

    def note_bytes(self, name, seconds, client_cpu, datanode_cpu):
        gib = self.options.mib / 1024
        self.note(f"{name} MB/s", gib * GIB / seconds / 1e6)
        self.note(f"{name} client cpu", client_cpu / gib)
        self.note(f"{name} datanodes cpu", datanode_cpu / gib)
        self.note(f"{name} cpu", (client_cpu + datanode_cpu) / gib)

    def stream(self, command):
        """Our client on either cluster: what differs is the servers."""
        before = cpu_seconds(self.datanode_pids)
        output, _, cpu = measured([BIN / "stream_load", "--conf", self.cluster.conf, command,
                                   "/stream", "--mib", self.options.mib])
        self.note_bytes(f"stream {command}", json.loads(output)["seconds"], cpu,
                        cpu_seconds(self.datanode_pids) - before)

    def shell_copy(self, name, *words):
        before = cpu_seconds(self.datanode_pids)
        _, seconds, cpu = measured(to_nowhere(self.shell(*words)), self.cluster.environment())
        self.note_bytes(name, seconds, cpu, cpu_seconds(self.datanode_pids) - before)


def use_long_life(cluster):
    """Apache's daemons as for production."""
    for node, role, heap in [(cluster.namenode, "namenode", NAMENODE_HEAP),
                             *((node, "datanode", DATANODE_HEAP) for node in cluster.datanodes)]:
        node.daemon.command = hadoop.java(role, node.conf, version=cluster.version, heap=heap,
                                          options=JAVA_OPTIONS)


def tasks(options, source):
    """One round: each is done on one side, then on the other."""
    yield lambda side: side.listing()
    for connections in CONNECTIONS:
        for op in LOADS:
            yield lambda side, op=op, n=connections: side.namenode_load(op, n)
    yield lambda side: side.small_files()
    yield lambda side: side.stream("write")
    yield lambda side: side.stream("read")
    yield lambda side: side.shell_copy("put", "-put", "-f", str(source), "/stream")
    yield lambda side: side.shell_copy("cat", "-cat", "/stream")


def run_rounds(sides, options, source):
    for side in sides:
        side.prepare()
    for _ in range(options.rounds):
        for task in tasks(options, source):
            for side in sides:
                task(side)
    for side in sides:
        side.note("namenode MiB", resident_mib(side.namenode_pid))
        side.note("datanode MiB", resident_mib(side.datanode_pids[0]))


def start_on(image, kind, base, heap):
    """(seconds until it serves, CPU seconds, resident MiB) of a namenode that starts on it."""
    cluster = Cluster(base, namenode=kind, datanodes=())
    if kind == "apache":
        cluster.namenode.daemon.command = hadoop.java(
            "namenode", cluster.namenode.conf, version=cluster.version, heap=heap,
            options=JAVA_OPTIONS)
    cluster.format()
    current = base / "data/nn1/current"
    version = (current / "VERSION").read_text()
    # The namespace of the image that namespace_memory writes.
    (current / "VERSION").write_text(re.sub("namespaceID=.*", "namespaceID=1", version))
    target = current / "fsimage_0000000000000000000"
    shutil.copyfile(image, target)
    digest = hashlib.md5(target.read_bytes()).hexdigest()
    pathlib.Path(f"{target}.md5").write_text(f"{digest} *{target.name}\n")
    try:
        begin = time.monotonic()
        cluster.namenode.start()
        wait_for(lambda: can_connect(cluster.namenode.ports["rpc"]) or
                 cluster.died(cluster.namenode), "the namenode's port", 300, 0.02)
        seconds = time.monotonic() - begin
        names = cluster.cairn("dfs", "-ls", "/directory-000000", check=True).stdout
        if names.count(b"part-") != 1000:
            raise SystemExit(f"{kind}: the image was not loaded")
        pid = cluster.namenode.daemon.process.pid
        return seconds, cpu_seconds([pid]), resident_mib(pid)
    finally:
        cluster.namenode.kill()
        shutil.rmtree(base)


def start_ups(options, base):
    """Both on one image, ours on a larger one; and what namespace_memory says of the larger one."""
    lines = ["| start on an image | seconds | CPU seconds | resident MiB |",
             "| --- | ---: | ---: | ---: |"]
    memory = ""
    image = base / "fsimage"
    for files, kinds in ((options.start_files, ("cairn", "apache")),
                         (options.memory_files, ("cairn",))):
        if files == 0:
            continue
        memory, _, _ = measured([BIN / "namespace_memory", "--files", files, "--image", image])
        for kind in kinds:
            if options.only in (None, kind):
                cells = [f"{value:,.1f}" for value in start_on(image, kind, base / kind, "4g")]
                lines.append(f"| {kind}, {files:,} files | {' | '.join(cells)} |")
        image.unlink()
    return "\n".join([*lines, "", "```", memory.rstrip(), "```", ""]) if memory else ""


CALL_BUDGETS = {"getFileInfo x64": "≤ 15 µs", "create x64": "≤ 30 µs"}


def data_rows():
    """(figure, what it is called, unit, budget)"""
    yield "files /s", "4 KiB files, 3 replicas, 8 threads, our client", "/s", ""
    for who in ("namenode", "datanodes", "client"):
        yield f"files {who} us", f"… CPU of {who} for a file", "µs", ""
    for name, what, speed, cpu in (
            ("stream write", "one stream written, 3 replicas, our client", "", ""),
            ("stream read", "one stream read from page cache, our client", "≥ 1,500 MB/s", ""),
            ("put", "`dfs -put`, 3 replicas, each side's shell", "as fast", "≤ a third"),
            ("cat", "`dfs -cat`, each side's shell", "", "")):
        yield f"{name} MB/s", what, "MB/s", speed
        yield f"{name} cpu", "… CPU in all", "s/GiB", cpu
        yield f"{name} client cpu", "… of the client", "s/GiB", ""
        yield f"{name} datanodes cpu", "… of the datanodes", "s/GiB", ""
    yield "ls ms", "`dfs -ls /`, start to end", "ms", "≤ 20 ms"
    yield "ls cpu ms", "… CPU", "ms", ""
    yield "namenode MiB", "namenode after all that: resident", "MiB", ""
    yield "datanode MiB", "a datanode: resident", "MiB", ""


def shown(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def call_table(sides):
    lines = ["Calls to the namenode; each cell: ours / Apache's.", "",
             "| call | connections | namenode's CPU, µs | calls/s | median, µs "
             "| 99th percentile, µs | budget for CPU |",
             "| --- | ---: | ---: | ---: | ---: | ---: | --- |"]
    for connections in CONNECTIONS:
        for op in LOADS:
            name = f"{op} x{connections}"
            cells = [" / ".join(shown(side.figure(f"{name} {key}")) for side in sides)
                     for key in ("server_cpu_us", "calls_per_s", "p50_us", "p99_us")]
            lines.append(f"| {op} | {connections} | {' | '.join(cells)} "
                         f"| {CALL_BUDGETS.get(name, '')} |")
    return lines


def data_table(sides):
    lines = ["| figure | ours | Apache's | ours / Apache's | budget |",
             "| --- | ---: | ---: | ---: | --- |"]
    for figure, name, unit, budget in data_rows():
        values = {side.kind: side.figure(figure) for side in sides}
        ours, theirs = values.get("cairn"), values.get("apache")
        ratio = f"{ours / theirs:.3f}" if ours is not None and theirs else ""
        lines.append(f"| {name} | {shown(ours)} {unit} | {shown(theirs)} {unit} | {ratio} "
                     f"| {budget} |")
    return lines


def tables(sides, options):
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    lines = [f"{datetime.date.today()}, {os.cpu_count()} cores, {platform.machine()}, medians of "
             f"{options.rounds} rounds; load average at the end {load}", ""]
    return "\n".join([*lines, *call_table(sides), "", *data_table(sides)]) + "\n"


def write_source(path, mib):
    """Bytes without repetition at a distance that a disk or file system could use."""
    with open(path, "wb") as file:
        for _ in range(mib):
            file.write(os.urandom(1 << 20))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", help="where clusters and files are; default: a temporary one")
    parser.add_argument("--rounds", type=int, default=3, help="0: only the starts on images")
    parser.add_argument("--seconds", type=float, default=2, help="for each load of a round")
    parser.add_argument("--files", type=int, default=100_000, help="before the namenode's loads")
    parser.add_argument("--small-files", type=int, default=500, help="written in a round")
    parser.add_argument("--mib", type=int, default=1024, help="of each stream")
    parser.add_argument("--only", choices=("cairn", "apache"), help="one side")
    parser.add_argument("--start-files", type=int, default=1_000_000,
                        help="in the image that both start on; 0: leave it out")
    parser.add_argument("--memory-files", type=int, default=10_000_000,
                        help="in the image that ours alone starts on; 0: leave it out")
    parser.add_argument("--output", help="file for the tables, besides standard output")
    return parser.parse_args()


def main():
    options = parse_options()
    base = pathlib.Path(options.dir or tempfile.mkdtemp(prefix="cairn-bench-"))
    base.mkdir(parents=True, exist_ok=True)
    text = ""
    try:
        if options.rounds > 0:
            write_source(base / "source", options.mib)
            with contextlib.ExitStack() as running:
                # One is up before the other looks for free ports.
                sides = [running.enter_context(Side(kind, options, base / kind))
                         for kind in ("cairn", "apache") if options.only in (None, kind)]
                run_rounds(sides, options, base / "source")
            text += tables(sides, options) + "\n"
            for side in sides:
                shutil.rmtree(side.cluster.base)
        text += start_ups(options, base)
    finally:
        if not options.dir:
            shutil.rmtree(base, ignore_errors=True)
    print(text)
    if options.output:
        pathlib.Path(options.output).write_text(text)


if __name__ == "__main__":
    main()
