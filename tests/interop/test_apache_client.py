# SPDX-License-Identifier: Apache-2.0
"""Apache's unmodified `hdfs dfs` on our namenode and datanodes."""

import hashlib
import re
import subprocess

import pytest

from tests.harness import hadoop
from tests.harness.process import wait_for

MIB = 1 << 20  # One block of the test clusters.
SIZES = (0, 1, 511, 512, 513, 65535, 65536, MIB - 1, MIB, MIB + 1, 3 * MIB + 12345)


def content(size):
    """Bytes that differ at every offset and size."""
    block = hashlib.sha256(str(size).encode()).digest()
    return (block * (size // len(block) + 1))[:size]


class Shell:
    """Runs Apache's shell and shows what it said when it fails."""

    def __init__(self, cluster, version=None):
        self.cluster = cluster
        self.version = version

    def __call__(self, *arguments, stdin=None, user=None, expect=0):
        result = self.cluster.apache("dfs", *arguments, stdin=stdin, user=user,
                                     version=self.version)
        assert result.returncode == expect, (arguments, result.stdout, result.stderr)
        return result.stdout.decode() if expect == 0 else result.stderr.decode()


@pytest.fixture(scope="module")
def dfs(ours):
    return Shell(ours)


def test_files_of_every_size_come_back_byte_for_byte(ours, dfs, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    for size in SIZES:
        (source / f"f{size}").write_bytes(content(size))
    dfs("-mkdir", "-p", "/sizes")
    dfs("-put", *[str(source / f"f{size}") for size in SIZES], "/sizes")
    target = tmp_path / "out"
    target.mkdir()
    dfs("-get", "/sizes/*", str(target))
    for size in SIZES:
        assert (target / f"f{size}").read_bytes() == content(size), size
    listing = dfs("-ls", "/sizes")
    assert f"Found {len(SIZES)} items" in listing
    for size in SIZES:
        assert re.search(rf"^-rw-r--r--   3 \S+ supergroup +{size} .* /sizes/f{size}$", listing,
                         re.M), listing


def test_tree_commands(dfs):
    dfs("-mkdir", "-p", "/tree/a/b/c")
    dfs("-touchz", "/tree/a/empty", "/tree/a/b/other")
    assert "mkdir: `/tree/a': File exists" in dfs("-mkdir", "/tree/a", expect=1)
    assert "No such file or directory" in dfs("-mkdir", "/none/x", expect=1)
    recursive = dfs("-ls", "-R", "/tree")
    names = [line.split()[-1] for line in recursive.splitlines()]
    assert names == ["/tree/a", "/tree/a/b", "/tree/a/b/c", "/tree/a/b/other", "/tree/a/empty"]
    dfs("-mv", "/tree/a/empty", "/tree/a/b/c")
    dfs("-test", "-e", "/tree/a/b/c/empty")
    dfs("-test", "-d", "/tree/a/b/c/empty", expect=1)
    assert re.search(r"^\s+3\s+2\s+0 /tree/a$", dfs("-count", "/tree/a"))
    assert "rmdir: `/tree/a': Directory is not empty" in dfs("-rmdir", "/tree/a", expect=1)
    assert "Is a directory" in dfs("-rm", "/tree/a", expect=1)
    assert "Deleted /tree/a" in dfs("-rm", "-r", "/tree/a")
    assert dfs("-ls", "/tree") == ""


def test_attributes(dfs):
    dfs("-put", "-", "/attributes", stdin=content(1000))
    dfs("-chmod", "640", "/attributes")
    dfs("-chown", "alice:staff", "/attributes")
    assert dfs("-stat", "%a %u %g %b %o %r %n %F", "/attributes").strip() == \
        f"640 alice staff 1000 {MIB} 3 attributes regular file"
    denied = dfs("-cat", "/attributes", user="bob", expect=1)
    assert 'Permission denied: user=bob, access=READ, ' \
        'inode="/attributes":alice:staff:-rw-r-----' in denied
    dfs("-test", "-r", "/attributes", user="alice")
    assert "Permission denied" in dfs("-mkdir", "/by-bob", user="bob", expect=1)
    dfs("-touch", "-m", "-t", "20200102:030405", "/attributes")
    assert dfs("-stat", "%y", "/attributes").startswith("2020-01-02 03:04:05")


def test_replication_follows_setrep(ours, dfs):
    dfs("-put", "-", "/rep", stdin=content(2 * MIB))
    dfs("-setrep", "-w", "2", "/rep")
    assert dfs("-stat", "%r", "/rep").strip() == "2"
    dfs("-setrep", "-w", "3", "/rep")
    dfs("-du", "/rep")
    assert re.match(rf"{2 * MIB}\s+{6 * MIB}\s+/rep", dfs("-du", "-s", "/rep"))


def test_append_grows_the_file_at_every_alignment(ours, dfs, tmp_path):
    whole = b""
    for size in (0, 1, 510, 1, 512, 700, MIB):
        piece = content(size)
        (tmp_path / "piece").write_bytes(piece)
        dfs("-appendToFile", str(tmp_path / "piece"), "/appended")
        whole += piece
    dfs("-get", "/appended", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == whole
    tail = ours.apache("dfs", "-tail", "/appended")
    assert tail.stdout == whole[-1024:]


def token_file(service):
    """A file of credentials with one delegation token, as Hadoop's Credentials reads it."""
    def text(data):
        assert len(data) < 128  # Longer ones have another form.
        return bytes([len(data)]) + data

    token = b"".join(map(text, (b"identifier", b"password", b"HDFS_DELEGATION_TOKEN", service)))
    return b"HDTS" + bytes([0, 1]) + text(service) + token + bytes([0])


def test_a_client_that_holds_a_token_is_told_that_none_is_needed(ours, tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_bytes(token_file(ours.uri.removeprefix("hdfs://").encode()))
    command = hadoop.java("dfs", ours.conf, "-ls", "-d", "/")
    told = subprocess.run(command, capture_output=True, timeout=120, env={
        **ours.environment(), "HADOOP_TOKEN_FILE_LOCATION": str(tokens),
        "HADOOP_ROOT_LOGGER": "DEBUG,console"})
    assert told.returncode == 0, told.stderr.decode()
    assert told.stdout.endswith(b" /\n")


@pytest.mark.parametrize("version", hadoop.VERSIONS[1:])
def test_an_older_client_does_the_same(ours, version, tmp_path):
    dfs = Shell(ours, version)
    whole = content(2 * MIB + 513)
    (tmp_path / "file").write_bytes(whole)
    dfs("-mkdir", "-p", "/older/a/b")
    dfs("-put", str(tmp_path / "file"), "/older/a")
    dfs("-mv", "/older/a/file", "/older/a/b/moved")
    dfs("-appendToFile", "-", "/older/a/b/moved", stdin=b"more")
    dfs("-get", "/older/a/b/moved", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == whole + b"more"
    dfs("-chmod", "640", "/older/a/b/moved")
    assert re.search(r"^-rw-r-----   3 .* /older/a/b/moved$", dfs("-ls", "-R", "/older"), re.M)
    assert dfs("-checksum", "/older/a/b/moved") == Shell(ours)("-checksum", "/older/a/b/moved")
    assert dfs("-count", "/older").split()[:3] == ["3", "1", str(len(whole) + 4)]
    dfs("-rm", "-r", "-skipTrash", "/older")
    dfs("-test", "-e", "/older", expect=1)


def test_checksum_equals_that_of_apaches_own_cluster(ours, apaches, tmp_path):
    for size in (513, 3 * MIB + 12345):
        (tmp_path / f"c{size}").write_bytes(content(size))
    sums = []
    for cluster in (ours, apaches):
        shell = Shell(cluster)
        shell("-mkdir", "-p", "/checksums")
        shell("-put", "-f", *[str(p) for p in sorted(tmp_path.glob("c*"))], "/checksums")
        sums.append(shell("-checksum", "/checksums/c513", f"/checksums/c{3 * MIB + 12345}"))
    assert sums[0] == sums[1]
    assert "MD5-of-" in sums[0]


def test_capacity_is_told(dfs):
    header, row = dfs("-df", "/").splitlines()
    assert header.split() == ["Filesystem", "Size", "Used", "Available", "Use%"]
    assert int(row.split()[1]) > 0


def test_report_and_safe_mode(ours):
    report = ours.apache("dfsadmin", "-report")
    assert report.returncode == 0, report.stderr
    assert b"Live datanodes (3):" in report.stdout
    entered = ours.apache("dfsadmin", "-safemode", "enter")
    assert b"Safe mode is ON" in entered.stdout
    refused = ours.apache("dfs", "-mkdir", "/in-safe-mode")
    assert refused.returncode == 1
    assert b"Cannot create directory /in-safe-mode. Name node is in safe mode." in refused.stderr
    saved = ours.apache("dfsadmin", "-saveNamespace")
    assert b"Save namespace successful" in saved.stdout, saved.stderr
    left = ours.apache("dfsadmin", "-safemode", "leave")
    assert b"Safe mode is OFF" in left.stdout


def test_names_beyond_ascii_sort_as_apache_sorts(ours, apaches):
    listings = []
    for cluster in (ours, apaches):
        shell = Shell(cluster)
        shell("-mkdir", "-p", *[f"/sorted/{name}" for name in ("a", "é", "日", "z")])
        listings.append([line.split()[-1] for line in shell("-ls", "/sorted").splitlines()[1:]])
    assert sorted(listings[0]) == sorted(listings[1])
    assert listings[0] == listings[1]


def test_unbuilt_operations_say_so(dfs):
    assert "is not supported by Cairn yet" in dfs("-createSnapshot", "/tree", expect=1)


def test_restarted_cluster_has_everything(ours, dfs, tmp_path):
    before = dfs("-ls", "-R", "/")
    ours.namenode.kill()
    for node in ours.datanodes:
        assert node.stop() == 0
    ours.start()
    assert dfs("-ls", "-R", "/") == before
    wait_for(lambda: ours.state()["UnderReplicatedBlocks"] == 0, "full replication")
    dfs("-get", f"/sizes/f{3 * MIB + 12345}", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == content(3 * MIB + 12345)
