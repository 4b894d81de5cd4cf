# SPDX-License-Identifier: Apache-2.0
"""Apache Hadoop from Maven Central: its jars, and commands that run them."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("CAIRN_CACHE", pathlib.Path.home() / ".cache" / "cairn"))
VERSIONS = ("3.5.0", "3.4.2")
MAIN = {
    "namenode": "org.apache.hadoop.hdfs.server.namenode.NameNode",
    "datanode": "org.apache.hadoop.hdfs.server.datanode.DataNode",
    "journalnode": "org.apache.hadoop.hdfs.qjournal.server.JournalNode",
    "zkfc": "org.apache.hadoop.hdfs.tools.DFSZKFailoverController",
    "dfs": "org.apache.hadoop.fs.FsShell",
    "dfsadmin": "org.apache.hadoop.hdfs.tools.DFSAdmin",
    "haadmin": "org.apache.hadoop.hdfs.tools.DFSHAAdmin",
    "fsck": "org.apache.hadoop.hdfs.tools.DFSck",
    "oiv": "org.apache.hadoop.hdfs.tools.offlineImageViewer.OfflineImageViewerPB",
    "oev": "org.apache.hadoop.hdfs.tools.offlineEditsViewer.OfflineEditsViewer",
    "getconf": "org.apache.hadoop.hdfs.tools.GetConf",
    "debug": "org.apache.hadoop.hdfs.tools.DebugAdmin",
}
LOG4J = """\
log4j.rootLogger=WARN,console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.target=System.err
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=%d{ISO8601} %-5p %c{2}: %m%n
log4j.logger.org.apache.hadoop.util.NativeCodeLoader=ERROR
"""


def jars(version=VERSIONS[0]):
    """The folder of a version's jars, fetched when it is not there."""
    folder = CACHE / f"hadoop-{version}"
    mark = folder / ".complete"
    if not mark.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["mvn", "-q", "-B", "-f", str(ROOT / "tests/interop/pom.xml"),
             "dependency:copy-dependencies", f"-Dhadoop.version={version}",
             "-DincludeScope=runtime", f"-DoutputDirectory={folder}"],
            check=True, stdin=subprocess.DEVNULL, timeout=900)
        mark.touch()
    return folder


def java(tool, conf, *arguments, version=VERSIONS[0], heap="256m", options=()):
    """The command line of one of Apache's mains with `conf` as its configuration directory."""
    log4j = pathlib.Path(conf) / "log4j.properties"
    if not log4j.exists():
        log4j.write_text(LOG4J)
    # The jars lack the pages of the web interface, without which Apache's daemons do not start.
    for page in ("hdfs", "datanode", "secondary", "journal"):
        (pathlib.Path(conf) / "webapps" / page).mkdir(parents=True, exist_ok=True)
    return ["java", f"-Xmx{heap}", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto",
            "-Dhadoop.home.dir=/nonexistent", *options,
            "-cp", f"{conf}:{jars(version)}/*", MAIN[tool], *arguments]


def run(tool, conf, *arguments, version=VERSIONS[0], stdin=None, timeout=120, user=None):
    """Runs one of Apache's tools; returns the CompletedProcess with bytes."""
    environment = dict(os.environ)
    if user is not None:
        environment["HADOOP_USER_NAME"] = user
    return subprocess.run(java(tool, conf, *arguments, version=version), input=stdin,
                          capture_output=True, timeout=timeout, env=environment)
