# SPDX-License-Identifier: Apache-2.0
"""Random operations of several users go to Apache's namenode and to ours by the same client: every
answer, exception class, message and the final tree must be equal.

CAIRN_DIFFERENTIAL_SEEDS and CAIRN_DIFFERENTIAL_STEPS make it longer: "5,6,7" and "100000".
"""

import os
import random
import re
import xml.etree.ElementTree as xml

import pytest

from tests.harness import hadoop
from tests.harness.namenode_pair import GROUPS, SUPER, USERS, NamenodePair
from tests.harness.process import wait_for

SEEDS = [int(s) for s in os.environ.get("CAIRN_DIFFERENTIAL_SEEDS", "1,2,3").split(",")]
STEPS = int(os.environ.get("CAIRN_DIFFERENTIAL_STEPS", "4000"))
ACTIONS = ("NONE", "EXECUTE", "WRITE", "WRITE_EXECUTE", "READ", "READ_EXECUTE", "READ_WRITE", "ALL")
QUESTIONS = ("getFileInfo", "getFileLinkInfo", "getLocatedFileInfo", "getListing", "getAclStatus",
             "listXAttrs", "getBlockLocations", "getContentSummary", "getQuotaUsage",
             "getPreferredBlockSize", "getStoragePolicy", "isFileClosed", "getLinkTarget",
             "getEZForPath", "listCorruptFileBlocks", "listOpenFiles", "getEnclosingRoot")
VARYING_FIELDS = ("TXID", "INODEID", "RPC_CLIENTID", "RPC_CALLID", "CLIENT_MACHINE")
POLICIES = ("HOT", "COLD", "ONE_SSD", "ALL_SSD", "LAZY_PERSIST", "no such policy")


