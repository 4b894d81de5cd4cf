# SPDX-License-Identifier: Apache-2.0
"""The namenode's pages: what exporters, scripts and Apache's tools read."""

import json
import re
import socket
import urllib.error
import urllib.request

import pytest

from tests.harness.cluster import ROOT, Cluster
from tests.harness.process import can_connect, wait_for

GOLDEN = ROOT / "tests" / "golden" / "jmx" / "namenode.json"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("http"), datanodes=()) as running:
        wait_for(lambda: can_connect(running.namenode.ports["http"]), "the HTTP port")
        yield running


def get(cluster, path, method="GET", headers=None):
    """(status, headers, body)"""
    url = f"http://127.0.0.1:{cluster.namenode.ports['http']}{path}"
    request = urllib.request.Request(url, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def kind(value):
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    return type(value).__name__


def beans_by_name(beans):
    """With the ports taken out of the names."""
    return {re.sub(r"\d+$", "", bean["name"]): bean for bean in beans}


def test_every_attribute_is_one_of_apaches_and_has_its_type(cluster):
    golden = beans_by_name(json.loads(GOLDEN.read_text())["beans"])
    for name, bean in beans_by_name(cluster.namenode.jmx("Hadoop:*")).items():
        assert name in golden
        for attribute, value in bean.items():
            assert attribute in golden[name], f"{name}: {attribute}"
            assert kind(value) == kind(golden[name][attribute]), f"{name}: {attribute}"


def test_what_exporters_cannot_do_without_is_there(cluster):
    names = beans_by_name(cluster.namenode.jmx("*:*"))
    system = names["Hadoop:service=NameNode,name=FSNamesystem"]
    for attribute in ("MissingBlocks", "CapacityTotal", "CapacityUsed", "CapacityRemaining",
                      "CapacityUsedNonDFS", "BlocksTotal", "FilesTotal", "CorruptBlocks",
                      "ExcessBlocks", "StaleDataNodes"):
        assert isinstance(system[attribute], int)
    assert system["tag.HAState"] == "active"
    memory = names["java.lang:type=Memory"]["HeapMemoryUsage"]
    assert set(memory) == {"committed", "init", "max", "used"}


def test_texts_that_hold_json_parse(cluster):
    info = cluster.namenode.jmx("Hadoop:service=NameNode,name=NameNodeInfo")[0]
    for attribute in ("LiveNodes", "DeadNodes", "DecomNodes", "NameDirStatuses", "NameDirSize",
                      "NodeUsage", "NameJournalStatus", "JournalTransactionInfo"):
        json.loads(info[attribute])
    assert list(json.loads(info["NameDirStatuses"])["active"].values()) == ["IMAGE_AND_EDITS"]


@pytest.mark.parametrize("query, status", [
    ("qry=Hadoop:service=NameNode,name=FSNamesystem", 200),
    ("qry=Hadoop:name=FSNamesystem,service=NameNode", 200),
    ("qry=nothing:*", 200),
    ("get=Hadoop:service=NameNode,name=FSNamesystem::BlocksTotal", 200),
    ("get=Hadoop:service=NameNode,name=FSNamesystem::NoSuch", 404),
    ("get=Hadoop:service=NameNode,name=FSNamesystem", 400),
    ("qry=foo", 400),
    ("qry=" + "*" * 2000, 400),
])
def test_jmx_answers_queries_as_apache_does(cluster, query, status):
    code, headers, body = get(cluster, "/jmx?" + query)
    assert code == status
    assert headers["Content-Type"].startswith("application/json")
    json.loads(body)


def test_scripts_find_one_attribute_a_line(cluster):
    assert b'\n    "tag.HAState" : "active",\n' in get(cluster, "/jmx")[2]


def test_metrics_are_prometheus_text(cluster):
    code, headers, body = get(cluster, "/metrics")
    assert code == 200 and "version=0.0.4" in headers["Content-Type"]
    described, seen = set(), None
    for line in body.decode().splitlines():
        if line.startswith("# TYPE "):
            seen = line.split()[2]
            assert seen not in described, "samples of one metric must stand together"
            described.add(seen)
        elif not line.startswith("# HELP "):
            assert re.fullmatch(r'cairn_[a-z0-9_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? \S+',
                                line), line
            assert re.match(r"[a-z0-9_]+", line).group() == seen
    assert "cairn_namenode_inodes" in described


def test_is_active_answers_in_apaches_words(cluster):
    code, _, body = get(cluster, "/isActive")
    assert (code, body) == (200, b"I am Active!")


def test_configuration_is_shown_as_xml_and_json(cluster):
    code, _, body = get(cluster, "/conf?name=dfs.replication")
    assert code == 200 and b"<name>dfs.replication</name><value>1</value>" in body
    one = json.loads(get(cluster, "/conf?name=dfs.replication&format=json")[2])["property"]
    assert (one["key"], one["value"], one["isFinal"]) == ("dfs.replication", "1", False)
    accepted = get(cluster, "/conf", headers={"Accept": "application/json"})[2]
    assert len(json.loads(accepted)["properties"]) > 50
    assert get(cluster, "/conf?name=no.such.key")[0] == 404
    assert get(cluster, "/conf?format=yaml")[0] == 400


def test_an_image_is_served_with_its_name_and_digest(cluster):
    code, headers, body = get(cluster, "/imagetransfer?getimage=1&txid=latest")
    stored = cluster.namenode.data / "current" / headers["X-Image-Edits-Name"]
    assert code == 200
    assert body == stored.read_bytes()
    assert int(headers["Content-Length"]) == len(body)
    assert headers["Content-Disposition"] == f"attachment; filename={stored.name}"
    assert headers["X-MD5-Digest"] == stored.with_name(stored.name + ".md5").read_text()[:32]


@pytest.mark.parametrize("query, status", [
    ("getimage=1&txid=77777", 410),
    ("getimage=1&txid=-1", 410),
    ("getimage=1&txid=..%2F..%2Fetc%2Fpasswd", 410),
    ("getimage=1&txid=99999999999999999999", 410),
    ("getimage=1", 410),
    ("getedit=1&startTxId=900&endTxId=901", 410),
    ("getedit=1&startTxId=x&endTxId=1", 410),
    ("getimage=1&getedit=1&txid=0", 410),
    ("", 410),
    ("getimage=1&txid=latest&storageInfo=-67:1:0:CID-another", 403),
])
def test_a_wrong_image_request_is_refused(cluster, query, status):
    assert get(cluster, "/imagetransfer?" + query)[0] == status


def test_images_are_not_taken(cluster):
    assert get(cluster, "/imagetransfer", method="PUT")[0] == 405


def test_apaches_tool_fetches_the_image(cluster, tmp_path):
    done = cluster.apache("dfsadmin", "-fetchImage", str(tmp_path))
    assert done.returncode == 0, done.stderr
    fetched = [path for path in tmp_path.iterdir() if path.name.startswith("fsimage_")]
    assert len(fetched) == 1
    stored = cluster.namenode.data / "current" / fetched[0].name
    assert fetched[0].read_bytes() == stored.read_bytes()


@pytest.mark.parametrize("path", ["/prom", "/fsck?path=/", "/webhdfs/v1/?op=LISTSTATUS",
                                  "/logLevel", "/stacks", "/nothing/here", "/jmx/below"])
def test_what_is_not_built_is_not_found_in_plain_words(cluster, path):
    code, headers, body = get(cluster, path)
    assert code == 404
    assert headers["Content-Type"].startswith("text/plain") and body.strip()


def test_the_overview_has_the_state_and_no_scripts(cluster):
    code, headers, body = get(cluster, "/")
    assert code == 200 and headers["Content-Type"].startswith("text/html")
    assert b"active" in body and b"<script" not in body


def test_pages_are_read_only(cluster):
    for path in ("/jmx", "/metrics", "/conf", "/isActive", "/"):
        assert get(cluster, path, method="POST")[0] == 405


@pytest.mark.parametrize("garbage", [
    b"\x00\xff\xfe garbage\r\n\r\n",
    b"GET /jmx?qry=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET " + b"/" * 100_000 + b" HTTP/1.1\r\n\r\n",
    b"hrpc\x09\x00\x00",
])
def test_garbage_does_not_harm_the_server(cluster, garbage):
    with socket.create_connection(("127.0.0.1", cluster.namenode.ports["http"]), 10) as peer:
        try:
            peer.sendall(garbage)
            peer.shutdown(socket.SHUT_WR)
            first = peer.recv(64)
        except OSError:  # It may hang up before everything was sent.
            first = b""
    assert first == b"" or first.startswith(b"HTTP/1.1 4")
    assert get(cluster, "/isActive")[0] == 200
