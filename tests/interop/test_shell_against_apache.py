# SPDX-License-Identifier: Apache-2.0
"""Our shell against Apache's: the same commands on the same cluster, with the same words. Once on
Apache's namenode and datanodes, and once on ours.

Each command runs twice, once by each shell and in a directory of its own, and must print the same
to both streams and end with the same status. Times and log lines are the only things that may
differ.
"""

import difflib
import getpass
import grp
import gzip
import os
import re

import pytest

from tests.harness.shells import ApacheShell, OurShell

SIDES = ("left", "rite")  # Of one length, for columns.
DATE = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")
LOG = re.compile(rb"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} .*\n", re.MULTILINE)
MILLISECONDS = re.compile(rb"\b1[789]\d{11}\b")


class Pair:
    """Both shells. "{}" in a word is the directory of the side that runs, and "{local}" its local
    directory."""

    def __init__(self, cluster, apache, base):
        self.cluster = cluster
        self.shells = dict(zip(SIDES, (apache, OurShell(cluster))))
        self.base = base
        self.differences = []

    def place(self, name):
        """A pair whose directories are below `name`, in the file system and locally."""
        inner = Pair(self.cluster, self.shells["left"], self.base / name)
        inner.name = name
        for side in SIDES:
            (inner.base / side).mkdir(parents=True)
            answer = self.shells["left"]("dfs", "-mkdir", "-p", f"/{side}/{name}")
            assert answer.status == 0, answer
        return inner

    def local(self, name, data=b""):
        """Writes a local file for both sides."""
        for side in SIDES:
            path = self.base / side / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.utime(path, (1700000000, 1700000000))

    def files(self):
        """Names and bytes of the local files of each side."""
        return [{str(p.relative_to(self.base / side)): p.read_bytes()
                 for p in sorted((self.base / side).rglob("*")) if p.is_file()}
                for side in SIDES]

    def words(self, side, words):
        return [w.replace("{local}", str(self.base / side)).replace("{}", f"/{side}/{self.name}")
                .replace("{uri}", self.cluster.uri)
                .replace("{trash}", f"/user/{getpass.getuser()}/.Trash") for w in words]

    def run(self, *words, tool="dfs", stdin=b"", user=""):
        """Runs a command on both sides; the sides' answers, with what may differ taken out."""
        answers = [self.clean(self.shells[side](tool, *self.words(side, words), stdin=stdin,
                                                user=user))
                   for side in SIDES]
        return answers

    def __call__(self, *words, ordered=True, **options):
        """Compares a command's answers; differences are shown at the end of the test. Not
        `ordered`: lines of errors come as threads print them."""
        answers = self.run(*words, **options)
        if not ordered:
            answers = [a._replace(err="".join(sorted(a.err.splitlines(True)))) for a in answers]
        self.compare(words, *answers)

    def compare(self, words, apache, ours):
        if ours != apache:
            texts = [f"status {a.status}\n{a.out}--- errors:\n{a.err}".splitlines()
                     for a in (apache, ours)]
            difference = difflib.unified_diff(*texts, "Apache's", "ours", n=1, lineterm="")
            self.differences.append("\n".join([" ".join(words), *difference]))

    def finish(self):
        differences, self.differences = self.differences, []
        assert not differences, "\n\n".join(["the shells differ:", *differences])

    @staticmethod
    def clean(answer):
        def text(data):
            for side in SIDES:
                data = data.replace(f"/{side}".encode(), b"/side")
            data = MILLISECONDS.sub(b"<ms>", LOG.sub(b"", data))
            text = DATE.sub(b"<date>", data).decode(errors="backslashreplace")
            return text.replace("\u2018", "'").replace("\u2019", "'")
        return answer._replace(out=text(answer.out), err=text(answer.err))


@pytest.fixture(scope="module", params=["apaches", "ours"])
def both(request, tmp_path_factory):
    cluster = request.getfixturevalue(request.param)
    apache = ApacheShell(cluster)
    yield Pair(cluster, apache, tmp_path_factory.mktemp("local"))
    apache.close()


@pytest.fixture
def pair(both, request):
    place = both.place(request.function.__name__.removeprefix("test_"))
    yield place
    place.finish()


@pytest.fixture
def tree(pair):
    """A small tree: files of some sizes, directories, names that are not plain."""
    pair.local("one", b"one\n")
    pair.local("big", bytes(range(256)) * 8000)
    pair("-mkdir", "-p", "{}/dir/sub/deep", "{}/empty", "{}/odd")
    pair("-put", "{local}/one", "{local}/big", "{}/dir")
    pair("-put", "{local}/one", "{}/dir/sub/deep/three")
    pair("-touchz", "{}/zero", "{}/odd/with space", "{}/odd/é", "{}/odd/日", "{}/odd/a", "{}/odd/z",
         "{}/odd/#1", "{}/odd/100%", "{}/odd/A")
    pair("-chmod", "1777", "{}/empty")
    pair("-chmod", "600", "{}/dir/one")
    for name, time in (("dir/one", "20200101:101010"), ("dir/big", "20210101:101010"),
                       ("zero", "20190101:000001"), ("odd/*", "20180101:000000"),
                       ("{dir,empty,odd,dir/sub}", "20170101:000000")):
        pair("-touch", "-t", time, "{}/" + name)
    return pair