class Dice:
    """Operations with their arguments, from a seed."""

    def __init__(self, seed, top):
        self.random = random.Random(seed)
        self.top = top

    def path(self):
        names = [self.random.choice("abcd") for _ in range(self.random.choice((0, 1, 1, 2, 2, 3)))]
        path = "/".join([self.top, *names])
        odd = self.random.randrange(60)
        if odd == 0:
            return "/.reserved/raw" + path
        if odd == 1:
            return "id:" + path
        if odd == 2:
            return self.random.choice(
                (path + "/", "/" + path, path.replace("/", "//"), path + "/../x", path[1:],
                 path + "/.", "/.reserved", "/.reserved/x", "/", path + "/.snapshot",
                 path + "/a:b", "/.reserved/.inodes"))
        return path

    def mode(self):
        mode = self.random.choice((0o777, 0o755, 0o700, 0o750, 0o000, 0o1777,
                                   self.random.randrange(0o2000)))
        return f"{mode:o}"

    def new_mode(self):
        """With what it was before the umask, as newer clients send it."""
        mode = self.mode()
        if self.random.randrange(3) == 0:
            return mode
        return f"{int(mode, 8) & ~0o022:o}/{mode}"

    def entry(self, scope, kind, name=""):
        return f"{scope}{kind}:{name}:{self.action_bits()}"

    def action_bits(self):
        bits = self.random.randrange(8)
        return "".join(c if bits & b else "-" for c, b in (("r", 4), ("w", 2), ("x", 1)))

    def acl(self, whole):
        entries = []
        for scope in ("", "default:"):
            if self.random.randrange(3) == 0:
                continue
            if whole and self.random.randrange(6):
                entries += [self.entry(scope, kind) for kind in ("user", "group", "other")]
            for _ in range(self.random.randrange(3)):
                kind = self.random.choice(("user", "user", "group", "group", "mask", "other"))
                named = kind in ("user", "group") or self.random.randrange(20) == 0
                name = self.random.choice(("", "alice", "bob", "eve", "staff", "ops", "new"))
                entries.append(self.entry(scope, kind, name if named else ""))
        if self.random.randrange(100) == 0:
            count = self.random.choice((28, 33))
            entries += [self.entry("", "user", f"u{i}") for i in range(count)]
        self.random.shuffle(entries)
        return ",".join(entries)

    def xattr(self):
        space = self.random.choice(("USER",) * 6 + ("TRUSTED", "SYSTEM", "SECURITY", "RAW"))
        name = self.random.choice(("a", "b", "c", f"n{self.random.randrange(40)}"))
        if space == "SECURITY" and self.random.randrange(2):
            name = "hdfs.unreadable.by.superuser"
        return f"{space}.{name}"

    def value(self):
        return self.random.choice(("", "-", "v", "w", "longer value", "*1024", "*1025", "*16383",
                                   "*16384", "*20000"))

    def boolean(self):
        return self.random.choice(("true", "false"))

    def step(self):
        """User, operation, arguments."""
        user = self.random.choice((SUPER, *USERS))
        kind = self.random.choice((self.names,) * 3 + (self.files,) * 3 + (self.permissions,) * 2 +
                                  (self.acls,) * 4 + (self.xattrs,) * 3 + (self.others,) +
                                  (self.questions,) * 5)
        return (user, *kind())

    def names(self):
        path = self.path()
        return self.random.choice((
            ("mkdirs", path, self.new_mode(), self.boolean()),
            ("mkdirs", path, self.new_mode(), "true"),
            ("delete", path, self.boolean()),
            ("rename", path, self.path()),
            ("rename2", path, self.path(), self.random.choice(("NONE", "OVERWRITE", "TO_TRASH")))))

    def files(self):
        path = self.path()
        how = self.random.choice(("closed", "closed", "overwrite", "open"))
        return self.random.choice((
            ("create", path, self.new_mode(), how, self.boolean()),
            ("create", path, self.new_mode(), how, "true"),
            ("append", path), ("complete", path), ("recoverLease", path),
            ("truncate", path, self.random.randrange(2)),
            ("concat", path, ",".join(self.path() for _ in range(1 + self.random.randrange(2))))))

    def permissions(self):
        who = self.random.choice(("", *GROUPS))
        group = self.random.choice(("", "staff", "ops", "new"))
        return self.random.choice((("setPermission", self.path(), self.mode()),
                                   ("setPermission", self.path(), self.mode()),
                                   ("setOwner", self.path(), who, group)))

    def acls(self):
        path = self.path()
        return self.random.choice((
            ("setAcl", path, self.acl(True)),
            ("modifyAclEntries", path, self.acl(False)),
            ("modifyAclEntries", path, self.acl(False)),
            ("removeAclEntries", path, self.acl(False)),
            ("removeDefaultAcl", path), ("removeAcl", path)))

    def xattrs(self):
        path = self.path()
        flags = self.random.choice(("CREATE", "REPLACE", "CREATE,REPLACE", "CREATE,REPLACE", ""))
        wanted = ",".join(self.xattr() for _ in range(self.random.randrange(3)))
        return self.random.choice((
            ("setXAttr", path, self.xattr(), self.value(), flags),
            ("setXAttr", path, self.xattr(), self.value(), "CREATE,REPLACE"),
            ("removeXAttr", path, self.xattr()),
            ("getXAttrs", path, wanted)))

    def others(self):
        path = self.path()
        quota = self.random.choice((-1, 1, 5, 100, 2**63 - 1, 0, -2))
        space = self.random.choice((-1, 2**63 - 1, 2**63 - 1, 1 << 20, 1 << 30))
        return self.random.choice((
            ("setTimes", path, self.random.randrange(-1, 1000), self.random.randrange(-1, 1000)),
            ("setReplication", path, self.random.choice((0, 1, 2, 3, 600))),
            ("setQuota", path, quota, space, self.random.choice(("", "", "DISK", "SSD"))),
            ("setStoragePolicy", path, self.random.choice(POLICIES)),
            ("unsetStoragePolicy", path),
            ("createSymlink", path, self.path())))

    def questions(self):
        if self.random.randrange(4) == 0:
            return ("checkAccess", self.path(), self.random.choice(ACTIONS))
        return (self.random.choice(QUESTIONS), self.path())


def entries(pair, path, dump):
    """Each path below, with everything that there is to know of it."""
    dump[path] = [pair.same(SUPER, operation, path, *more) for operation, *more in (
        ("getFileInfo",), ("getAclStatus",), ("getXAttrs", ""), ("getStoragePolicy",))]
    listing = pair.same(SUPER, "getListing", path)
    for name in re.findall(r"(?:^ok |; )([^:;]+): \{", listing):
        if name:
            entries(pair, f"{path.rstrip('/')}/{name}", dump)
    return dump


