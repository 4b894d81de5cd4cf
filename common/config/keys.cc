// SPDX-License-Identifier: Apache-2.0
#include "common/config/keys.h"

#include <array>
#include <type_traits>

#include "common/config/client_keys.h"
#include "common/config/common_keys.h"
#include "common/config/datanode_keys.h"
#include "common/config/ha_keys.h"
#include "common/config/namenode_keys.h"

namespace cairn::config {
namespace {

constexpr std::array kCommonKeys = {
    KeyRef(&kDefaultFs),
    KeyRef(&kHadoopTmpDir),
    KeyRef(&kUmask),
    KeyRef(&kAuthentication),
    KeyRef(&kBlockTokens),
    KeyRef(&kEncryptDataTransfer),
    KeyRef(&kStaticGroups),
    KeyRef(&kGroupsCache),
    KeyRef(&kIpcMaxDataLength),
    KeyRef(&kIpcClientConnectTimeout),
    KeyRef(&kIpcClientConnectRetries),
    KeyRef(&kIpcClientConnectRetryInterval),
    KeyRef(&kIpcClientRpcTimeout),
    KeyRef(&kTopologyScript),
    KeyRef(&kTopologyTable),
    KeyRef(&kTopologyImpl),
    KeyRef(&kTrashInterval),
    KeyRef(&kFileBufferSize),
    KeyRef(&kCallerContext),
    KeyRef(&kSensitiveKeys),
};

constexpr std::array kNamenodeKeys = {
    KeyRef(&kNamenodeRpcAddress),
    KeyRef(&kNamenodeRpcBindHost),
    KeyRef(&kNamenodeServiceRpcAddress),
    KeyRef(&kNamenodeHttpAddress),
    KeyRef(&kNamenodeHttpBindHost),
    KeyRef(&kNameDirs),
    KeyRef(&kEditsDirs),
    KeyRef(&kReplication),
    KeyRef(&kReplicationMax),
    KeyRef(&kReplicationMin),
    KeyRef(&kBlockSize),
    KeyRef(&kMinBlockSize),
    KeyRef(&kMaxBlocksPerFile),
    KeyRef(&kMaxComponentLength),
    KeyRef(&kMaxDirectoryItems),
    KeyRef(&kListLimit),
    KeyRef(&kContentSummaryLimit),
    KeyRef(&kPermissionsEnabled),
    KeyRef(&kSuperGroup),
    KeyRef(&kAclsEnabled),
    KeyRef(&kPosixAclInheritance),
    KeyRef(&kXattrsEnabled),
    KeyRef(&kXattrsPerInode),
    KeyRef(&kXattrSize),
    KeyRef(&kSafeModeThreshold),
    KeyRef(&kSafeModeMinDatanodes),
    KeyRef(&kSafeModeExtension),
    KeyRef(&kHeartbeatRecheckMs),
    KeyRef(&kStaleInterval),
    KeyRef(&kAvoidStaleRead),
    KeyRef(&kAvoidStaleWrite),
    KeyRef(&kRedundancyInterval),
    KeyRef(&kPendingReplicationTimeout),
    KeyRef(&kReplicationMaxStreams),
    KeyRef(&kReplicationMaxStreamsHard),
    KeyRef(&kReplicationWorkMultiplier),
    KeyRef(&kInvalidateLimit),
    KeyRef(&kConsiderLoad),
    KeyRef(&kConsiderLoadFactor),
    KeyRef(&kMaxFullReportLeases),
    KeyRef(&kFullReportLease),
    KeyRef(&kHostsFile),
    KeyRef(&kHostsExcludeFile),
    KeyRef(&kRegistrationIpHostnameCheck),
    KeyRef(&kCheckpointPeriod),
    KeyRef(&kCheckpointTxns),
    KeyRef(&kCheckpointCheckPeriod),
    KeyRef(&kCheckpointsRetained),
    KeyRef(&kExtraEditsRetained),
    KeyRef(&kLeaseHardLimit),
    KeyRef(&kLeaseRecheck),
    KeyRef(&kRetryCacheExpiry),
    KeyRef(&kRetryCacheEnabled),
    KeyRef(&kAccessTimePrecision),
    KeyRef(&kAuditLog),
    KeyRef(&kFencingMethods),
    KeyRef(&kFailoverControllerPort),
    KeyRef(&kBackupAddress),
    KeyRef(&kSecondaryHttpAddress),
    KeyRef(&kNameservices),
    KeyRef(&kInternalNameservices),
    KeyRef(&kNameserviceId),
    KeyRef(&kHaNamenodes),
    KeyRef(&kHaNamenodeId),
    KeyRef(&kAutomaticFailover),
    KeyRef(&kNotActiveInSafeMode),
    KeyRef(&kIoThreads),
};

constexpr std::array kDatanodeKeys = {
    KeyRef(&kDataDirs),
    KeyRef(&kDatanodeAddress),
    KeyRef(&kDatanodeIpcAddress),
    KeyRef(&kDatanodeHttpAddress),
    KeyRef(&kDatanodeHostname),
    KeyRef(&kMaxTransferThreads),
    KeyRef(&kHeartbeatInterval),
    KeyRef(&kBlockReportInterval),
    KeyRef(&kBlockReportInitialDelay),
    KeyRef(&kBlockReportSplit),
    KeyRef(&kIncrementalReportInterval),
    KeyRef(&kReservedSpace),
    KeyRef(&kReservedSpacePercent),
    KeyRef(&kVolumeSpareBytes),
    KeyRef(&kWriterStopTimeout),
    KeyRef(&kFailedVolumesTolerated),
    KeyRef(&kBalanceBandwidth),
    KeyRef(&kBalanceMovesMax),
    KeyRef(&kScanPeriodHours),
    KeyRef(&kScanBytesPerSecond),
    KeyRef(&kDirectoryScanInterval),
    KeyRef(&kSyncOnClose),
    KeyRef(&kSyncBehindWrites),
    KeyRef(&kDropBehindReads),
    KeyRef(&kDropBehindWrites),
    KeyRef(&kReadahead),
    KeyRef(&kSocketTimeout),
    KeyRef(&kSocketWriteTimeout),
    KeyRef(&kSocketKeepalive),
    KeyRef(&kCheckIpHostname),
    KeyRef(&kBpReadyTimeout),
    KeyRef(&kIpcHandlers),
    KeyRef(&kTransferTo),
    KeyRef(&kTransferTcpNoDelay),
    KeyRef(&kTransferSendBuffer),
    KeyRef(&kTransferReceiveBuffer),
    KeyRef(&kTransferBandwidth),
    KeyRef(&kWriteBandwidth),
    KeyRef(&kReadBandwidth),
    KeyRef(&kDatanodeSlowIoWarning),
    KeyRef(&kRestartReplicaExpiry),
    KeyRef(&kNamenodeVersionMin),
};

constexpr std::array kClientKeys = {
    KeyRef(&kBytesPerChecksum),
    KeyRef(&kChecksumType),
    KeyRef(&kChecksumCombineMode),
    KeyRef(&kWritePacketSize),
    KeyRef(&kWriteMaxPackets),
    KeyRef(&kBlockWriteRetries),
    KeyRef(&kLocateBlockRetries),
    KeyRef(&kLocateBlockDelay),
    KeyRef(&kLocateBlockMaxDelay),
    KeyRef(&kReplaceDatanode),
    KeyRef(&kReplaceDatanodePolicy),
    KeyRef(&kReplaceDatanodeBestEffort),
    KeyRef(&kReplaceDatanodeMinReplication),
    KeyRef(&kPipelineRecoveryRetries),
    KeyRef(&kExcludedNodesExpiry),
    KeyRef(&kReadRetries),
    KeyRef(&kRetryWindow),
    KeyRef(&kReadPrefetch),
    KeyRef(&kUseDatanodeHostname),
    KeyRef(&kFailoverMaxAttempts),
    KeyRef(&kFailoverConnectionRetries),
    KeyRef(&kRetryMaxAttempts),
    KeyRef(&kSocketCacheCapacity),
    KeyRef(&kSocketCacheExpiry),
    KeyRef(&kFailoverSleepBase),
    KeyRef(&kFailoverSleepMax),
    KeyRef(&kHaCheckTimeout),
    KeyRef(&kNewActiveTimeout),
    KeyRef(&kGracefulFenceTimeout),
    KeyRef(&kClientDatanodeRestartTimeout),
};

constexpr std::array kHaKeys = {
    KeyRef(&kJournalAddress),  KeyRef(&kJournalBindHost), KeyRef(&kPairSecretFile),
    KeyRef(&kPairLease),       KeyRef(&kPairAckTimeout),  KeyRef(&kZooKeeperQuorum),
    KeyRef(&kZooKeeperParent), KeyRef(&kZooKeeperSession), KeyRef(&kZooKeeperAuth),
};

template <typename Key>
constexpr const char* TypeName() {
  if constexpr (std::is_same_v<Key, StringKey>) return "string";
  if constexpr (std::is_same_v<Key, IntKey>) return "int";
  if constexpr (std::is_same_v<Key, SizeKey>) return "size";
  if constexpr (std::is_same_v<Key, DurationKey>) return "duration";
  if constexpr (std::is_same_v<Key, BoolKey>) return "bool";
  if constexpr (std::is_same_v<Key, FloatKey>) return "float";
  return "list";
}

// A default as an operator would write it into a file: in the unit of a plain number.
template <typename Key>
std::string FallbackText(const Key& key) {
  if constexpr (std::is_same_v<Key, StringKey> || std::is_same_v<Key, ListKey>) {
    return key.fallback;
  } else if constexpr (std::is_same_v<Key, DurationKey>) {
    return std::to_string(key.fallback_ms / key.unit_ms) +
           (key.unit_ms == 1 ? "ms" : key.unit_ms == 1000 ? "s" : "m");
  } else if constexpr (std::is_same_v<Key, BoolKey>) {
    return key.fallback ? "true" : "false";
  } else if constexpr (std::is_same_v<Key, FloatKey>) {
    std::string text = std::to_string(key.fallback);
    text.erase(text.find_last_not_of('0') + 1);
    return text.back() == '.' ? text + "0" : text;
  } else {
    return std::to_string(key.fallback);
  }
}

template <typename Key>
std::string BoundsText(const Key& key) {
  if constexpr (std::is_same_v<Key, IntKey>) {
    return std::to_string(key.min) + " to " + std::to_string(key.max);
  } else if constexpr (std::is_same_v<Key, SizeKey>) {
    return "at least " + std::to_string(key.min);
  }
  return "";
}

template <typename Rows>
void AppendRows(std::vector<KeyRow>& out, const Rows& rows, const char* section) {
  for (const KeyRef& row : rows) {
    out.push_back(std::visit(
        [section](const auto* key) {
          using Key = std::remove_cvref_t<decltype(*key)>;
          return KeyRow{key->name,       TypeName<Key>(),  FallbackText(*key),
                        BoundsText(*key), key->description, section};
        },
        row));
  }
}

}  // namespace

std::vector<KeyRow> AllKeys() {
  std::vector<KeyRow> rows;
  AppendRows(rows, kCommonKeys, "Common");
  AppendRows(rows, kNamenodeKeys, "Namenode");
  AppendRows(rows, kDatanodeKeys, "Datanode");
  AppendRows(rows, kClientKeys, "Client");
  AppendRows(rows, kHaKeys, "High availability");
  return rows;
}

std::optional<std::string> FallbackOf(std::string_view name) {
  for (const KeyRow& row : AllKeys()) {
    if (row.name == name) return row.fallback;
  }
  return std::nullopt;
}

}  // namespace cairn::config
