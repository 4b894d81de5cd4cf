# SPDX-License-Identifier: Apache-2.0
"""Each operation by each kind of user on each kind of permission: the answers of Apache's namenode
and of ours are equal."""

import pytest

from tests.harness.namenode_pair import SUPER, NamenodePair

OWNER, MEMBER, LISTED, LISTED_GROUP, NOBODY, ADMIN = "alice", "bob", "eve", "carol", "zoe", "sam"
USERS = (OWNER, MEMBER, LISTED, LISTED_GROUP, NOBODY, ADMIN, SUPER)

# How the directory and what is in it is protected: mode of directories, of files, list.
LISTED_MAY = "user:eve:{0},group:ops:{0}"
PROTECTIONS = {
    "open": ("777", "666", None),
    "group": ("770", "660", None),
    "group may read": ("750", "640", None),
    "owner": ("700", "600", None),
    "others but not the group": ("707", "606", None),
    "nobody": ("0", "0", None),
    "pass only": ("711", "600", None),
    "sticky": ("1777", "666", None),
    "listed may all": ("700", "600", LISTED_MAY.format("rwx")),
    "listed may read": ("770", "660", LISTED_MAY.format("r-x")),
    "mask": ("700", "600", LISTED_MAY.format("rwx") + ",mask::--x"),
    "listed may nothing": ("777", "666", LISTED_MAY.format("---")),
    "defaults": ("770", "660", "default:user:eve:rwx,default:group:ops:r--"),
}

# "{}" is the directory; in it "f" and "g" are files, "sub" a directory with a file.
CHANGES = [
    ("mkdirs", "{}/new", "755", "true"), ("mkdirs", "{}/sub", "755", "true"),
    ("mkdirs", "{}/sub/new/deep", "755/777", "true"),
    ("create", "{}/new", "644", "closed", "true"), ("create", "{}/new", "644/666", "open", "true"),
    ("create", "{}/f", "644", "overwrite", "true"), ("create", "{}/f", "644", "closed", "true"),
    ("append", "{}/f"), ("recoverLease", "{}/f"), ("complete", "{}/f"),
    ("delete", "{}/f", "false"), ("delete", "{}/sub", "true"), ("delete", "{}", "true"),
    ("rename", "{}/f", "{}/h"), ("rename", "{}/f", "{}/sub"), ("rename", "{}", "{}-moved"),
    ("rename2", "{}/f", "{}/h", "NONE"), ("rename2", "{}/f", "{}/g", "OVERWRITE"),
    ("rename2", "{}/sub", "/free/sub", "NONE"),
    ("setReplication", "{}/f", "2"), ("setPermission", "{}/f", "604"),
    ("setPermission", "{}", "1755"), ("setOwner", "{}/f", "", "staff"),
    ("setOwner", "{}/f", "", "ops"), ("setOwner", "{}/f", "eve", ""),
    ("setOwner", "{}/f", OWNER, "staff"),
    ("setTimes", "{}/f", "5", "6"), ("setTimes", "{}", "5", "6"),
    ("setQuota", "{}", "9", "-1", ""), ("setQuota", "{}", "9223372036854775807", "9", "SSD"),
    ("setStoragePolicy", "{}/f", "COLD"), ("setStoragePolicy", "{}", "COLD"),
    ("unsetStoragePolicy", "{}"),
    ("modifyAclEntries", "{}/f", "user:zoe:rwx"), ("removeAclEntries", "{}/f", "user:eve:---"),
    ("removeDefaultAcl", "{}"), ("removeAcl", "{}/f"),
    ("setAcl", "{}/sub", "user::rwx,group::---,other::---,default:user:zoe:rwx"),
    ("setXAttr", "{}/f", "USER.b", "v", "CREATE"), ("setXAttr", "{}", "USER.b", "v", "CREATE"),
    ("setXAttr", "{}/f", "TRUSTED.b", "v", "CREATE"),
    ("setXAttr", "{}/f", "SYSTEM.b", "v", "CREATE"),
    ("setXAttr", "{}/f", "SECURITY.hdfs.unreadable.by.superuser", "", "CREATE"),
    ("setXAttr", "/.reserved/raw{}/f", "RAW.b", "v", "CREATE"),
    ("removeXAttr", "{}/f", "USER.a"), ("removeXAttr", "{}/f", "TRUSTED.a"),
    ("createSymlink", "/free", "{}/link"),
]
WITH_DATA = [("truncate", "{}/f", "0"), ("concat", "{}/f", "{}/g"), ("concat", "{}/g", "{}/sub/x")]
QUESTIONS = [
    *[(operation, "{}" + name) for name in ("", "/f", "/none", "/f/x")
      for operation in ("getFileInfo", "getFileLinkInfo", "getLocatedFileInfo", "getListing",
                        "getAclStatus", "listXAttrs", "getBlockLocations", "getContentSummary",
                        "getQuotaUsage", "getPreferredBlockSize", "getStoragePolicy",
                        "isFileClosed", "getLinkTarget", "getEZForPath", "listCorruptFileBlocks",
                        "listOpenFiles")],
    *[("checkAccess", "{}" + name, action) for name in ("", "/f", "/none")
      for action in ("NONE", "READ", "WRITE", "EXECUTE", "READ_WRITE", "ALL")],
    ("getXAttrs", "{}/f", ""), ("getXAttrs", "{}/f", "USER.a"), ("getXAttrs", "{}/f", "TRUSTED.a"),
    ("getXAttrs", "{}/f", "USER.none"), ("getXAttrs", "{}/f", "SYSTEM.a"),
    ("getXAttrs", "/.reserved/raw{}/f", ""), ("getFileInfo", "/.reserved/raw{}/f"),
    ("getContentSummary", "{}/sub"), ("getListing", "{}/sub"),
    ("setSafeMode", "SAFEMODE_GET"), ("setSafeMode", "SAFEMODE_LEAVE"), ("saveNamespace",),
]
# Nothing but administrators' business.
ADMINISTRATION = {"setQuota", "saveNamespace", "listOpenFiles"}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    with NamenodePair(tmp_path_factory.mktemp("pair")) as both:
        both.do(SUPER, "mkdirs", "/free", "777", "true")
        both.do(SUPER, "setPermission", "/free", "777")
        yield both


