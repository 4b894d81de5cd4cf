# SPDX-License-Identifier: Apache-2.0
"""A datanode's pages, against those of a real Apache datanode."""

import json
import re
import urllib.error
import urllib.request

import pytest

from tests.harness.cluster import ROOT, Cluster
from tests.harness.process import wait_for

GOLDEN = ROOT / "tests" / "golden" / "jmx" / "datanode.json"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("dnhttp"), datanodes=("cairn",)) as running:
        assert running.cairn("dfs", "-put", "-", "/f", stdin=b"x" * 100_000).returncode == 0
        yield running


def get(cluster, path):
    url = f"http://127.0.0.1:{cluster.datanodes[0].ports['http']}{path}"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def kind(value):
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def by_kind(beans):
    """By name without what differs between machines: ports, host, uuid."""
    return {re.sub(r"(DataNodeActivity-|FSDatasetState-|ForPort|DataNodeVolume-)\S+$", r"\1",
                   bean["name"]): bean for bean in beans}


def test_every_attribute_is_one_of_apaches_and_has_its_type(cluster):
    golden = by_kind(json.loads(GOLDEN.read_text())["beans"])
    beans = by_kind(cluster.datanodes[0].jmx("Hadoop:*"))
    assert any("DataNodeInfo" in name for name in beans)
    for name, bean in beans.items():
        assert name in golden, name
        if name.endswith("RpcDetailedActivityForPort"):
            continue  # One attribute for each method that was called.
        for attribute, value in bean.items():
            assert attribute in golden[name], f"{name}: {attribute}"
            assert kind(value) == kind(golden[name][attribute]), f"{name}: {attribute}"


def test_counts_follow_what_happens(cluster):
    def written():
        beans = cluster.datanodes[0].jmx("Hadoop:service=DataNode,name=DataNodeActivity*")
        return beans[0]["BytesWritten"] >= 100_000
    wait_for(written, "the bytes that were written")
    assert "cairn_" in get(cluster, "/metrics")[1]


def test_the_namenode_knows_the_port(cluster):
    info = cluster.namenode.jmx("Hadoop:service=NameNode,name=NameNodeInfo")[0]
    live = list(json.loads(info["LiveNodes"]).values())
    assert live[0]["infoAddr"].endswith(f":{cluster.datanodes[0].ports['http']}")


def test_pages(cluster):
    assert get(cluster, "/conf")[0] == 200
    assert get(cluster, "/")[0] == 200
    status, text = get(cluster, "/webhdfs/v1/f?op=OPEN")
    assert status == 404 and len(text) > 10