LS = (
    (), ("-d",), ("-R",), ("-C",), ("-h",), ("-t",), ("-S",), ("-r",), ("-t", "-r"), ("-S", "-r"),
    ("-u",), ("-q",), ("-R", "-C"), ("-R", "-h"), ("-R", "-t"), ("-R", "-r"), ("-d", "-R"),
    ("-e",), ("-t", "-S", "-u", "-r", "-h"))


def test_ls(tree):
    for options in LS:
        tree("-ls", *options, "{}", "{}/dir", "{}/dir/one", "{}/missing", "{}/odd", "{}/empty")
    tree("-ls", "{uri}{}", "hdfs://{}", "hdfs:{}/dir")
    tree("-ls", "{}/dir/", "{}//dir///one", "{}/dir/../zero", "{}/./dir/.")
    tree("-ls", "-R", "{}/dir/sub/deep/three")
    tree("-ls")
    tree("-ls", ".", "..", "../..", user="nobody")
    tree("-lsr", "{}")


GLOBS = (
    "*", "d*", "?ero", "[a-e]*", "[^a-y]*", "[!z]*", "{dir,empty}", "{zero,none}", "{none,nothing}",
    "dir/{one,sub/deep}", "{dir/one,zero}", "dir/*/*", "*/*", "*/one", "dir/o\\*", "odd/\\#1",
    "odd/with*", "odd/[é日]", "{d{i,o}r,em*}", "none*", "*/none", "dir/sub/{deep/three,none}",
    "odd/{a,z}", "odd/100%", "[z-a]", "zero/*", "dir/one/*", "*o*", "odd/??", "d*/s*/d*/t*")
BAD_GLOBS = ("{a", "[a", "a\\", "{a,b/c")


def test_globs(tree):
    for pattern in GLOBS:
        tree("-ls", "-d", "-C", "{}/" + pattern)
    tree("-ls", "-C", "-d", "{}/{zero,none}", "{}/none*", "{}/*")
    tree("-ls", "-d", "-C", "{uri}{}/d*", "hdfs:{}/d*")
    for pattern in BAD_GLOBS:
        tree("-ls", "-d", "{}/" + pattern)


def test_paths_that_are_relative(pair):
    user = "walker"
    for side in SIDES:
        assert pair.shells["left"]("dfs", "-mkdir", "-p", f"/user/walker{side}/a/b").status == 0
        pair.shells["left"]("dfs", "-touchz", f"/user/walker{side}/a/f")
        pair.shells["left"]("dfs", "-chown", "-R", f"walker{side}", f"/user/walker{side}")

    def compare(*words):
        apache, ours = (
            pair.clean(pair.shells[side]("dfs", *words, user=user + side)) for side in SIDES)
        pair.compare(words, *(a._replace(out=a.out.replace(s, ""), err=a.err.replace(s, ""))
                              for a, s in ((apache, "left"), (ours, "rite"))))

    compare("-ls")
    compare("-ls", "-R", ".", "a", "a/", "./a", "a/..", "*", "a/*", "../none*")
    compare("-mkdir", "new", "a/new/deep")
    compare("-touchz", "new/file", "none/file")
    compare("-mv", "new", "a")
    compare("-cp", "a/f", ".")
    compare("-rm", "f", "none")
    compare("-ls", "-R")
    compare("-stat", "%n", ".", "a", "a/f")
    compare("-count", ".", "a")
    compare("-du", "a")
    compare("-du", "-s")


def test_cat_head_tail_text(tree):
    tree.local("packed", gzip.compress(b"packed text\n" * 100) + gzip.compress(b"second\n"))
    tree("-put", "{local}/packed", "{}/packed.gz")
    tree("-put", "{local}/packed", "{}/packed")
    for command in ("-cat", "-text"):
        tree(command, "{}/dir/one", "{}/dir/big", "{}/zero")
        tree(command, "{}/dir", "{}/missing", "{}/dir/one", "{}/none*")
        tree(command, "-ignoreCrc", "{}/dir/*")
        tree(command)
        tree(command, "-x", "{}/zero")
    tree("-text", "{}/packed.gz", "{}/packed")
    for command in ("-head", "-tail"):
        for name in ("one", "big", "../zero", "..", "missing", "o*"):
            tree(command, "{}/dir/" + name)
        tree(command)
        tree(command, "{}/a", "{}/b")


def test_mkdir_rmdir(pair):
    pair("-mkdir", "{}/a")
    pair("-mkdir", "{}/a", "{}/b/c", "{}/d/")
    pair("-mkdir", "-p", "{}/a", "{}/b/c/d")
    pair("-touchz", "{}/f")
    pair("-mkdir", "{}/f", "{}/f/g")
    pair("-mkdir", "-p", "{}/f", "{}/f/g")
    pair("-mkdir", "{}/with:colon")
    pair("-mkdir", "/")
    pair("-mkdir")
    pair("-mkdir", "-x", "{}/e")
    pair("-ls", "-R", "{}")
    pair("-rmdir", "{}/d", "{}/b", "{}/f", "{}/missing")
    pair("-rmdir", "--ignore-fail-on-non-empty", "{}/b", "{}/b/c/d")
    pair("-rmdir")
    pair("-ls", "-R", "{}")


def test_rm(tree):
    tree("-rm", "{}/dir", "{}/missing", "{}/none*", "{}/zero")
    tree("-rm", "-f", "{}/missing", "{}/none*", "{}/dir")
    tree("-rm", "-r", "{}/odd/é", "{}/empty")
    tree("-rm", "-r", "-skipTrash", "{}/dir/s*")
    tree("-rm", "-R", "-f", "{}/dir", "{}/gone")
    tree("-rmr", "{}/odd")
    tree("-rm")
    tree("-rm", "-x", "{}/a")
    tree("-ls", "-R", "{}")


