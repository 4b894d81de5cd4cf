# SPDX-License-Identifier: Apache-2.0
"""A namenode that is a standby, beside Apache's: the same calls, the same answers."""

import concurrent.futures
import hashlib

import pytest

from tests.harness.ha import HA_SERVICE, Nameservice
from tests.harness.raw_rpc import RawRpc, encode

CLIENT = "org.apache.hadoop.hdfs.protocol.ClientProtocol"
NAMENODE = "org.apache.hadoop.hdfs.server.protocol.NamenodeProtocol"
DATANODE = "org.apache.hadoop.hdfs.server.protocol.DatanodeProtocol"
BLOCK = '{poolId: "BP-1" blockId: 1 generationStamp: 1}'
SRC = 'src: "/x"'
MODE = "{perm: 493}"
SNAPSHOT = 'snapshotRoot: "/x"'

# Method: (file, message without package, text) of a request that both decode.
CLIENT_CALLS = {
    "client_namenode_protocol": {
        "getBlockLocations": f"{SRC} offset: 0 length: 1",
        "getServerDefaults": "",
        "create": f'{SRC} masked {MODE} clientName: "c" createFlag: 1 createParent: true '
                  "replication: 1 blockSize: 1048576",
        "append": f'{SRC} clientName: "c"',
        "setReplication": f"{SRC} replication: 1",
        "setStoragePolicy": f'{SRC} policyName: "HOT"',
        "unsetStoragePolicy": SRC,
        "getStoragePolicy": 'path: "/x"',
        "getStoragePolicies": "",
        "setPermission": f"{SRC} permission {MODE}",
        "setOwner": f'{SRC} username: "u"',
        "abandonBlock": f'b {BLOCK} {SRC} holder: "c"',
        "addBlock": f'{SRC} clientName: "c"',
        "getAdditionalDatanode": f'{SRC} blk {BLOCK} numAdditionalNodes: 1 clientName: "c"',
        "complete": f'{SRC} clientName: "c"',
        "reportBadBlocks": "",
        "concat": 'trg: "/x" srcs: "/y"',
        "truncate": f'{SRC} newLength: 0 clientName: "c"',
        "rename": f'{SRC} dst: "/y"',
        "rename2": f'{SRC} dst: "/y" overwriteDest: false',
        "delete": f"{SRC} recursive: false",
        "mkdirs": f"{SRC} masked {MODE} createParent: true",
        "getListing": f'{SRC} startAfter: "" needLocation: false',
        "renewLease": 'clientName: "c"',
        "recoverLease": f'{SRC} clientName: "c"',
        "getPreferredBlockSize": 'filename: "/x"',
        "getFileInfo": SRC,
        "getLocatedFileInfo": SRC,
        "isFileClosed": SRC,
        "getFileLinkInfo": SRC,
        "getContentSummary": 'path: "/x"',
        "getQuotaUsage": 'path: "/x"',
        "setQuota": 'path: "/x" namespaceQuota: 1 storagespaceQuota: 1',
        "fsync": f'{SRC} client: "c"',
        "setTimes": f"{SRC} mtime: 1 atime: 1",
        "createSymlink": f'target: "/x" link: "/y" dirPerm {MODE} createParent: false',
        "getLinkTarget": 'path: "/x"',
        "updateBlockForPipeline": f'block {BLOCK} clientName: "c"',
        "updatePipeline": f'clientName: "c" oldBlock {BLOCK} newBlock {BLOCK}',
        "checkAccess": 'path: "/x" mode: READ',
    },
    "client_namenode_admin": {
        "getSnapshottableDirListing": "",
        "getSnapshotListing": SNAPSHOT,
        "getSnapshotDiffReport": f'{SNAPSHOT} fromSnapshot: "a" toSnapshot: "b"',
        "getFsStats GetFsStatus": "",
        "getFsReplicatedBlockStats": "",
        "getFsECBlockGroupStats": "",
        "getDatanodeReport": "type: ALL",
        "getDatanodeStorageReport": "type: ALL",
        "getSlowDatanodeReport": "",
        "setSafeMode": "action: SAFEMODE_GET",
        "rollEdits": "",
        "listCorruptFileBlocks": 'path: "/"',
        "metaSave": 'filename: "m"',
        "removeCacheDirective": "id: 1",
        "addCachePool": 'info {poolName: "p"}',
        "modifyCachePool": 'info {poolName: "p"}',
        "removeCachePool": 'poolName: "p"',
        "listCachePools": 'prevPoolName: ""',
        "setBalancerBandwidth": "bandwidth: 1",
        "createSnapshot": SNAPSHOT,
        "renameSnapshot": f'{SNAPSHOT} snapshotOldName: "a" snapshotNewName: "b"',
        "allowSnapshot": SNAPSHOT,
        "disallowSnapshot": SNAPSHOT,
        "deleteSnapshot": f'{SNAPSHOT} snapshotName: "a"',
        "getCurrentEditLogTxid": "",
        "getEditsFromTxid": "txid: 1",
        "listOpenFiles": "id: 0",
        "msync": "",
        "satisfyStoragePolicy": SRC,
        "getHAServiceState HAServiceState": "",
        "rollingUpgrade": "action: QUERY",
        "refreshNodes": "",
        "upgradeStatus": "",
    },
    "acl": {
        "modifyAclEntries": SRC, "removeAcl": SRC, "removeAclEntries": SRC,
        "removeDefaultAcl": SRC, "setAcl": SRC, "getAclStatus": SRC,
    },
    "xattr": {
        "setXAttr": f'{SRC} xAttr {{namespace: USER name: "n"}} flag: 1',
        "getXAttrs": SRC, "listXAttrs": SRC,
        "removeXAttr": f'{SRC} xAttr {{namespace: USER name: "n"}}',
    },
    "encryption": {
        "createEncryptionZone": SRC,
        "listEncryptionZones": "id: 0",
        "getEZForPath": SRC,
    },
    "erasurecoding": {
        "setErasureCodingPolicy": SRC, "unsetErasureCodingPolicy": SRC,
        "getErasureCodingPolicies": "", "getErasureCodingCodecs": "",
        "getErasureCodingPolicy": SRC,
    },
}
OTHER_CALLS = [
    (NAMENODE, "namenode_protocol", "hadoop.hdfs.namenode", "getTransactionId", "GetTransactionId",
     ""),
    (NAMENODE, "namenode_protocol", "hadoop.hdfs.namenode", "getMostRecentCheckpointTxId",
     "GetMostRecentCheckpointTxId", ""),
    (NAMENODE, "namenode_protocol", "hadoop.hdfs.namenode", "rollEditLog", "RollEditLog", ""),
    (NAMENODE, "namenode_protocol", "hadoop.hdfs.namenode", "getEditLogManifest",
     "GetEditLogManifest", "sinceTxId: 1"),
    (NAMENODE, "namenode_protocol", "hadoop.hdfs.namenode", "isUpgradeFinalized",
     "IsUpgradeFinalized", ""),
    (DATANODE, "datanode_protocol", "hadoop.hdfs.datanode", "commitBlockSynchronization",
     "CommitBlockSynchronization",
     f"block {BLOCK} newGenStamp: 2 newLength: 1 closeFile: false deleteBlock: false"),
    (DATANODE, "datanode_protocol", "hadoop.hdfs.datanode", "reportBadBlocks", "ReportBadBlocks",
     ""),
]


