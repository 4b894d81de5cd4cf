# SPDX-License-Identifier: Apache-2.0
"""Directories that one side wrote are read by the other: images, edits, blocks."""

import pathlib
import shutil
import xml.etree.ElementTree as xml

import pytest

from tests.harness import hadoop
from tests.harness.cluster import Cluster, write_site
from tests.harness.process import wait_for

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden" / "image"
NAMES = ("a", "é", "日", "z")


def fill(cluster, prefix):
    """A small tree with a file of several blocks, by Apache's shell."""
    def run(*arguments, stdin=None):
        result = cluster.apache("dfs", *arguments, stdin=stdin)
        assert result.returncode == 0, result.stderr
    run("-mkdir", "-p", *[f"{prefix}/sorted/{name}" for name in NAMES])
    run("-put", "-", f"{prefix}/file", stdin=bytes(range(256)) * 10000)
    run("-touchz", f"{prefix}/empty")
    run("-chmod", "1777", f"{prefix}/sorted")
    run("-mv", f"{prefix}/empty", f"{prefix}/moved")


def listing(cluster):
    result = cluster.apache("dfs", "-ls", "-R", "/")
    assert result.returncode == 0, result.stderr
    return result.stdout.decode()


def content(cluster, path):
    result = cluster.apache("dfs", "-cat", path)
    assert result.returncode == 0, result.stderr
    return result.stdout


def swapped(cluster, namenode, datanodes):
    """The same directories under daemons of other kinds."""
    for node in [*cluster.datanodes, cluster.namenode]:
        node.stop()
    after = Cluster(cluster.base, namenode=namenode, datanodes=datanodes)
    after.start()
    return after


@pytest.mark.parametrize("first,second", [("cairn", "apache"), ("apache", "cairn")])
def test_directories_change_hands(tmp_path, first, second):
    with Cluster(tmp_path, namenode=first, datanodes=(first,) * 2) as cluster:
        fill(cluster, "/before")
        wait_for(lambda: cluster.state()["UnderReplicatedBlocks"] == 0, "two replicas")
        saw = listing(cluster)
        taken_over = swapped(cluster, second, (second,) * 2)
        try:
            assert listing(taken_over) == saw
            assert content(taken_over, "/before/file") == bytes(range(256)) * 10000
            fill(taken_over, "/after")
            wait_for(lambda: taken_over.state()["UnderReplicatedBlocks"] == 0, "two replicas")
            saw = listing(taken_over)
            back = swapped(taken_over, first, (first,) * 2)
            try:
                assert listing(back) == saw
                assert content(back, "/after/file") == bytes(range(256)) * 10000
            finally:
                back.__exit__()
        finally:
            taken_over.__exit__()


def test_apaches_viewers_read_our_image_and_edits(tmp_path):
    with Cluster(tmp_path, datanodes=("cairn",) * 2) as cluster:
        fill(cluster, "/data")
        for arguments in (("-safemode", "enter"), ("-saveNamespace",), ("-safemode", "leave")):
            assert cluster.apache("dfsadmin", *arguments).returncode == 0
        fill(cluster, "/more")
        assert cluster.apache("dfsadmin", "-rollEdits").returncode == 0
        conf = cluster.conf
    current = tmp_path / "data" / "nn1" / "current"
    image = max(p for p in current.glob("fsimage_*") if p.suffix != ".md5")
    out = tmp_path / "image.xml"
    viewed = hadoop.run("oiv", conf, "-p", "XML", "-i", str(image), "-o", str(out))
    assert viewed.returncode == 0, viewed.stderr
    tree = xml.parse(out)
    names = {i.findtext("name") for i in tree.find("INodeSection").findall("inode")}
    assert {"data", "sorted", "file", "moved", *NAMES} <= names
    segments = sorted(current.glob("edits_[0-9]*-[0-9]*"))
    assert segments
    seen = 0
    for segment in segments:
        viewed = hadoop.run("oev", conf, "-p", "xml", "-i", str(segment), "-o", str(out))
        assert viewed.returncode == 0, viewed.stderr
        records = xml.parse(out).findall("RECORD")
        first, last = segment.name.split("_")[1].split("-")
        assert len(records) == int(last) - int(first) + 1
        assert [int(r.findtext("DATA/TXID")) for r in records] == \
            list(range(int(first), int(last) + 1))
        seen += len(records)
    assert seen > 10


def test_our_namenode_serves_apaches_golden_directory(tmp_path):
    """Snapshots, ACLs, attributes and quotas in an image of Apache's are carried or refused."""
    cluster = Cluster(tmp_path, datanodes=())
    shutil.copytree(GOLDEN / "nn" / "current", tmp_path / "data" / "nn1" / "current")
    # Those are not part of it: the blocks of that cluster are not here.
    write_site(cluster.namenode.conf, {**cluster.properties,
                                       "dfs.namenode.safemode.threshold-pct": "0"})
    cluster.namenode.start()
    try:
        wait_for(lambda: cluster.died(cluster.namenode) or not cluster.in_safe_mode(),
                 "the end of safe mode")
        assert "/g" in listing(cluster)
        assert cluster.apache("dfsadmin", "-safemode", "enter").returncode == 0
        saved = cluster.apache("dfsadmin", "-saveNamespace")
        assert saved.returncode == 0, saved.stderr
    finally:
        cluster.__exit__()
    current = tmp_path / "data" / "nn1" / "current"
    image = max(p for p in current.glob("fsimage_*") if p.suffix != ".md5")
    out = tmp_path / "image.xml"
    viewed = hadoop.run("oiv", cluster.conf, "-p", "XML", "-i", str(image), "-o", str(out))
    assert viewed.returncode == 0, viewed.stderr
    ours = xml.parse(out)
    golden = xml.parse(GOLDEN / "fsimage.xml")
    for section in ("SnapshotSection", "SnapshotDiffSection", "INodeReferenceSection",
                    "CacheManagerSection", "ErasureCodingSection"):
        was, now = golden.find(section), ours.find(section)
        assert (was is None) == (now is None), section
        if was is not None:
            assert xml.tostring(was).split() == xml.tostring(now).split(), section