def test_rm_safely(tree):
    options = ("-D", "hadoop.shell.safely.delete.limit.num.files=1", "-rm", "-r", "-safely",
               "{}/dir")
    tree(*options, stdin=b"maybe\nno\n")
    tree("-ls", "{}/dir")
    tree(*options, stdin=b"Y\n")
    tree("-ls", "{}")


def test_trash(tree):
    # Both sides share the user's trash, and each has its own path in it.
    trash = ("-D", "fs.trash.interval=10")
    tree(*trash, "-rm", "{}/zero")
    tree(*trash, "-rm", "-r", "{}/dir/sub", "{}/empty")
    tree(*trash, "-rm", "-skipTrash", "{}/dir/one")
    tree("-ls", "-R", "{trash}/Current{}")
    tree(*trash, "-rm", "-r", "{trash}/Current{}/empty")
    tree("-ls", "-R", "{}")
    tree(*trash, "-rm", "-r", "/user")
    tree(*trash, "-expunge")
    tree(*trash, "-expunge", "-immediate")
    tree("-ls", "{trash}")


def test_mv(tree):
    tree("-mv", "{}/zero", "{}/empty")
    tree("-mv", "{}/empty/zero", "{}/null")
    tree("-mv", "{}/null", "{}/missing", "{}/dir/one", "{}/empty")
    tree("-mv", "{}/empty/one", "{}/empty/null", "{}/dir/big")
    tree("-mv", "{}/empty/one", "{}/dir/big")
    tree("-mv", "{}/dir", "{}/dir/sub")
    tree("-mv", "{}/dir", "{}/dir")
    tree("-mv", "{}/missing", "{}/x")
    tree("-mv", "{}/empty/one", "{}/no/such/place")
    tree("-mv", "{}/empty/one", "file:///tmp/x")
    tree("-mv", "{}/odd/*", "{}/empty/")
    tree("-mv", "{}/x")
    tree("-ls", "-R", "{}")


def test_cp(tree):
    tree("-cp", "{}/dir/one", "{}/copy")
    tree("-cp", "{}/dir/one", "{}/copy")
    tree("-cp", "-f", "{}/dir/big", "{}/copy")
    tree("-cp", "-p", "{}/dir/one", "{}/kept")
    tree("-cp", "-ptp", "{}/dir/one", "{}/kept2")
    tree("-cp", "{}/dir", "{}/dir2")
    tree("-cp", "{}/dir", "{}/dir2")
    tree("-cp", "-d", "{}/dir/one", "{}/zero", "{}/empty")
    tree("-cp", "{}/dir/one", "{}/missing", "{}/none*", "{}/empty")
    tree("-cp", "{}/dir", "{}/dir/sub")
    tree("-cp", "{}/dir", "{}/dir")
    tree("-cp", "{}/dir/one", "{}/no/such/place")
    tree("-cp", "{}/dir/one", "{}/zero", "{}/copy")
    tree("-cp", "-t", "3", "{}/dir", "{}/odd", "{}/empty", ordered=False)
    tree("-cp", "-t", "x", "{}/dir", "{}/odd", "{}/empty")
    tree("-cp", "{}/x")
    tree("-ls", "-R", "{}")
    tree("-cat", "{}/empty/dir/big")


def test_put(pair):
    pair.local("one", b"one\n")
    pair.local("dir/two", b"two\n" * 100000)
    pair.local("dir/sub/three", b"three\n")
    pair.local("a%20b", b"escaped\n")
    pair("-put", "{local}/one", "{}")
    pair("-put", "{local}/one", "{}")
    pair("-put", "-f", "{local}/dir/two", "{}/one")
    pair("-put", "{local}/one", "{}/other")
    pair("-put", "{local}/dir", "{}")
    pair("-put", "{local}/dir", "{}/new")
    pair("-put", "{local}/dir", "{}")
    pair("-put", "-f", "{local}/dir", "{}")
    pair("-put", "{local}/missing", "{}")
    pair("-put", "{local}/one", "{local}/dir", "{}/new")
    pair("-put", "{local}/one", "{local}/dir", "{}/other")
    pair("-put", "{local}/one", "{local}/dir", "{}/absent")
    pair("-put", "{local}/one", "{}/no/such/place")
    pair("-put", "{local}/one", "{}/slash/")
    pair("-put", "-d", "{local}/one", "{}/direct")
    pair("-put", "-p", "{local}/one", "{}/kept")
    pair("-put", "-t", "4", "-q", "2", "{local}/dir", "{local}/one", "{}/new", ordered=False)
    pair("-put", "-", "{}/in", stdin=b"from the standard input")
    pair("-put", "-", "{}/in", stdin=b"again")
    pair("-put", "file://{local}/one", "{}/uri")
    pair("-put", "{local}/one", "{}/o*")
    pair("-put", "{local}/one", "{}/{new,dir}")
    pair("-copyFromLocal", "{local}/dir/sub", "{}/from")
    pair("-put")
    pair("-put", "-x", "{local}/one", "{}")
    pair("-ls", "-R", "{}")
    pair("-cat", "{}/in", "{}/one")
    pair("-moveFromLocal", "{local}/one", "{}/moved")
    pair("-moveFromLocal", "{local}/dir", "{}/new")
    pair("-moveFromLocal", "{local}/dir", "{}/moveddir")
    pair("-moveFromLocal", "-t", "2", "{local}/dir", "{}/moveddir2")
    pair("-ls", "-R", "{}")
    left, right = pair.files()
    assert left == right


