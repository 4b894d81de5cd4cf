// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/config/keys.h"

namespace cairn::config {

inline constexpr StringKey kNamenodeRpcAddress{
    {"dfs.namenode.rpc-address",
     "host:port of the namenode; taken from fs.defaultFS when empty."},
    ""};
inline constexpr StringKey kNamenodeRpcBindHost{
    {"dfs.namenode.rpc-bind-host",
     "Address to listen on instead of the host of the RPC address."},
    ""};
inline constexpr StringKey kNamenodeServiceRpcAddress{
    {"dfs.namenode.servicerpc-address",
     "A second RPC port for datanodes and tools."},
    ""};
inline constexpr StringKey kNamenodeHttpAddress{
    {"dfs.namenode.http-address",
     "host:port of the HTTP server."},
    "0.0.0.0:9870"};
inline constexpr StringKey kNamenodeHttpBindHost{
    {"dfs.namenode.http-bind-host",
     "Address to listen on instead of the host of the HTTP address."},
    ""};
inline constexpr ListKey kNameDirs{
    {"dfs.namenode.name.dir",
     "Directories of image and edits; each holds all of it."},
    "file://${hadoop.tmp.dir}/dfs/name"};
inline constexpr ListKey kEditsDirs{
    {"dfs.namenode.edits.dir",
     "Directories of the edit log."},
    "${dfs.namenode.name.dir}"};
inline constexpr IntKey kReplication{
    {"dfs.replication",
     "Replicas of a file whose creator does not say."},
    3, 1, 512};
inline constexpr IntKey kReplicationMax{
    {"dfs.replication.max",
     "Most replicas that a file may ask for."},
    512, 1, 32767};
inline constexpr IntKey kReplicationMin{
    {"dfs.namenode.replication.min",
     "Replicas that a block needs for its file to close."},
    1, 1, 32767};
inline constexpr SizeKey kBlockSize{
    {"dfs.blocksize",
     "Block size of a file whose creator does not say."},
    134217728, 1};
inline constexpr SizeKey kMinBlockSize{
    {"dfs.namenode.fs-limits.min-block-size",
     "Smallest block size that a creator may ask for."},
    1048576, 0};
inline constexpr IntKey kMaxBlocksPerFile{
    {"dfs.namenode.fs-limits.max-blocks-per-file",
     "Most blocks of a file."},
    10000, 1, 2147483647};
inline constexpr IntKey kMaxComponentLength{
    {"dfs.namenode.fs-limits.max-component-length",
     "Longest path component in bytes; 0 for no limit."},
    255, 0, 65535};
inline constexpr IntKey kMaxDirectoryItems{
    {"dfs.namenode.fs-limits.max-directory-items",
     "Most entries of a directory."},
    1048576, 1, 6400000};
inline constexpr IntKey kListLimit{
    {"dfs.ls.limit",
     "Entries of one listing page."},
    1000, 1, 1000000};
inline constexpr IntKey kContentSummaryLimit{
    {"dfs.content-summary.limit",
     "Items counted before others are let in."},
    5000, 0, 2147483647};
inline constexpr BoolKey kPermissionsEnabled{
    {"dfs.permissions.enabled",
     "Check permissions."},
    true};
inline constexpr StringKey kSuperGroup{
    {"dfs.permissions.superusergroup",
     "The group of superusers."},
    "supergroup"};
inline constexpr BoolKey kAclsEnabled{
    {"dfs.namenode.acls.enabled",
     "Let clients see and set access control lists; they count in any case."},
    true};
inline constexpr BoolKey kPosixAclInheritance{
    {"dfs.namenode.posix.acl.inheritance.enabled",
     "Default entries of the parent take the place of the umask of newer clients."},
    true};
inline constexpr BoolKey kXattrsEnabled{
    {"dfs.namenode.xattrs.enabled",
     "Let clients see and set extended attributes."},
    true};
inline constexpr IntKey kXattrsPerInode{
    {"dfs.namenode.fs-limits.max-xattrs-per-inode",
     "Most extended attributes of a file or directory in the namespaces user and trusted."},
    32, 0, 100000};
inline constexpr SizeKey kXattrSize{
    {"dfs.namenode.fs-limits.max-xattr-size",
     "Most bytes of an extended attribute's name and value together."},
    16384, 1, 32768};
inline constexpr FloatKey kSafeModeThreshold{
    {"dfs.namenode.safemode.threshold-pct",
     "Share of blocks that must be reported before safe mode ends."},
    0.999, 0};
inline constexpr IntKey kSafeModeMinDatanodes{
    {"dfs.namenode.safemode.min.datanodes",
     "Datanodes that must be alive before safe mode ends."},
    0, 0, 1000000};
inline constexpr DurationKey kSafeModeExtension{
    {"dfs.namenode.safemode.extension",
     "How long safe mode goes on after its threshold was reached."},
    30000, 1};
inline constexpr IntKey kHeartbeatRecheckMs{
    {"dfs.namenode.heartbeat.recheck-interval",
     "Milliseconds between checks for dead datanodes."},
    300000, 1, 2147483647};
inline constexpr DurationKey kStaleInterval{
    {"dfs.namenode.stale.datanode.interval",
     "Silence after which a datanode is stale."},
    30000, 1};
inline constexpr BoolKey kAvoidStaleRead{
    {"dfs.namenode.avoid.read.stale.datanode",
     "Put stale datanodes last when reading."},
    false};
inline constexpr BoolKey kAvoidStaleWrite{
    {"dfs.namenode.avoid.write.stale.datanode",
     "Do not write to stale datanodes."},
    false};
inline constexpr DurationKey kRedundancyInterval{
    {"dfs.namenode.redundancy.interval.seconds",
     "Time between rounds of re-replication."},
    3000, 1000};
inline constexpr DurationKey kPendingReplicationTimeout{
    {"dfs.namenode.reconstruction.pending.timeout-sec",
     "Time after which a replication that was ordered is ordered again."},
    300000, 1000};
inline constexpr IntKey kReplicationMaxStreams{
    {"dfs.namenode.replication.max-streams",
     "Replication streams of a datanode, but for the most urgent."},
    2, 1, 10000};
inline constexpr IntKey kReplicationMaxStreamsHard{
    {"dfs.namenode.replication.max-streams-hard-limit",
     "Replication streams of a datanode."},
    4, 1, 10000};
inline constexpr IntKey kReplicationWorkMultiplier{
    {"dfs.namenode.replication.work.multiplier.per.iteration",
     "Blocks ordered in a round for each live datanode."},
    2, 1, 10000};
inline constexpr IntKey kInvalidateLimit{
    {"dfs.block.invalidate.limit",
     "Blocks that a datanode is told to delete at once."},
    1000, 1, 10000000};
inline constexpr BoolKey kConsiderLoad{
    {"dfs.namenode.redundancy.considerLoad",
     "Avoid busy datanodes when placing a block."},
    true};
inline constexpr FloatKey kConsiderLoadFactor{
    {"dfs.namenode.redundancy.considerLoad.factor",
     "How many times the average load is busy."},
    2.0, 0};
inline constexpr IntKey kMaxFullReportLeases{
    {"dfs.namenode.max.full.block.report.leases",
     "Datanodes that may send a full block report at once."},
    6, 0, 100000};
inline constexpr DurationKey kFullReportLease{
    {"dfs.namenode.full.block.report.lease.length.ms",
     "How long such a permission lasts."},
    300000, 1};
inline constexpr StringKey kHostsFile{
    {"dfs.hosts",
     "File of the hosts that may register; empty for all."},
    ""};
inline constexpr StringKey kHostsExcludeFile{
    {"dfs.hosts.exclude",
     "File of the hosts that are to be decommissioned."},
    ""};
inline constexpr BoolKey kRegistrationIpHostnameCheck{
    {"dfs.namenode.datanode.registration.ip-hostname-check",
     "Refuse datanodes whose address has no name."},
    true};
inline constexpr DurationKey kCheckpointPeriod{
    {"dfs.namenode.checkpoint.period",
     "Time between checkpoints."},
    3600000, 1000};
inline constexpr IntKey kCheckpointTxns{
    {"dfs.namenode.checkpoint.txns",
     "Transactions that cause a checkpoint before its time."},
    1000000, 1, 9000000000000000000};
inline constexpr DurationKey kCheckpointCheckPeriod{
    {"dfs.namenode.checkpoint.check.period",
     "Time between looks whether a checkpoint is due."},
    60000, 1000};
inline constexpr IntKey kCheckpointsRetained{
    {"dfs.namenode.num.checkpoints.retained",
     "Images that are kept."},
    2, 1, 1000};
inline constexpr IntKey kExtraEditsRetained{
    {"dfs.namenode.num.extra.edits.retained",
     "Transactions kept before the oldest image."},
    1000000, 0, 9000000000000000000};
inline constexpr DurationKey kLeaseHardLimit{
    {"dfs.namenode.lease-hard-limit-sec",
     "Silence of a writer after which the namenode closes its files."},
    1200000, 1000};
inline constexpr DurationKey kLeaseRecheck{
    {"dfs.namenode.lease-recheck-interval-ms",
     "Time between looks for such writers."},
    2000, 1};
inline constexpr DurationKey kRetryCacheExpiry{
    {"dfs.namenode.retrycache.expirytime.millis",
     "How long the outcome of a call is remembered for its retry."},
    600000, 1};
inline constexpr BoolKey kRetryCacheEnabled{
    {"dfs.namenode.enable.retrycache",
     "Remember outcomes for retries."},
    true};
inline constexpr DurationKey kAccessTimePrecision{
    {"dfs.namenode.accesstime.precision",
     "Reads within this time do not change the access time; 0 switches access times off."},
    3600000, 1};
inline constexpr StringKey kAuditLog{
    {"cairn.namenode.audit-log",
     "File of the audit log, in the format of Apache; empty: none is written."},
    ""};
inline constexpr StringKey kFencingMethods{
    {"dfs.ha.fencing.methods",
     "What haadmin -failover does to an active that does not become standby: a line for each "
     "method, shell(command). The command finds source_host, source_port, source_namenodeid and "
     "the like in its environment."},
    ""};
inline constexpr IntKey kFailoverControllerPort{
    {"dfs.ha.zkfc.port",
     "Port of a namenode's failover controller, which haadmin -failover asks when automatic "
     "failover is on."},
    8019, 0, 65535};
inline constexpr StringKey kBackupAddress{
    {"dfs.namenode.backup.address",
     "Named by getconf; backup nodes are not built."},
    "0.0.0.0:50100"};
inline constexpr StringKey kSecondaryHttpAddress{
    {"dfs.namenode.secondary.http-address",
     "Named by getconf; checkpoints need no second daemon here."},
    "0.0.0.0:9868"};
inline constexpr ListKey kNameservices{
    {"dfs.nameservices",
     "Names of the logical namespaces. A key of a namenode may have a nameservice's and a "
     "namenode's name behind it (dfs.namenode.rpc-address.ns.nn1), which wins over the plain one."},
    ""};
inline constexpr ListKey kInternalNameservices{
    {"dfs.internal.nameservices",
     "Those of them that datanodes serve; all when empty."},
    ""};
inline constexpr StringKey kNameserviceId{
    {"dfs.nameservice.id",
     "The nameservice of this namenode, where its address does not tell."},
    ""};
inline constexpr ListKey kHaNamenodes{
    {"dfs.ha.namenodes",
     "With a nameservice's name behind it: the names of its namenodes."},
    ""};
inline constexpr StringKey kHaNamenodeId{
    {"dfs.ha.namenode.id",
     "The name of this namenode in its nameservice, where its address does not tell."},
    ""};
inline constexpr BoolKey kAutomaticFailover{
    {"dfs.ha.automatic-failover.enabled",
     "The namenodes settle among themselves which is active; a nameservice's name may stand behind "
     "it."},
    false};
inline constexpr BoolKey kNotActiveInSafeMode{
    {"dfs.ha.nn.not-become-active-in-safemode",
     "A namenode in safe mode is not fit to become the active one."},
    false};
inline constexpr IntKey kIoThreads{
    {"cairn.namenode.io-threads",
     "I/O threads of the RPC server; 0: one a core, at most 16."},
    0, 0, 64};

}  // namespace cairn::config