def run(pair, seed, steps, top):
    """Differences, one of each kind, up to the first after which the trees differ; and how many
    calls Apache's namenode refused."""
    dice = Dice(seed, top)
    differences = {}
    refused = 0
    for number in range(steps):
        words = dice.step()
        apache, ours = pair.ask(*words)
        refused += not apache.startswith("ok ")
        if apache == ours:
            continue
        kind = (words[1], apache.split(":")[0], ours.split(":")[0])
        differences.setdefault(kind, f"seed {seed}, step {number}: {words}\n  Apache: {apache}\n"
                                     f"  ours:   {ours}")
        harmless = words[1] in QUESTIONS or apache[:3] != "ok " and ours[:3] != "ok "
        if not harmless:
            break
    return list(differences.values()), refused


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    with NamenodePair(tmp_path_factory.mktemp("pair")) as both:
        yield both


@pytest.mark.parametrize("seed", SEEDS)
def test_random_operations(pair, seed):
    top = f"/top{seed}"
    pair.do(SUPER, "mkdirs", top, "777", "true")
    pair.do(SUPER, "setPermission", top, "777")
    differences, refused = run(pair, seed, STEPS, top)
    assert not differences, "\n".join(differences)
    # Otherwise the dice do not say much.
    assert STEPS * 0.2 < refused < STEPS * 0.9, refused
    entries(pair, top, {})


def view(cluster, viewer, path, out):
    """What Apache's viewer says of an image or a log, as XML."""
    viewed = hadoop.run(viewer, cluster.conf, "-p", "XML", "-i", str(path), "-o", str(out))
    assert viewed.returncode == 0, viewed.stderr
    return xml.parse(out)


def inodes(image):
    """Each inode's text by its path, without times and numbers."""
    children = {int(d.findtext("parent")): [int(c.text) for c in d.findall("child")]
                for d in image.find("INodeDirectorySection").findall("directory")}
    by_id = {int(i.findtext("id")): i for i in image.find("INodeSection").findall("inode")}
    texts = {}

    def add(path, number):
        inode = by_id[number]
        for child in list(inode):
            if child.tag in ("mtime", "atime", "id"):
                inode.remove(child)
        texts[path or "/"] = "".join(xml.tostring(inode).decode().split())
        for child in children.get(number, ()):
            add(f"{path}/{by_id[child].findtext('name')}", child)

    add("", 16385)
    return texts


def records(log):
    """The changes of names and attributes in a log, without times and identities of calls."""
    found = []
    for record in log.findall("RECORD"):
        data = record.find("DATA")
        if data.findtext("SRC") is not None and data.findtext("SRC") == data.findtext("DST"):
            continue  # A rename to what is there already, which only Apache's log has.
        for child in list(data):
            if "TIME" in child.tag or child.tag in VARYING_FIELDS:
                data.remove(child)
        text = "".join(xml.tostring(data).decode().split())
        # Apache's has the path of a quota as it was asked for, which its own loader does not find.
        found.append(f"{record.findtext('OPCODE')} {text.replace('/.reserved/raw/', '/')}")
    return found


def test_logs_and_images_say_the_same(pair, tmp_path):
    """Afterwards: both logs have the same records, the trees outlive a restart, both images have
    the same inodes, and Apache's namenode serves our directory."""
    before = entries(pair, "/", {})
    logs, images = [], []
    for cluster in pair.clusters:
        current = cluster.namenode.data / "current"
        for arguments in (("-rollEdits",), ("-safemode", "enter")):
            assert cluster.cairn("dfsadmin", *arguments).returncode == 0
        logs.append([record for segment in sorted(current.glob("edits_*-*"))
                     for record in records(view(cluster, "oev", segment, tmp_path / "log.xml"))])
        assert cluster.cairn("dfsadmin", "-saveNamespace").returncode == 0
        image = max(p for p in current.glob("fsimage_*") if p.suffix != ".md5")
        images.append(inodes(view(cluster, "oiv", image, tmp_path / "image.xml")))
    assert logs[0] == logs[1]
    assert images[0] == images[1]
    for cluster in pair.clusters:
        cluster.namenode.kill()
        cluster.namenode.start()
        cluster.wait_ready()
    wait_for(lambda: all(a.startswith("ok ") for a in pair.ask(SUPER, "getFileInfo", "/")),
             "the client's new connections")
    assert entries(pair, "/", {}) == before
