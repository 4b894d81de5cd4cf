# SPDX-License-Identifier: Apache-2.0
"""What a pair leaves in a name directory, read by Apache: cut segments, the file cairn-ha."""

import subprocess
import xml.etree.ElementTree as xml

from tests.harness import hadoop
from tests.harness.cluster import CAIRN, Cluster


def ids(conf, segment, out):
    """The transactions that Apache's viewer finds in a segment."""
    viewed = hadoop.run("oev", conf, "-p", "xml", "-i", str(segment), "-o", str(out))
    assert viewed.returncode == 0, viewed.stderr
    return [int(r.findtext("DATA/TXID")) for r in xml.parse(out).findall("RECORD")]


def bounds(segment):
    first, last = segment.name.split("_")[1].split("-")
    return int(first), int(last)


def test_apache_reads_a_log_that_was_cut(tmp_path):
    with Cluster(tmp_path, datanodes=()) as cluster:
        for name in ("/kept", "/gone"):
            made = cluster.apache("dfs", "-mkdir", name)
            assert made.returncode == 0, made.stderr
            assert cluster.apache("dfsadmin", "-rollEdits").returncode == 0
        conf = cluster.conf
    name_dir = tmp_path / "data" / "nn1"
    current = name_dir / "current"
    before = sorted(current.glob("edits_[0-9]*-[0-9]*"))
    # Into the middle of the segment that made /gone.
    second = next(s for s in before if b"/gone" in s.read_bytes())
    cut_at = bounds(second)[0]
    done = subprocess.run([CAIRN.parent / "journal_probe", "cut", name_dir, str(cut_at)],
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    (current / "cairn-ha").write_text("cairn-ha 1\nApache does not know this file.\n")
    seen = []
    for segment in sorted(current.glob("edits_[0-9]*-[0-9]*")):
        first, last = bounds(segment)
        found = ids(conf, segment, tmp_path / "out.xml")
        assert found == list(range(first, last + 1))
        seen += found
    assert seen == list(range(1, cut_at + 1))
    apache = Cluster(tmp_path, namenode="apache", datanodes=())
    apache.start()
    try:
        listed = apache.apache("dfs", "-ls", "/").stdout
        assert b"/kept" in listed and b"/gone" not in listed
        assert apache.apache("dfsadmin", "-safemode", "enter").returncode == 0
        saved = apache.apache("dfsadmin", "-saveNamespace")
        assert saved.returncode == 0, saved.stderr
        assert (current / "cairn-ha").exists()
    finally:
        apache.__exit__()