def all_calls():
    calls = []
    for file, methods in CLIENT_CALLS.items():
        for names, text in methods.items():
            method, message = (names.split() + [""])[:2]
            message = message or method[0].upper() + method[1:]
            calls.append((CLIENT, file, "hadoop.hdfs", method, message, text))
    return calls + OTHER_CALLS


@pytest.fixture(scope="module")
def standbys(tmp_path_factory):
    """Apache's standby and ours, alone in their nameservices."""
    with Nameservice(tmp_path_factory.mktemp("theirs"), ("apache",)) as theirs, \
            Nameservice(tmp_path_factory.mktemp("ours"), ("cairn",)) as ours:
        for service in (theirs, ours):
            service.format_and_start(service.namenodes[0])
            assert service.state(service.namenodes[0]) == "standby"
        yield theirs, ours


def test_the_same_calls_are_refused_with_the_same_words(standbys):
    calls = all_calls()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        requests = list(pool.map(
            lambda c: encode(c[1], f"{c[2]}.{c[4]}RequestProto", c[5]), calls))
    answers = []
    for service in standbys:
        answer = {}
        for protocol in (CLIENT, NAMENODE, DATANODE):
            rpc = RawRpc(service.namenodes[0].ports["rpc"], protocol)
            for call, request in zip(calls, requests):
                if call[0] != protocol:
                    continue
                name, message = rpc.call(call[3], request)
                standby = name == "org.apache.hadoop.ipc.StandbyException"
                answer[call[3]] = message if standby else "served, or refused for another reason"
            rpc.close()
        answers.append(answer)
    assert answers[0] == answers[1]
    refused = [m for m in answers[1].values() if m.startswith("Operation category")]
    assert len(refused) > 70


def ha_call(service, method, message, text="", user=None):
    return ha_call_on(service.namenodes[0], method, message, text, user)


def ha_call_on(node, method, message, text="", user=None):
    rpc = RawRpc(node.ports["rpc"], HA_SERVICE, user)
    answer = rpc.call(method, encode("ha_service_protocol",
                                     f"hadoop.common.{message}RequestProto", text))
    rpc.close()
    return answer


def test_whoever_may_not_change_the_state_hears_the_same(standbys):
    theirs, ours = standbys
    for method in ("transitionToActive", "transitionToStandby", "transitionToObserver"):
        message = method[0].upper() + method[1:]
        zkfc = [ha_call(s, method, message, "reqInfo {reqSource: REQUEST_BY_ZKFC}")
                for s in standbys]
        assert zkfc[1][0] == zkfc[0][0] and "automatic HA is not enabled" in zkfc[1][1]
        stranger = [ha_call(s, method, message, "reqInfo {reqSource: REQUEST_BY_USER}", "mallory")
                    for s in standbys]
        assert stranger[0] == stranger[1]
    for call in (("getServiceStatus", "GetServiceStatus"), ("monitorHealth", "MonitorHealth")):
        assert ha_call(theirs, *call) == ha_call(ours, *call) == (None, None)
    assert ha_call(theirs, "monitorHealth", "MonitorHealth", user="mallory") == \
        ha_call(ours, "monitorHealth", "MonitorHealth", user="mallory")