def test_get(tree):
    (tree.base / "left" / "got").mkdir()
    (tree.base / "rite" / "got").mkdir()
    tree("-get", "-p", "{}/dir/big", "{local}/got/never")
    tree("-chgrp", grp.getgrgid(os.getgid()).gr_name, "{}/dir/one")  # A group that the machine has.
    tree("-get", "{}/dir/one", "{local}/got")
    tree("-get", "{}/dir/one", "{local}/got")
    tree("-get", "-f", "{}/dir/big", "{local}/got/one")
    tree("-get", "{}/dir", "{local}/got")
    tree("-get", "{}/dir", "{local}/got/new")
    tree("-get", "{}/dir/one", "{}/zero", "{}/missing", "{local}/got/new")
    tree("-get", "{}/dir/one", "{}/zero", "{local}/got/absent")
    tree("-get", "{}/dir/one", "{local}/no/such/place")
    tree("-get", "-crc", "{}/dir/one", "{local}/got/checked")
    tree("-get", "-p", "{}/dir/one", "{local}/got/kept")
    tree("-get", "-t", "3", "{}/dir", "{}/empty", "{local}/got/new/sub", ordered=False)
    tree("-get", "-ignoreCrc", "{}/d*/b*", "{local}/got/glob")
    tree("-get", "{}/none*", "{local}/got")
    tree("-copyToLocal", "{}/dir/sub", "{local}/got/copied")
    tree("-get")
    tree("-getmerge", "{}/dir", "{local}/got/merged")
    tree("-getmerge", "-nl", "{}/dir", "{}/zero", "{local}/got/lines")
    tree("-getmerge", "-nl", "-skip-empty-file", "{}/dir", "{}/zero", "{local}/got/lines2")
    tree("-getmerge", "{}/dir", "{}/missing", "{local}/got/never")
    tree("-getmerge", "{}/dir", "{local}/got")
    tree("-moveToLocal", "{}/dir/one", "{local}/got/x")
    left, right = tree.files()
    assert left == right
    for side in SIDES:
        kept = tree.base / side / "got" / "kept"
        assert kept.stat().st_mode & 0o777 == 0o600
        assert int(kept.stat().st_mtime) == int((tree.base / "left/got/kept").stat().st_mtime)


def test_append_truncate_concat(tree):
    tree.local("more", b"more\n")
    tree("-appendToFile", "{local}/more", "{}/dir/one")
    tree("-appendToFile", "{local}/more", "{local}/more", "{}/appended")
    tree("-appendToFile", "-", "{}/appended", stdin=b"input\n")
    tree("-appendToFile", "-n", "{local}/more", "{}/appended")
    tree("-appendToFile", "-", "{local}/more", "{}/appended")
    tree("-appendToFile", "{local}/missing", "{}/appended")
    tree("-appendToFile", "{local}/more", "{}/dir")
    tree("-appendToFile", "{local}/more")
    tree("-cat", "{}/dir/one", "{}/appended")
    tree("-truncate", "0", "{}/dir/one")
    tree("-truncate", "-w", "1000000", "{}/dir/big")
    tree("-truncate", "5", "{}/dir/one", "{}/zero")
    tree("-truncate", "5", "{}/dir", "{}/missing")
    tree("-truncate", "-1", "{}/dir/one")
    tree("-truncate", "x", "{}/dir/one")
    tree("-stat", "%b", "{}/dir/*")
    tree("-mkdir", "{}/cat")
    for name in ("a", "b", "c"):
        tree("-put", "{local}/more", "{}/cat/" + name)
    tree("-concat", "{}/cat/a", "{}/cat/b", "{}/cat/c")
    tree("-concat", "{}/cat/a", "{}/cat/b", "{}/cat/none")
    tree("-concat", "{}/cat/a")
    tree("-concat", "{}/none", "{}/cat/a", "{}/cat/a")
    tree("-cat", "{}/cat/a")


def test_touch(pair):
    pair("-touchz", "{}/a", "{}/b")
    pair("-touchz", "{}/a", "{}/no/such", "{}")
    pair("-appendToFile", "-", "{}/b", stdin=b"x")
    pair("-touchz", "{}/b")
    pair("-touchz")
    pair("-touch", "{}/c", "{}/no/such")
    pair("-touch", "-c", "{}/d")
    pair("-touch", "-t", "20200304:050607", "{}/a", "{}/e")
    pair("-touch", "-a", "-t", "20100304:050607", "{}/a")
    pair("-touch", "-m", "-t", "20150304:050607", "{}/a")
    pair("-stat", "%x %X %y %Y", "{}/a", "{}/e")
    pair("-touch", "-t", "nonsense", "{}/a")
    pair("-touch", "-t")
    pair("-touch", "{}")
    pair("-ls", "{}")


MODES = ("755", "0644", "1777", "+755", "u+x", "go-w", "a=rX", "+t", "-t", "u=rwx,g=rx,o=",
         "u=rwx,g=rx,o=r", "+X", "ugo+rw", "a+rwx", "=r", "x", "888", "12345", "u+q", "",
         "u+x,,g+x", "u+x g+x", "og-x", "-x", "2755", "+rwxt")


