// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/model/acl.h"
#include "common/model/block.h"
#include "common/model/datanode_info.h"
#include "common/model/file_status.h"
#include "common/model/ids.h"
#include "common/model/located_block.h"
#include "common/model/xattr.h"

namespace cairn::namenode {

// Arguments and results of the client operations, where a few plain parameters do not do.
// "fileId" of Apache's messages is `inode_id` here; kInvalidInodeId where a client sends none.

// A mode as a client sends it: already masked by its umask, with the unmasked mode beside it when
// the client knows POSIX ACL inheritance.
struct ClientMode {
  uint16_t masked = 0;
  std::optional<uint16_t> unmasked;
};

// Bits of CreateRequest::flags and AppendRequest::flags, with the numbers of Apache's protocol.
enum CreateFlag : uint32_t {
  kCreateFlagCreate = 1,
  kCreateFlagOverwrite = 2,
  kCreateFlagAppend = 4,
  kCreateFlagLazyPersist = 16,
  kCreateFlagNewBlock = 32,
  kCreateFlagShouldReplicate = 128,
};

struct CreateRequest {
  std::string path;
  ClientMode mode;
  std::string client_name;  // The lease's holder.
  uint32_t flags = kCreateFlagCreate;
  bool create_parent = false;
  uint32_t replication = 3;
  uint64_t block_size = 0;
  std::string erasure_coding_policy;  // Must be empty or "replication".
  std::string storage_policy;         // Name, or empty.
};

struct AppendRequest {
  std::string path;
  std::string client_name;
  uint32_t flags = kCreateFlagAppend;
};

struct AppendResult {
  std::optional<LocatedBlock> last_block;  // None when the next byte starts a new block.
  FileStatus status;
};

// Bits of AddBlockRequest::flags, with the numbers of Apache's protocol.
enum AddBlockFlag : uint32_t { kAddBlockNoLocalWrite = 1, kAddBlockIgnoreClientLocality = 2 };

struct AddBlockRequest {
  std::string path;
  std::string client_name;
  std::optional<ExtendedBlock> previous;  // With the length that the client wrote.
  std::vector<DatanodeId> excluded_nodes;
  InodeId inode_id = kInvalidInodeId;
  std::vector<std::string> favored_nodes;  // "host" or "host:port".
  uint32_t flags = 0;
};

struct AdditionalDatanodeRequest {
  std::string path;
  InodeId inode_id = kInvalidInodeId;
  ExtendedBlock block;
  std::vector<DatanodeId> existing;
  std::vector<std::string> existing_storage_uuids;
  std::vector<DatanodeId> excludes;
  uint32_t additional_nodes = 1;
  std::string client_name;
};

struct CompleteRequest {
  std::string path;
  std::string client_name;
  std::optional<ExtendedBlock> last;
  InodeId inode_id = kInvalidInodeId;
};

struct FsyncRequest {
  std::string path;
  InodeId inode_id = kInvalidInodeId;
  std::string client_name;
  int64_t last_block_length = -1;  // -1: the length is not told.
};

struct UpdatePipelineRequest {
  std::string client_name;
  ExtendedBlock old_block;
  ExtendedBlock new_block;  // Same id, newer generation stamp, length so far.
  std::vector<DatanodeId> new_nodes;
  std::vector<std::string> new_storage_uuids;
};

enum class RenameOption : uint8_t { kNone = 0, kOverwrite = 1, kToTrash = 2 };

struct RenameRequest {
  std::string source;
  std::string destination;
  bool overwrite = false;
  bool to_trash = false;  // The destination is in the trash: its parent may be made by others.
};

struct ListingRequest {
  std::string path;
  std::string start_after;  // Name of the last entry of the page before; empty for the first.
  bool need_location = false;
};

inline constexpr int64_t kQuotaDontSet = INT64_MAX;  // Leave this quota as it is.
inline constexpr int64_t kQuotaReset = -1;           // Remove this quota.

struct SetQuotaRequest {
  std::string path;
  int64_t namespace_quota = kQuotaDontSet;
  int64_t space_quota = kQuotaDontSet;
  std::optional<StorageType> storage_type;  // `space_quota` is for this type alone.
};

struct QuotaUsage {
  uint64_t file_and_directory_count = 0;
  int64_t quota = -1;
  uint64_t space_consumed = 0;
  int64_t space_quota = -1;
};

// Bits of SetXattrRequest::flags, with the numbers of Apache's protocol.
enum XattrFlag : uint32_t { kXattrCreate = 1, kXattrReplace = 2 };

struct SetXattrRequest {
  std::string path;
  Xattr xattr;
  uint32_t flags = 0;  // Whether the attribute may be new, and whether it may be there.
};

// Which datanodes a report shows, with the numbers of Apache's protocol.
enum class DatanodeReportType : uint8_t {
  kAll = 1,
  kLive = 2,
  kDead = 3,
  kDecommissioning = 4,
  kEnteringMaintenance = 5,
  kInMaintenance = 6,
};

struct DatanodeStorageReport {
  DatanodeInfo node;
  std::vector<StorageReport> storages;
};

enum class SafeModeAction : uint8_t { kLeave = 1, kEnter = 2, kGet = 3, kForceExit = 4 };

// Counters of contiguous blocks; all blocks are contiguous here.
struct ReplicatedBlockStats {
  uint64_t low_redundancy = 0;
  uint64_t corrupt = 0;
  uint64_t missing = 0;
  uint64_t missing_replication_one = 0;
  uint64_t bytes_in_future = 0;
  uint64_t pending_deletion = 0;
  uint64_t highest_priority_low_redundancy = 0;
};

struct CorruptFileBlocks {
  std::vector<std::string> files;
  std::string cookie;
};

struct OpenFile {
  InodeId inode_id;
  std::string path;
  std::string client_name;
  std::string client_machine;
};

struct OpenFiles {
  std::vector<OpenFile> entries;
  bool has_more = false;
};

struct StoragePolicy {
  uint8_t id = 0;
  std::string name;
  std::vector<StorageType> types;
  std::vector<StorageType> creation_fallbacks;
  std::vector<StorageType> replication_fallbacks;
  bool copy_on_create_file = false;
};

struct AclStatus {
  std::string owner;
  std::string group;
  bool sticky = false;
  uint16_t mode = 0;
  std::vector<AclEntry> entries;  // Without the base entries.
};

}  // namespace cairn::namenode
