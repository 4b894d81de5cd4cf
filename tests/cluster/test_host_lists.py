# SPDX-License-Identifier: Apache-2.0
"""dfs.hosts: who is not on the list may not register, also after -refreshNodes."""

from tests.harness.cluster import Cluster
from tests.harness.process import wait_for


def test_a_host_that_leaves_the_list_is_dropped_and_refused(tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1\n")
    with Cluster(tmp_path / "c", datanodes=("cairn",) * 2,
                 properties={"dfs.hosts": str(hosts)}) as cluster:
        kept, dropped = cluster.datanodes
        hosts.write_text(f"127.0.0.1:{kept.ports['data']}  # the other one is gone\n")
        assert cluster.cairn("dfsadmin", "-refreshNodes").returncode == 0
        wait_for(lambda: cluster.live_datanodes() == 1, "the datanode to be dropped")
        dropped.kill()
        dropped.start()
        wait_for(lambda: "denied communication" in dropped.daemon.log(), "the refusal")
        assert cluster.live_datanodes() == 1
        hosts.unlink()
        refused = cluster.cairn("dfsadmin", "-refreshNodes")
        assert refused.returncode != 0 and str(hosts).encode() in refused.stderr


def test_security_that_is_not_built_keeps_daemons_from_starting(tmp_path):
    cluster = Cluster(tmp_path, datanodes=("cairn",),
                      properties={"hadoop.security.authentication": "kerberos"})
    for node in (cluster.namenode, *cluster.datanodes):
        node.start()
        wait_for(lambda: not node.daemon.running(), "the daemon to end")
        assert "hadoop.security.authentication" in node.daemon.log()