def test_chmod(tree):
    for mode in MODES:
        tree("-chmod", mode, "{}/dir/one", "{}/dir/sub")
        tree("-ls", "-d", "{}/dir/one", "{}/dir/sub")
    tree("-chmod", "-R", "g+w", "{}/dir", "{}/missing")
    tree("-chmod", "700")
    tree("-ls", "-R", "{}")
    tree("-chmod", "777", "{}/dir", user="mallory")


def test_chown(tree):
    for name in ("alice", "alice:staff", ":users", "alice:", ":", "a b", "al/i@c.e-_+:gr.p",
                 "alice:staff:x", "", " alice "):
        tree("-chown", name, "{}/dir/one")
        tree("-ls", "{}/dir/one")
    for name in ("staff", "", "a:b", " staff "):
        tree("-chgrp", name, "{}/dir/one")
        tree("-ls", "{}/dir/one")
    tree("-chown", "-R", "bob:dev", "{}/dir", "{}/missing")
    tree("-chgrp", "-R", "ops", "{}/odd")
    tree("-ls", "-R", "{}")
    tree("-chown", "bob", "{}/zero", user="mallory")
    tree("-chown", "bob")


def test_permissions(tree):
    tree("-chmod", "700", "{}/dir")
    tree("-chmod", "1777", "{}")
    for words in (("-ls", "{}/dir"), ("-ls", "{}/dir/one"), ("-cat", "{}/dir/one"),
                  ("-mkdir", "{}/dir/x"), ("-rm", "{}/zero"), ("-rm", "-r", "{}/dir"),
                  ("-mv", "{}/zero", "{}/mine"), ("-touchz", "{}/dir/y"), ("-ls", "-R", "{}"),
                  ("-du", "{}"), ("-count", "{}"), ("-test", "-r", "{}/dir"),
                  ("-test", "-w", "{}/zero"), ("-test", "-r", "{}/zero"),
                  ("-test", "-e", "{}/dir/one"), ("-get", "{}/dir/one", "{local}/x"),
                  ("-setrep", "1", "{}/zero"), ("-chmod", "777", "{}/zero"),
                  ("-cp", "{}/dir/one", "{}/mine"), ("-touch", "{}/zero"), ("-df", "/")):
        if words[0] == "-df":
            continue  # Used space moves between both.
        tree(*words, user="mallory")


def test_count_du(tree):
    for options in ((), ("-q",), ("-h",), ("-v",), ("-q", "-v"), ("-q", "-h", "-v"), ("-u", "-v"),
                    ("-u", "-q", "-v"), ("-q", "-t", "", "-v"), ("-q", "-v", "-t", "ssd,disk"),
                    ("-u", "-v", "-h", "-t", "all"), ("-x", "-v"), ("-q", "-x"), ("-e", "-v"),
                    ("-s", "-v"), ("-e", "-s", "-q", "-v", "-h"), ("-t", "-v"),
                    ("-q", "-t", "tape")):
        tree("-count", *options, "{}", "{}/dir", "{}/zero", "{}/missing")
    tree("-count")
    for options in ((), ("-s",), ("-h",), ("-v",), ("-x",), ("-s", "-h", "-v"), ("-x", "-v", "-h")):
        tree("-du", *options, "{}", "{}/dir", "{}/zero", "{}/missing", "{}/dir/one")
    tree("-du", "-v", "{}/empty")
    tree("-dus", "{}")


def test_df(tree):
    ours, apache = (tree.shells[side]("dfs", "-df") for side in SIDES)
    assert ours.out.splitlines()[0].split() == apache.out.splitlines()[0].split()
    assert ours.out.splitlines()[1].split()[:2] == apache.out.splitlines()[1].split()[:2]
    tree("-df", "{}/missing")
    tree("-df", "-x")


def test_stat(tree):
    tree("-stat", "%a|%A|%b|%F|%g|%n|%o|%r|%u|%%|%z|%", "{}", "{}/dir/one", "{}/empty", "{}/zero",
         "{}/missing")
    tree("-stat", "%x %y %X %Y", "{}/dir/one")
    tree("-stat", "{}/dir/one", "{}/dir")
    tree("-stat", "-R", "%n %F", "{}")
    tree("-stat", "%n", "{}/odd/*")
    tree("-stat", "%n")
    tree("-stat")


def test_test(tree):
    for flag in "defswrz":
        for name in ("dir", "dir/one", "zero", "missing", "none*", "empty"):
            tree("-test", "-" + flag, "{}/" + name)
    tree("-test", "{}/dir")
    tree("-test", "-d", "-e", "{}/dir")
    tree("-test", "-q", "{}/dir")
    tree("-test", "-d", "{}/a", "{}/b")


def test_setrep_checksum(tree):
    tree("-setrep", "2", "{}/dir/one", "{}/dir", "{}/missing")
    tree("-setrep", "-w", "3", "{}/dir/big")
    tree("-setrep", "-R", "1", "{}/dir/sub")
    for bad in ("0", "-3", "x", "99999", "600"):
        tree("-setrep", bad, "{}/dir/one")
    tree("-setrep", "2")
    tree("-stat", "%r %n", "{}/dir/*")
    tree("-checksum", "{}/dir/one", "{}/dir/big", "{}/zero", "{}/dir", "{}/missing")
    tree("-checksum", "-v", "{}/dir/big")