def test_a_namenode_that_is_alone_has_no_part_to_change(ours):
    class Alone:
        namenodes = [ours.namenode]

    wanted = ("org.apache.hadoop.ha.ServiceFailedException", "HA for namenode is not enabled")
    assert ha_call(Alone, "getServiceStatus", "GetServiceStatus") == wanted
    assert ha_call(Alone, "transitionToActive", "TransitionToActive",
                   "reqInfo {reqSource: REQUEST_BY_USER}") == wanted


def test_with_automatic_failover_operators_are_refused(tmp_path):
    with Nameservice(tmp_path, ("cairn",), {"dfs.ha.automatic-failover.enabled": "true"}) as ns:
        ns.format_and_start(ns.namenodes[0])
        assert ha_call(ns, "transitionToActive", "TransitionToActive",
                       "reqInfo {reqSource: REQUEST_BY_USER}") == (
            "org.apache.hadoop.security.AccessControlException",
            "Manual HA control for this NameNode is disallowed, because automatic HA is enabled.")
        assert ha_call(ns, "transitionToActive", "TransitionToActive",
                       "reqInfo {reqSource: REQUEST_BY_ZKFC}") == (None, None)
        assert ns.state(ns.namenodes[0]) == "active"


def test_apaches_haadmin_and_client_work_with_our_active(tmp_path):
    with Nameservice(tmp_path, ("cairn",)) as ns:
        node = ns.namenodes[0]
        ns.format_and_start(node)
        refused = ns.cairn("dfs", "-fs", f"hdfs://127.0.0.1:{node.ports['rpc']}", "-ls", "/")
        assert b"Operation category READ is not supported in state standby" in refused.stderr
        changed = ns.activate("nn1")
        assert changed.returncode == 0, changed.stderr[-2000:]
        assert ns.haadmin("-getServiceState", "nn1").stdout.strip() == b"active"
        assert ns.apache("dfs", "-mkdir", "-p", "/a/b").returncode == 0
        back = ns.haadmin("-transitionToStandby", "nn1")
        assert back.returncode == 0, back.stderr[-2000:]
        assert ns.state(node) == "standby"
        # What was done is there after a start, and after another turn.
        node.kill()
        ns.start(node)
        assert ns.activate("nn1").returncode == 0
        assert ns.apache("dfs", "-test", "-d", "/a/b").returncode == 0


@pytest.mark.parametrize("kind", ("cairn", "apache"))
def test_bootstrap_standby_takes_the_others_image(tmp_path, kind):
    with Nameservice(tmp_path, (kind, "cairn")) as ns:
        first, second = ns.namenodes
        nobody = ns.run(second, "-bootstrapStandby", "-nonInteractive")
        assert nobody.returncode == 2, nobody.stderr
        ns.format_and_start(first)
        assert ns.activate("nn1").returncode == 0
        assert ns.apache("dfs", "-mkdir", "-p", "/a/b").returncode == 0
        for arguments in (("-safemode", "enter"), ("-saveNamespace",), ("-safemode", "leave")):
            done = ns.apache("dfsadmin", "-fs", f"hdfs://127.0.0.1:{first.ports['rpc']}",
                             *arguments)
            assert done.returncode == 0, done.stderr[-2000:]
        taken = ns.run(second, "-bootstrapStandby", "-nonInteractive", "-skipSharedEditsCheck")
        assert taken.returncode == 0, taken.stderr
        text = taken.stdout.decode()
        assert "About to bootstrap Standby ID nn2 from:" in text
        assert "Other Namenode ID: nn1" in text
        images, mine = (sorted(file for file in (node.data / "current").glob("fsimage_*")
                               if not file.suffix) for node in (first, second))
        assert [i.name for i in mine] == [images[-1].name]
        assert hashlib.md5(mine[0].read_bytes()).digest() == \
            hashlib.md5(images[-1].read_bytes()).digest()

        def version(node):
            lines = (node.data / "current" / "VERSION").read_text().splitlines()
            return sorted(line for line in lines if not line.startswith("#"))
        assert version(second) == version(first)
        # What is there is not erased without being told to.
        again = ns.run(second, "-bootstrapStandby", "-nonInteractive")
        assert again.returncode == 5, again.stderr
        assert ns.run(second, "-bootstrapStandby", "-force").returncode == 0
        ns.start(second)
        assert ns.state(second) == "standby"
        first.kill()
        assert ha_call_on(second, "transitionToActive", "TransitionToActive",
                          "reqInfo {reqSource: REQUEST_BY_USER}") == (None, None)
        assert ns.apache("dfs", "-test", "-d", "/a/b").returncode == 0
