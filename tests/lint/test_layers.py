# SPDX-License-Identifier: Apache-2.0
"""The layers: who may include whom. Link lists alone do not stop an include."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What each folder may include of the project, beside itself. The longest prefix decides.
ALLOWED = {
    "common/util": [],
    "common/model": ["common/util"],
    "common/log": ["common/util"],
    "common/io": ["common/util"],
    "common/config": ["common/util", "common/io", "common/log"],
    "common/metrics": ["common/util"],
    "common/wire": ["common/util", "common/model"],
    "common/net": ["common/util", "common/log", "common/model"],
    "common/web": ["common/util", "common/config", "common/metrics", "common/net", "common/rpc"],
    "common/rpc": ["common/util", "common/model", "common/log", "common/net", "common/wire"],
    "namenode/tree": ["common/util", "common/model", "common/log"],
    "namenode/blocks": ["common/util", "common/model", "common/log", "common/config"],
    "namenode/journal": ["common/util", "common/model", "common/log", "common/io", "common/wire"],
    "namenode/image": ["common", "namenode/tree", "namenode/blocks", "namenode/journal"],
    "namenode/namesystem": ["common/util", "common/model", "common/log", "common/io",
                            "common/config", "namenode/tree", "namenode/blocks",
                            "namenode/journal", "namenode/image"],
    "namenode/ha": ["common/util", "common/model"],
    "namenode/ha_link": ["common", "namenode/ha", "namenode/journal"],
    "namenode/frontend": ["common", "namenode/namesystem"],
    "namenode": ["common", "namenode"],
    "datanode/store": ["common/util", "common/model", "common/log", "common/io",
                       "common/config"],
    "datanode/transfer": ["common", "datanode/store"],
    "datanode/agent": ["common", "datanode/store", "datanode/transfer"],
    "datanode/frontend": ["common", "datanode/store", "datanode/transfer", "datanode/agent"],
    "datanode": ["common", "datanode"],
    "libclient": ["common"],
    "gateway": ["common", "libclient"],
    "tools": ["common", "namenode", "datanode", "libclient", "gateway"],
}

INCLUDE = re.compile(r'^\s*#include\s+["<]([^">]+)[">]', re.M)
OURS = ("common/", "namenode/", "datanode/", "libclient/", "gateway/", "tools/", "tests/", "bench/")
# Facts and plain numbers that a front-end shows; it reaches the state only through the namesystem.
FRONTEND_MAY_SEE = {
    "namenode/frontend/hadoop_rpc": ["namenode/journal/storage.h"],
    "namenode/frontend/http": ["namenode/journal/storage.h"],
}


def sources():
    for top in ("common", "namenode", "datanode", "libclient", "gateway", "tools"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in (".h", ".cc"):
                yield path.relative_to(ROOT)


def layer(name):
    best = ""
    for prefix in ALLOWED:
        if name.startswith(prefix + "/") and len(prefix) > len(best):
            best = prefix
    return best


def includes(path):
    return INCLUDE.findall((ROOT / path).read_text())


@pytest.mark.parametrize("path", list(sources()), ids=str)
def test_includes_follow_the_layers(path):
    own = layer(str(path))
    folder = str(path.parent)
    for target in includes(path):
        if not target.startswith(OURS):
            continue
        allowed = [own, folder, *ALLOWED[own]]
        # Generated protobuf headers are bytes, not domain types: see below.
        ok = any(target.startswith(a + "/") for a in allowed)
        ok = ok or any(folder.startswith(f) and target in seen
                       for f, seen in FRONTEND_MAY_SEE.items())
        assert ok, f"{path} includes {target}; {own} may include only {ALLOWED[own]}"


def test_protobuf_stays_out_of_headers():
    for path in sources():
        if path.suffix != ".h" or str(path).startswith("common/wire/"):
            continue
        for target in includes(path):
            assert not target.endswith(".pb.h"), f"{path}: generated headers belong into .cc files"
            assert not target.startswith("google/protobuf"), f"{path} includes {target}"
            assert target != "common/wire/converters.h", f"{path} shows protobuf types"


ASIO_MAY_BE_IN = ("common/net/", "common/rpc/", "namenode/frontend/", "namenode/ha_link/",
                  "datanode/frontend/", "gateway/", "tools/")


def test_asio_stays_in_its_folders():
    for path in sources():
        for target in includes(path):
            if target == "boost/asio.hpp":
                assert str(path) == "common/net/async.h", f"{path}: include common/net/async.h"
            if target.startswith("boost/asio") or target == "common/net/async.h":
                assert str(path).startswith(ASIO_MAY_BE_IN), f"{path} includes {target}"


def test_halves_never_include_each_other():
    for path in sources():
        top = path.parts[0]
        if top not in ("namenode", "datanode", "libclient"):
            continue
        for target in includes(path):
            for other in ("namenode", "datanode", "libclient"):
                assert other == top or not target.startswith(other + "/"), f"{path}: {target}"