def test_find(tree):
    for words in ((), ("-print",), ("-print0",), ("-name", "o*"), ("-iname", "A"), ("-name", "dir"),
                  ("-name", "*e", "-print"), ("-name", "*e", "-a", "-name", "o*"),
                  ("-name", "*e", "-and", "-iname", "ON?"), ("(", "-name", "o*", ")"),
                  ("-print", "-name", "one"), ("-nothing",), ("-name", "{one,big}")):
        tree("-find", "{}", *words)
    tree("-find", "{}/dir", "{}/zero", "{}/missing", "-name", "*")


def test_acls_and_attributes(tree):
    tree("-setfacl", "-m", "user:bob:r-x,group:ops:rw-", "{}/dir/one")
    tree("-getfacl", "{}/dir/one")
    tree("-setfacl", "-m", "default:user:bob:rwx", "{}/dir")
    tree("-getfacl", "-R", "{}/dir")
    tree("-ls", "{}/dir", "{}")
    tree("-cp", "-pa", "{}/dir/one", "{}/acl")
    tree("-getfacl", "{}/acl")
    tree("-chmod", "640", "{}/dir/one")
    tree("-getfacl", "{}/dir/one")
    tree("-setfacl", "-x", "user:bob", "{}/dir/one")
    tree("-setfacl", "-k", "{}/dir")
    tree("-setfacl", "-b", "{}/dir/one")
    tree("-setfacl", "--set", "user::rwx,group::r--,other::---,user:eve:r--", "{}/dir/one")
    tree("-getfacl", "-R", "{}")
    for words in (("-m", "user:bob", "{}/dir"), ("-m", "x:y:rwx", "{}/dir"), ("-b", "-m", "a", "b"),
                  ("-m", "user:bob:rwq", "{}/dir"), ("{}/dir",), ("-b",), ("-b", "a", "b"), ()):
        tree("-setfacl", *words)
    tree("-setfattr", "-n", "user.a", "-v", "text", "{}/dir/one")
    tree("-setfattr", "-n", "user.b", "-v", "0x616263", "{}/dir/one")
    tree("-setfattr", "-n", "user.c", "-v", "0sYWJj", "{}/dir/one")
    tree("-setfattr", "-n", "user.d", "{}/dir/one")
    for encoding in ("text", "hex", "base64", "none"):
        tree("-getfattr", "-d", "-e", encoding, "{}/dir/one")
    tree("-getfattr", "-n", "user.a", "{}/dir/one")
    tree("-getfattr", "-n", "user.none", "{}/dir/one")
    tree("-getfattr", "-R", "-d", "{}/dir")
    tree("-cp", "-px", "{}/dir/one", "{}/attr")
    tree("-getfattr", "-d", "{}/attr")
    tree("-setfattr", "-x", "user.a", "{}/dir/one")
    tree("-setfattr", "-n", "bad", "{}/dir/one")
    tree("-setfattr", "{}/dir/one")
    tree("-getfattr", "{}/dir/one")


def test_acls_of_whole_trees(tree):
    tree("-setfacl", "-R", "-m", "user:bob:rwx,default:group:ops:r-x", "{}/dir")
    tree("-getfacl", "-R", "{}/dir")
    tree("-ls", "-R", "{}")
    tree("-ls", "-d", "{}/dir")
    tree("-mkdir", "-p", "{}/dir/made/deep")
    tree("-touchz", "{}/dir/made/file")
    tree("-getfacl", "-R", "{}/dir/made")
    tree("-setfacl", "-R", "-x", "user:bob,default:group:ops", "{}/dir")
    tree("-setfacl", "-R", "--set", "user::rwx,group::r-x,other::---,user:eve:r-x,"
         "default:user:eve:rwx", "{}/dir")
    tree("-chmod", "-R", "g-w,o+r", "{}/dir")
    tree("-chmod", "1776", "{}/dir")
    tree("-getfacl", "-R", "{}/dir")
    tree("-setfacl", "-R", "-k", "{}/dir")
    tree("-setfacl", "-R", "-b", "{}/dir")
    tree("-getfacl", "-R", "{}/dir")


def test_acls_that_are_refused(tree):
    many = ",".join(f"user:u{i}:r--" for i in range(33))
    for spec in ("default:user:bob:r--", "mask::r-x", "other:bob:r--", many,
                 "user:bob:r--,user:bob:rwx", "group::r--,", ",user:bob:r--", "USER:bob:r--",
                 "default:mask::rwx", "user::rwx"):
        tree("-setfacl", "-m", spec, "{}/dir/one")
        tree("-setfacl", "--set", spec, "{}/dir/one")
        tree("-getfacl", "{}/dir/one")
    tree("-setfacl", "-x", "mask:", "{}/dir/one")
    tree("-setfacl", "-x", "user:", "{}/dir/one")
    tree("-setfacl", "-x", "user:bob:rwx", "{}/dir/one")
    tree("-setfacl", "-m", "user:bob:rwx", "{}/none")
    tree("-setfacl", "-b", "{}/none")
    tree("-getfacl", "{}/none")
    tree("-setfacl", "-k", "{}/dir/one")
    tree("-setfacl", "-m", "user:bob:rwx", "{}/dir/one", user="bob")
    tree("-chmod", "700", "{}/dir")
    tree("-getfacl", "{}/dir/one", user="bob")
    tree("-setfacl", "-m", "user:bob:rwx", "{}/*")
    tree("-getfacl", "{}/*")


