// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/config/keys.h"

namespace cairn::config {

inline constexpr IntKey kBytesPerChecksum{
    {"dfs.bytes-per-checksum",
     "Bytes covered by one checksum."},
    512, 1, 1048576};
inline constexpr StringKey kChecksumType{
    {"dfs.checksum.type",
     "CRC32C, CRC32 or NULL."},
    "CRC32C"};
inline constexpr StringKey kChecksumCombineMode{
    {"dfs.checksum.combine.mode",
     "MD5MD5CRC or COMPOSITE_CRC, for -checksum."},
    "MD5MD5CRC"};
inline constexpr SizeKey kWritePacketSize{
    {"dfs.client-write-packet-size",
     "Bytes of a packet of the write pipeline."},
    65536, 512};
inline constexpr IntKey kWriteMaxPackets{
    {"dfs.client.write.max-packets-in-flight",
     "Packets sent and not yet acknowledged."},
    80, 1, 10000};
inline constexpr IntKey kBlockWriteRetries{
    {"dfs.client.block.write.retries",
     "Tries to set up a pipeline for a new block."},
    3, 0, 1000};
inline constexpr IntKey kLocateBlockRetries{
    {"dfs.client.block.write.locateFollowingBlock.retries",
     "Tries to get the next block, or to close, while replicas are too few."},
    5, 0, 1000};
inline constexpr DurationKey kLocateBlockDelay{
    {"dfs.client.block.write.locateFollowingBlock.initial.delay.ms",
     "First pause between these tries; it doubles."},
    400, 1};
inline constexpr BoolKey kReplaceDatanode{
    {"dfs.client.block.write.replace-datanode-on-failure.enable",
     "Replace a failed datanode of a pipeline."},
    true};
inline constexpr StringKey kReplaceDatanodePolicy{
    {"dfs.client.block.write.replace-datanode-on-failure.policy",
     "NEVER, DEFAULT or ALWAYS."},
    "DEFAULT"};
inline constexpr BoolKey kReplaceDatanodeBestEffort{
    {"dfs.client.block.write.replace-datanode-on-failure.best-effort",
     "Go on with fewer datanodes when no other is found."},
    false};
inline constexpr IntKey kReplaceDatanodeMinReplication{
    {"dfs.client.block.write.replace-datanode-on-failure.min-replication",
     "Datanodes that are enough to go on when no other is found; 0: never enough."},
    0, 0, 512};
inline constexpr DurationKey kLocateBlockMaxDelay{
    {"dfs.client.block.write.locateFollowingBlock.max.delay.ms",
     "Longest pause between tries to get the next block."},
    60000, 1};
inline constexpr IntKey kPipelineRecoveryRetries{
    {"dfs.client.pipeline.recovery.max-retries",
     "Recoveries of a pipeline that makes no progress."},
    5, 1, 1000};
inline constexpr DurationKey kExcludedNodesExpiry{
    {"dfs.client.write.exclude.nodes.cache.expiry.interval.millis",
     "How long a failed datanode is avoided."},
    600000, 1};
inline constexpr IntKey kReadRetries{
    {"dfs.client.max.block.acquire.failures",
     "Times that all replicas of a block may fail."},
    3, 1, 1000};
inline constexpr DurationKey kRetryWindow{
    {"dfs.client.retry.window.base",
     "Base of the pause after such a failure."},
    3000, 1};
inline constexpr SizeKey kReadPrefetch{
    {"dfs.client.read.prefetch.size",
     "Range whose blocks are located at once; 0: ten blocks."},
    0, 0};
inline constexpr BoolKey kUseDatanodeHostname{
    {"dfs.client.use.datanode.hostname",
     "Connect to datanodes by name."},
    false};
inline constexpr IntKey kFailoverMaxAttempts{
    {"dfs.client.failover.max.attempts",
     "Changes of the namenode before a call fails."},
    15, 0, 1000};
inline constexpr IntKey kFailoverConnectionRetries{
    {"dfs.client.failover.connection.retries",
     "Tries of a refused connection before the other namenode is asked."},
    0, 0, 1000};
inline constexpr IntKey kRetryMaxAttempts{
    {"dfs.client.retry.max.attempts",
     "Repetitions of a call on one namenode that asks for them."},
    10, 0, 1000};
inline constexpr IntKey kSocketCacheCapacity{
    {"dfs.client.socketcache.capacity",
     "Idle connections to datanodes that are kept."},
    16, 0, 10000};
inline constexpr DurationKey kSocketCacheExpiry{
    {"dfs.client.socketcache.expiryMsec",
     "How long they are kept."},
    3000, 1};
inline constexpr DurationKey kFailoverSleepBase{
    {"dfs.client.failover.sleep.base.millis",
     "First pause between changes."},
    500, 1};
inline constexpr DurationKey kFailoverSleepMax{
    {"dfs.client.failover.sleep.max.millis",
     "Longest pause between changes."},
    15000, 1};
inline constexpr DurationKey kHaCheckTimeout{
    {"ha.failover-controller.cli-check.rpc-timeout.ms",
     "How long haadmin waits for a namenode to tell its state."},
    20000, 1};
inline constexpr DurationKey kNewActiveTimeout{
    {"ha.failover-controller.new-active.rpc-timeout.ms",
     "How long haadmin -failover waits for the new active."},
    60000, 1};
inline constexpr DurationKey kGracefulFenceTimeout{
    {"ha.failover-controller.graceful-fence.rpc-timeout.ms",
     "How long haadmin -failover waits for the old active to become standby before it is fenced."},
    5000, 1};
inline constexpr DurationKey kClientDatanodeRestartTimeout{
    {"dfs.client.datanode-restart.timeout",
     "How long a restarting datanode is waited for."},
    30000, 1000};

}  // namespace cairn::config