class Sandbox:
    """Directories with the same things in them, each used once."""

    def __init__(self, pair, protection):
        self.pair = pair
        self.directory_mode, self.file_mode, self.acl = PROTECTIONS[protection]
        self.top = f"/{protection.replace(' ', '-')}"
        self.number = 0

    def make(self, data):
        self.number += 1
        place = f"{self.top}/{self.number}"
        do = self.pair.do
        do(SUPER, "mkdirs", f"{place}/sub", "755", "true")
        for name in ("f", "g", "sub/x"):
            if data:
                do(SUPER, "write", f"{place}/{name}", "1000")
            else:
                do(SUPER, "create", f"{place}/{name}", "644", "closed", "true")
        for space in ("USER", "TRUSTED"):
            do(SUPER, "setXAttr", f"{place}/f", f"{space}.a", "value", "CREATE")
        for name in ("/f", "/g", "/sub/x", "/sub", ""):
            directory = name in ("/sub", "")
            do(SUPER, "setOwner", place + name, OWNER, "staff")
            do(SUPER, "setPermission", place + name,
               self.directory_mode if directory else self.file_mode)
            if self.acl and (directory or not self.acl.startswith("default")):
                do(SUPER, "modifyAclEntries", place + name, self.acl)
        return place


def answers(sandbox, operations, differences, data=False):
    """Who was let: operation and user."""
    let = set()
    place = sandbox.make(data)
    for operation, *arguments in operations:
        for user in USERS:
            words = (user, operation, *[a.replace("{}", place) for a in arguments])
            apache, ours = sandbox.pair.ask(*words)
            if apache != ours:
                differences.append(f"{words}\n  Apache: {apache}\n  ours:   {ours}")
            if not apache.startswith("ok "):
                continue
            let.add((operation, user))
            if (operation, *arguments) not in QUESTIONS:
                apache, ours = sandbox.pair.ask(SUPER, "getListing", place)
                if apache != ours:
                    differences.append(f"after {words}\n  Apache: {apache}\n  ours:   {ours}")
                place = sandbox.make(data)
    return let


@pytest.mark.parametrize("protection", PROTECTIONS)
def test_who_may_what(pair, protection):
    differences = []
    sandbox = Sandbox(pair, protection)
    let = answers(sandbox, QUESTIONS + CHANGES, differences)
    let |= answers(sandbox, WITH_DATA, differences, data=True)
    assert not differences, "\n".join(differences[:20])
    for operation in ADMINISTRATION:
        assert not any((operation, user) in let for user in (OWNER, NOBODY)), operation
    for operation, *_ in CHANGES + WITH_DATA:
        if operation != "createSymlink":
            assert (operation, SUPER) in let, operation
    if protection == "owner":
        assert ("append", OWNER) in let and ("append", MEMBER) not in let
