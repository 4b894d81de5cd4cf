# SPDX-License-Identifier: Apache-2.0
"""The examples in conf/: every key has an effect or is Apache's, and they say what they mean to."""

import subprocess
import xml.etree.ElementTree

import pytest

from tests.harness.cluster import CAIRN, ROOT

# Read by Apache's clients only.
APACHES = ("dfs.client.failover.proxy.provider.",)


def getconf(example, *arguments):
    return subprocess.run([str(CAIRN), "--config", str(ROOT / "conf" / example), "getconf",
                           *arguments], capture_output=True, timeout=60)


def keys_of(example):
    for name in ("core-site.xml", "hdfs-site.xml"):
        tree = xml.etree.ElementTree.parse(ROOT / "conf" / example / name)
        yield from (prop.findtext("name") for prop in tree.iter("property"))


@pytest.mark.parametrize("example", ["single", "ha"])
def test_every_key_has_an_effect(example):
    known = set(getconf(example, "-docs").stdout.decode().split("`"))
    for key in keys_of(example):
        plain = key.split(".cluster")[0]
        assert plain in known or key.startswith(APACHES), key


def test_the_namenodes_are_found():
    single = getconf("single", "-nnRpcAddresses")
    assert (single.returncode, single.stdout) == (0, b"namenode.example:8020\n")
    pair = getconf("ha", "-nnRpcAddresses")
    assert (pair.returncode, pair.stdout) == \
        (0, b"namenode1.example:8020\nnamenode2.example:8020\n")
    assert getconf("ha", "-namenodes").stdout == b"namenode1.example namenode2.example\n"


def test_haadmin_knows_both():
    for name, known in (("nn1", True), ("nn2", True), ("nn3", False)):
        done = subprocess.run([str(CAIRN), "--config", str(ROOT / "conf" / "ha"), "haadmin", "-D",
                               "ipc.client.connect.timeout=100", "-getServiceState", name],
                              capture_output=True, timeout=60)
        assert done.returncode == 255
        unknown = b"Unable to determine service address" in done.stderr
        assert unknown != known, done.stderr
