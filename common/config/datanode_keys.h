// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/config/keys.h"

namespace cairn::config {

inline constexpr ListKey kDataDirs{
    {"dfs.datanode.data.dir",
     "Directories of blocks, each with an optional [SSD]-like prefix."},
    "file://${hadoop.tmp.dir}/dfs/data"};
inline constexpr StringKey kDatanodeAddress{
    {"dfs.datanode.address",
     "host:port of the data transfer server."},
    "0.0.0.0:9866"};
inline constexpr StringKey kDatanodeIpcAddress{
    {"dfs.datanode.ipc.address",
     "host:port of the RPC server."},
    "0.0.0.0:9867"};
inline constexpr StringKey kDatanodeHttpAddress{
    {"dfs.datanode.http.address",
     "host:port of the HTTP server."},
    "0.0.0.0:9864"};
inline constexpr StringKey kDatanodeHostname{
    {"dfs.datanode.hostname",
     "Name to register under; the machine's own when empty."},
    ""};
inline constexpr IntKey kMaxTransferThreads{
    {"dfs.datanode.max.transfer.threads",
     "Streams at once."},
    4096, 1, 1000000};
inline constexpr DurationKey kHeartbeatInterval{
    {"dfs.heartbeat.interval",
     "Time between heartbeats."},
    3000, 1000};
inline constexpr DurationKey kBlockReportInterval{
    {"dfs.blockreport.intervalMsec",
     "Time between full block reports."},
    21600000, 1};
inline constexpr DurationKey kBlockReportInitialDelay{
    {"dfs.blockreport.initialDelay",
     "Most random delay of the first full report."},
    0, 1000};
inline constexpr IntKey kBlockReportSplit{
    {"dfs.blockreport.split.threshold",
     "Blocks from which each volume is reported in a call of its own."},
    1000000, 0, 9000000000000000000};
inline constexpr DurationKey kIncrementalReportInterval{
    {"dfs.blockreport.incremental.intervalMsec",
     "Time between incremental reports; 0 sends at once."},
    0, 1};
inline constexpr SizeKey kReservedSpace{
    {"dfs.datanode.du.reserved",
     "Bytes of each volume that are left for others."},
    0, 0};
inline constexpr FloatKey kReservedSpacePercent{
    {"dfs.datanode.du.reserved.pct",
     "Percent of each volume that are left for others; the larger reservation counts."},
    0, 0, 100};
inline constexpr SizeKey kVolumeSpareBytes{
    {"dfs.datanode.round-robin-volume-choosing-policy.additional-available-space",
     "Bytes that a volume must have beyond a block to take it."},
    1073741824, 0};
inline constexpr DurationKey kWriterStopTimeout{
    {"dfs.datanode.xceiver.stop.timeout.millis",
     "Time in which a stream must let go of a replica that a recovery wants."},
    60000, 1};
inline constexpr IntKey kFailedVolumesTolerated{
    {"dfs.datanode.failed.volumes.tolerated",
     "Volumes that may fail before the datanode stops; -1: all but one."},
    0, -1, 1000};
inline constexpr SizeKey kBalanceBandwidth{
    {"dfs.datanode.balance.bandwidthPerSec",
     "Bytes a second for balancing."},
    104857600, 1};
inline constexpr IntKey kBalanceMovesMax{
    {"dfs.datanode.balance.max.concurrent.moves",
     "Balancing moves at once."},
    100, 1, 100000};
inline constexpr IntKey kScanPeriodHours{
    {"dfs.datanode.scan.period.hours",
     "Hours in which every replica is verified once; negative: never."},
    504, -2147483648, 2147483647};
inline constexpr SizeKey kScanBytesPerSecond{
    {"dfs.block.scanner.volume.bytes.per.second",
     "Verification speed of a volume; 0: none."},
    1048576, 0};
inline constexpr DurationKey kDirectoryScanInterval{
    {"dfs.datanode.directoryscan.interval",
     "Time between comparisons of memory and disk."},
    21600000, 1000};
inline constexpr BoolKey kSyncOnClose{
    {"dfs.datanode.synconclose",
     "Make a block durable when it is finalized."},
    false};
inline constexpr BoolKey kSyncBehindWrites{
    {"dfs.datanode.sync.behind.writes",
     "Start write-back at once while a block is written."},
    false};
inline constexpr BoolKey kDropBehindReads{
    {"dfs.datanode.drop.cache.behind.reads",
     "Drop what was read from the page cache."},
    false};
inline constexpr BoolKey kDropBehindWrites{
    {"dfs.datanode.drop.cache.behind.writes",
     "Drop what was written from the page cache."},
    false};
inline constexpr SizeKey kReadahead{
    {"dfs.datanode.readahead.bytes",
     "Bytes read ahead of a stream."},
    4194304, 0};
inline constexpr DurationKey kSocketTimeout{
    {"dfs.client.socket-timeout",
     "Silence after which a data stream is given up."},
    60000, 1};
inline constexpr DurationKey kSocketWriteTimeout{
    {"dfs.datanode.socket.write.timeout",
     "Time that a write to a data stream may block."},
    480000, 1};
inline constexpr DurationKey kSocketKeepalive{
    {"dfs.datanode.socket.reuse.keepalive",
     "How long a connection waits for its next operation."},
    4000, 1};
inline constexpr BoolKey kCheckIpHostname{
    {"dfs.datanode.use.datanode.hostname",
     "Connect to other datanodes by name."},
    false};
inline constexpr DurationKey kBpReadyTimeout{
    {"dfs.datanode.bp-ready.timeout",
     "Time that a stream waits for the registration."},
    20000, 1000};
inline constexpr IntKey kIpcHandlers{
    {"dfs.datanode.handler.count",
     "Threads for slow RPC calls."},
    10, 1, 10000};
inline constexpr BoolKey kTransferTo{
    {"dfs.datanode.transferTo.allowed",
     "Send blocks from the page cache without a copy."},
    true};
inline constexpr BoolKey kTransferTcpNoDelay{
    {"dfs.data.transfer.server.tcpnodelay",
     "Set TCP_NODELAY on data streams."},
    true};
inline constexpr SizeKey kTransferSendBuffer{
    {"dfs.datanode.transfer.socket.send.buffer.size",
     "Send buffer of a data stream; 0: the system's."},
    0, 0, 1 << 30};
inline constexpr SizeKey kTransferReceiveBuffer{
    {"dfs.datanode.transfer.socket.recv.buffer.size",
     "Receive buffer of a data stream; 0: the system's."},
    0, 0, 1 << 30};
inline constexpr SizeKey kTransferBandwidth{
    {"dfs.datanode.data.transfer.bandwidthPerSec",
     "Bytes a second for copies that recover a pipeline; 0: no limit."},
    0, 0};
inline constexpr SizeKey kWriteBandwidth{
    {"dfs.datanode.data.write.bandwidthPerSec",
     "Bytes a second for writes; 0: no limit."},
    0, 0};
inline constexpr SizeKey kReadBandwidth{
    {"dfs.datanode.data.read.bandwidthPerSec",
     "Bytes a second for reads; 0: no limit."},
    0, 0};
inline constexpr DurationKey kDatanodeSlowIoWarning{
    {"dfs.datanode.slow.io.warning.threshold.ms",
     "A packet's disk or network time that is worth a warning."},
    300, 1};
inline constexpr DurationKey kRestartReplicaExpiry{
    {"dfs.datanode.restart.replica.expiration",
     "How long a replica waits for its writer after an announced restart."},
    50000, 1000};

inline constexpr StringKey kNamenodeVersionMin{
    {"dfs.datanode.min.supported.namenode.version",
     "Oldest Hadoop version of a namenode that is served."},
    "2.1.0-beta"};

}  // namespace cairn::config