def test_attributes_of_every_namespace(tree):
    for name in ("user.a", "USER.B", "trusted.a", "security.a", "system.a", "raw.a", "user",
                 "user.", ".a", "other.a", "security.hdfs.unreadable.by.superuser"):
        tree("-setfattr", "-n", name, "-v", "value", "{}/dir/one")
        tree("-setfattr", "-n", name, "{}/dir/one")
        tree("-getfattr", "-n", name, "{}/dir/one")
        tree("-getfattr", "-n", name, "{}/dir/one", user="bob")
        tree("-setfattr", "-n", name, "-v", "value", "{}/dir/one", user="bob")
    tree("-setfattr", "-n", "trusted.raw", "-v", "1", "/.reserved/raw{}/dir/one")
    tree("-setfattr", "-n", "raw.a", "-v", "1", "/.reserved/raw{}/dir/one")
    tree("-getfattr", "-d", "/.reserved/raw{}/dir/one")
    tree("-getfattr", "-d", "{}/dir/one")
    tree("-getfattr", "-d", "{}/dir/one", user="bob")
    tree("-cat", "{}/dir/one")
    tree("-setfattr", "-x", "security.hdfs.unreadable.by.superuser", "{}/dir/one")
    tree("-setfattr", "-n", "user.big", "-v", "x" * 16385, "{}/dir/one")
    tree("-setfattr", "-n", "user.hex", "-v", "0x0g", "{}/dir/one")
    tree("-setfattr", "-n", "user.quoted", "-v", '"in quotes"', "{}/dir")
    tree("-getfattr", "-n", "user.quoted", "-e", "hex", "{}/dir")
    tree("-setfattr", "-x", "user.none", "{}/dir")
    tree("-setfattr", "-x", "user.a", "{}/none")
    tree("-setfattr", "-n", "user.a", "-x", "user.a", "{}/dir")
    tree("-getfattr", "-R", "-n", "user.quoted", "{}/dir")
    for number in range(33):
        tree("-setfattr", "-n", f"user.n{number}", "-v", "x", "{}/dir/big")


def test_copies_that_keep_attributes(tree):
    tree("-setfacl", "-m", "user:bob:r-x,default:user:bob:rwx", "{}/dir")
    tree("-setfacl", "-m", "user:bob:rw-,mask::r--", "{}/dir/one")
    tree("-setfattr", "-n", "user.a", "-v", "text", "{}/dir/one")
    tree("-setfattr", "-n", "trusted.b", "-v", "text", "{}/dir")
    tree("-chmod", "1750", "{}/dir")
    tree("-chown", "alice:staff", "{}/dir/one")
    tree("-touch", "-m", "-t", "20200102:030405", "{}/dir/one")
    for letters in ("-p", "-pt", "-po", "-pp", "-pa", "-px", "-ptopax", "-pTOPAX"):
        target = "{}/to" + letters
        tree("-cp", letters, "{}/dir", target)
        tree("-getfacl", "-R", target)
        tree("-getfattr", "-R", "-d", target)
        tree("-stat", "%a %u %g %F", target, target + "/one")
    tree("-stat", "%y", "{}/to-pt/one", "{}/to-ptopax/one")
    tree("-cp", "/.reserved/raw{}/dir", "/.reserved/raw{}/raw")
    tree("-getfattr", "-R", "-d", "{}/raw")
    tree("-cp", "/.reserved/raw{}/dir", "{}/raw2")
    tree("-get", "-p", "{}/dir", "{local}/got")
    tree("-put", "-p", "{local}/got", "{}/back")
    tree("-getfacl", "-R", "{}/back")
    tree("-cp", "-pax", "{local}/got/one", "{}/from-local")
    tree("-getfacl", "{}/from-local")


def test_local_file_system(pair):
    pair.local("one", b"one\n")
    pair.local("dir/two", b"two\n")
    local = "file://{local}"
    pair("-ls", "-C", "-R", local)
    pair("-ls", local, local + "/one", local + "/missing", "file:{local}/dir")
    pair("-cat", local + "/one")
    pair("-mkdir", local + "/new")
    pair("-cp", local + "/one", local + "/new/copy")
    pair("-cp", local + "/dir", "{}/dir")
    pair("-cp", "{}/dir/two", local + "/back")
    pair("-mv", local + "/back", local + "/moved")
    pair("-stat", "%a %b %F %n %o %r", local + "/one", local + "/dir")
    pair("-du", "-s", local)
    pair("-count", local)
    pair("-test", "-e", local + "/one")
    pair("-touchz", local + "/empty")
    pair("-ls", "-C", "-d", local + "/{one,dir}", local + "/*")
    pair("-rm", "-r", local + "/new", local + "/none")
    pair("-checksum", local + "/one")
    pair("-ls", "nothing://host/path")
    left, right = pair.files()
    assert left == right


def test_damaged_local_file_is_not_put(pair):
    pair("-put", "-", "{}/file", stdin=b"good bytes")
    pair("-get", "-crc", "{}/file", "{local}/file")
    for side in SIDES:
        (pair.base / side / "file").write_bytes(b"bad  bytes")
    pair("-put", "{local}/file", "{}/again")
    pair("-ls", "{}")


@pytest.mark.parametrize("words", [
    (), ("-nothing",), ("ls",), ("nothing",), ("-usage",), ("-usage", "ls", "put"),
    ("-usage", "nothing"), ("-help", "nothing"), ("-ls", "-z"), ("-ls", ""), ("-cat", "a:b"),
    ("-ls", "/with:colon"), ("-rm", ""), ("-mkdir", ""), ("--", "-usage")])
def test_usage(both, words):
    both.name = "usage"
    both(*words)
    both.finish()


def test_help_names_every_command_and_option(both):
    both.name = "help"
    apache, ours = both.run("-help")
    usages = [line for line in apache.out.splitlines() if line.startswith("\t[")]
    assert [line for line in ours.out.splitlines() if line.startswith("\t[")] == usages
    assert apache.status == ours.status == 0
    for usage in usages:
        name = usage[2:-1].split()[0].lstrip("-")
        apache, ours = both.run("-help", name)
        assert ours.out.splitlines()[0] == apache.out.splitlines()[0]
        options = set(re.findall(r"^ *(-\w+)\b", apache.out, re.MULTILINE))
        assert options <= set(re.findall(r"-\w+", ours.out)), name


class TestAdmin:
    def test_report(self, both):
        both.name = "report"
        moving = re.compile(r"(Last contact|Last Block Report|Xceivers|DFS Used%?|DFS Remaining%?|"
                            r"Present Capacity|Non DFS Used|Num of Blocks|"
                            r"Under replicated blocks|Pending deletion blocks): .*")
        for options in ((), ("-live",), ("-dead",), ("-decommissioning",), ("-slownodes",),
                        ("-live", "-dead")):
            apache, ours = both.run("-report", *options, tool="dfsadmin")
            texts = [moving.sub(r"\1:", re.sub(r"\b\d+ \([\d.]+ \w+\)", "<size>", a.out))
                     for a in (apache, ours)]
            assert texts[0] == texts[1]
            assert apache.status == ours.status == 0
        both("-report", "-a", "-b", "-c", "-d", "-e", "-f", "-g", tool="dfsadmin")
        both.finish()

    @pytest.mark.parametrize("words", [
        ("-safemode", "get"), ("-safemode", "wait"), ("-safemode", "enter"), ("-safemode", "get"),
        ("-saveNamespace",), ("-saveNamespace", "-beforeShutdown"), ("-safemode", "leave"),
        ("-safemode", "x"), ("-safemode",), ("-saveNamespace",), ("-refreshNodes",),
        ("-printTopology",), ("-setBalancerBandwidth", "10m"), ("-setBalancerBandwidth", "x"),
        ("-setBalancerBandwidth", "-1"), ("-setBalancerBandwidth", "1z"), ("-upgrade", "query"),
        ("-upgrade", "x"), ("-finalizeUpgrade",), ("-metasave", "meta.txt"), ("-nothing",), (),
        ("-metasave",), ("-rollEdits", "x"), ("-getDatanodeInfo",),
        ("-triggerBlockReport", "-incremental"), ("-triggerBlockReport", "a", "b"),
        ("-setQuota", "10", "/nowhere"), ("-setQuota",), ("-setQuota", "x", "/"),
        ("-setSpaceQuota", "x", "/"), ("-setSpaceQuota", "1q", "/"), ("-clrQuota",),
        ("-setSpaceQuota", "1g", "-storageType", "TAPE", "/")])
    def test_command(self, both, words):
        both.name = "admin"
        both(*words, tool="dfsadmin")
        both.finish()

    def test_refuses_others(self, both):
        both.name = "others"
        # Space of the machine's disk moves between two reports: refusals are compared, not sizes.
        apache, ours = both.run("-report", tool="dfsadmin", user="mallory")
        assert (apache.status, apache.err) == (ours.status, ours.err)
        for words in (("-safemode", "enter"), ("-refreshNodes",)):
            both(*words, tool="dfsadmin", user="mallory")
        both.finish()

    def test_roll_edits(self, both):
        both.name = "roll"
        apache, ours = both.run("-rollEdits", tool="dfsadmin")
        number = re.compile(r"txid \d+")
        assert number.sub("txid", ours.out) == number.sub("txid", apache.out)

    def test_quotas(self, both):
        pair = both.place("quotas")
        pair("-setQuota", "5", "{}", tool="dfsadmin")
        pair("-setSpaceQuota", "10m", "{}", tool="dfsadmin")
        pair("-setSpaceQuota", "3m", "-storageType", "DISK", "{}", tool="dfsadmin")
        pair("-count", "-q", "-v", "{}")
        pair("-count", "-q", "-h", "-v", "-u", "{}")
        pair("-count", "-q", "-v", "-t", "all", "{}")
        pair("-mkdir", "{}/a", "{}/b", "{}/c", "{}/d", "{}/e")
        pair("-put", "-", "{}/a/file", stdin=bytes(5 << 20))
        pair("-clrSpaceQuota", "-storageType", "DISK", "{}", tool="dfsadmin")
        pair("-clrSpaceQuota", "{}", tool="dfsadmin")
        pair("-clrQuota", "{}", "{}/none", tool="dfsadmin")
        pair("-count", "-q", "{}")
        pair.finish()

    def test_datanodes(self, both):
        both.name = "datanodes"
        address = f"127.0.0.1:{both.cluster.datanodes[0].ports['ipc']}"
        for words in (("-triggerBlockReport", address),
                      ("-triggerBlockReport", "-incremental", address),
                      ("-getBalancerBandwidth", address), ("-refreshNamenodes", address),
                      ("-evictWriters", address), ("-shutdownDatanode", address, "x")):
            both(*words, tool="dfsadmin")
        both.finish()
        apache, ours = both.run("-getDatanodeInfo", address, tool="dfsadmin")
        number = re.compile(r"Uptime: \d+")
        assert number.sub("", ours.out) == number.sub("", apache.out)
        assert ours.status == apache.status == 0
