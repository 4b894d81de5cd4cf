// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/model/acl.h"
#include "common/model/block.h"
#include "common/model/ids.h"
#include "common/model/permission.h"
#include "common/model/xattr.h"

// One plain struct for each operation of Apache's edit log: what the namesystem fills, what it
// applies when it replays, and what codec.h turns into bytes. Times are Unix milliseconds. Strings
// are UTF-8; the codec turns them into Java's modified form. A field that an older layout does not
// have keeps the default that is given here when such a log is read.
//
// All of them are values; immutable once they are appended.
namespace cairn::namenode {

// Which call of which client an operation came from, for the retry cache.
struct RetryIdentity {
  std::string client_id;  // 16 bytes; empty when there is none.
  int32_t call_id = -2;   // -2 when there is none.

  bool present() const { return !client_id.empty() && call_id != -2; }
  bool operator==(const RetryIdentity&) const = default;
};

namespace op {

// A file comes into being. With `overwrite`, whatever file is at `path` is deleted first.
struct Add {
  InodeId inode_id;
  std::string path;
  uint16_t replication = 0;
  int64_t mtime = 0;
  int64_t atime = 0;
  int64_t block_size = 0;
  std::vector<Block> blocks;  // None since layout -62; older logs reopen a file by an Add.
  PermissionStatus permission;
  std::vector<AclEntry> acl;
  std::vector<Xattr> xattrs;
  std::string client_name;
  std::string client_machine;
  bool overwrite = false;
  uint8_t storage_policy = 0;
  uint8_t erasure_coding_policy = 0;
  RetryIdentity retry;
};

// A file's writer is done: its blocks and length are final. `inode_id` is 0 in Apache's logs.
struct Close {
  InodeId inode_id;
  std::string path;
  uint16_t replication = 0;
  int64_t mtime = 0;
  int64_t atime = 0;
  int64_t block_size = 0;
  std::vector<Block> blocks;
  PermissionStatus permission;
};

// A writer reopens a file at its end; with `new_block`, in a block of its own.
struct Append {
  std::string path;
  std::string client_name;
  std::string client_machine;
  bool new_block = false;
  RetryIdentity retry;
};

// A block is added; the one before it gets its length.
struct AddBlock {
  std::string path;
  std::optional<Block> penultimate;
  Block last;
  RetryIdentity retry;
};

// The blocks of an open file as they are now: fsync, pipeline recovery, abandoned blocks.
struct UpdateBlocks {
  std::string path;
  std::vector<Block> blocks;
  RetryIdentity retry;
};

struct Delete {
  std::string path;
  int64_t timestamp = 0;
  RetryIdentity retry;
};

struct Mkdir {
  InodeId inode_id;
  std::string path;
  int64_t mtime = 0;
  int64_t atime = 0;  // Apache writes mtime here, and ignores it when it reads.
  PermissionStatus permission;
  std::vector<AclEntry> acl;
  std::vector<Xattr> xattrs;
};

// rename(2): fails when the target exists. Parents of `dst` must exist; a directory as `dst` means
// "into it" only in the RPC: the record has the final name.
struct RenameOld {
  std::string src;
  std::string dst;
  int64_t timestamp = 0;
  RetryIdentity retry;
};

enum class RenameOption : uint8_t { kNone = 0, kOverwrite = 1, kToTrash = 2 };

struct Rename {
  std::string src;
  std::string dst;
  int64_t timestamp = 0;
  std::vector<RenameOption> options;
  RetryIdentity retry;
};

struct SetReplication {
  std::string path;
  uint16_t replication = 0;
};

struct SetPermissions {
  std::string path;
  uint16_t mode = 0;
};

// An empty name leaves the owner or group as it is.
struct SetOwner {
  std::string path;
  std::string owner;
  std::string group;
};

// -1 leaves a time as it is.
struct Times {
  std::string path;
  int64_t mtime = 0;
  int64_t atime = 0;
};

struct Concat {
  std::string target;
  std::vector<std::string> sources;
  int64_t timestamp = 0;
  RetryIdentity retry;
};

struct Truncate {
  std::string path;
  std::string client_name;
  std::string client_machine;
  int64_t new_length = 0;
  int64_t timestamp = 0;
  std::optional<Block> block;  // The block under recovery; none when cut at a block's boundary.
};

struct Symlink {
  InodeId inode_id;
  std::string path;
  std::string target;
  int64_t mtime = 0;
  int64_t atime = 0;
  PermissionStatus permission;
  RetryIdentity retry;
};

// The generation stamp of blocks with random ids (before layout -45); kept, never used.
struct SetGenstampV1 {
  GenerationStamp stamp;
};

// The last generation stamp that was given out.
struct SetGenstampV2 {
  GenerationStamp stamp;
};

// The last block id that was given out (negative: of an erasure-coded group).
struct AllocateBlockId {
  BlockId block_id;
};

struct ReassignLease {
  std::string old_holder;
  std::string path;
  std::string new_holder;
};

// -1: no quota; int64 max: unchanged.
struct SetQuota {
  std::string path;
  int64_t namespace_quota = 0;
  int64_t space_quota = 0;
};

struct SetQuotaByStorageType {
  std::string path;
  StorageType type = StorageType::kDisk;
  int64_t quota = 0;
};

// Obsolete, still readable.
struct SetNamespaceQuota {
  std::string path;
  int64_t quota = 0;
};
struct ClearNamespaceQuota {
  std::string path;
};

struct SetStoragePolicy {
  std::string path;
  uint8_t policy = 0;
};

// Replaces the whole list; empty removes it.
struct SetAcl {
  std::string path;
  std::vector<AclEntry> acl;
};

struct SetXattr {
  std::string path;
  std::vector<Xattr> xattrs;
  RetryIdentity retry;
};

struct RemoveXattr {
  std::string path;
  std::vector<Xattr> xattrs;
  RetryIdentity retry;
};

struct StartLogSegment {};
struct EndLogSegment {};

struct RollingUpgradeStart {
  int64_t time = 0;
};
struct RollingUpgradeFinalize {
  int64_t time = 0;
};

struct AllowSnapshot {
  std::string path;
};
struct DisallowSnapshot {
  std::string path;
};
struct CreateSnapshot {
  std::string path;
  std::string name;
  int64_t mtime = 0;
  RetryIdentity retry;
};
struct DeleteSnapshot {
  std::string path;
  std::string name;
  int64_t mtime = 0;
  RetryIdentity retry;
};
struct RenameSnapshot {
  std::string path;
  std::string old_name;
  std::string new_name;
  int64_t mtime = 0;
  RetryIdentity retry;
};

struct CacheDirective {
  int64_t id = 0;
  std::optional<std::string> path;
  std::optional<uint16_t> replication;
  std::optional<std::string> pool;
  std::optional<int64_t> expiration;  // Unix milliseconds.
};
struct AddCacheDirective {
  CacheDirective directive;
  RetryIdentity retry;
};
struct ModifyCacheDirective {
  CacheDirective directive;
  RetryIdentity retry;
};
struct RemoveCacheDirective {
  int64_t id = 0;
  RetryIdentity retry;
};

struct CachePool {
  std::string name;
  std::optional<std::string> owner;
  std::optional<std::string> group;
  std::optional<uint16_t> mode;
  std::optional<int64_t> limit;
  std::optional<int64_t> max_relative_expiry_ms;
  std::optional<uint16_t> default_replication;
};
struct AddCachePool {
  CachePool pool;
  RetryIdentity retry;
};
struct ModifyCachePool {
  CachePool pool;
  RetryIdentity retry;
};
struct RemoveCachePool {
  std::string name;
  RetryIdentity retry;
};

struct DelegationToken {
  std::string owner;
  std::string renewer;
  std::string real_user;
  int64_t issue_date = 0;
  int64_t max_date = 0;
  int32_t sequence_number = 0;
  int32_t master_key_id = 0;
};
struct GetDelegationToken {
  DelegationToken token;
  int64_t expiry = 0;
};
struct RenewDelegationToken {
  DelegationToken token;
  int64_t expiry = 0;
};
struct CancelDelegationToken {
  DelegationToken token;
};
struct UpdateMasterKey {
  int32_t key_id = 0;
  int64_t expiry = 0;
  std::optional<std::string> key;
};

struct AddErasureCodingPolicy {
  std::string codec;
  int32_t data_units = 0;
  int32_t parity_units = 0;
  int32_t cell_size = 0;
  std::vector<std::pair<std::string, std::string>> options;
  RetryIdentity retry;
};
struct EnableErasureCodingPolicy {
  std::string name;
  RetryIdentity retry;
};
struct DisableErasureCodingPolicy {
  std::string name;
  RetryIdentity retry;
};
struct RemoveErasureCodingPolicy {
  std::string name;
  RetryIdentity retry;
};

}  // namespace op

using EditOp = std::variant<
    op::Add, op::Close, op::Append, op::AddBlock, op::UpdateBlocks, op::Delete, op::Mkdir,
    op::RenameOld, op::Rename, op::SetReplication, op::SetPermissions, op::SetOwner, op::Times,
    op::Concat, op::Truncate, op::Symlink, op::SetGenstampV1, op::SetGenstampV2,
    op::AllocateBlockId, op::ReassignLease, op::SetQuota, op::SetQuotaByStorageType,
    op::SetNamespaceQuota, op::ClearNamespaceQuota, op::SetStoragePolicy, op::SetAcl, op::SetXattr,
    op::RemoveXattr, op::StartLogSegment, op::EndLogSegment, op::RollingUpgradeStart,
    op::RollingUpgradeFinalize, op::AllowSnapshot, op::DisallowSnapshot, op::CreateSnapshot,
    op::DeleteSnapshot, op::RenameSnapshot, op::AddCacheDirective, op::ModifyCacheDirective,
    op::RemoveCacheDirective, op::AddCachePool, op::ModifyCachePool, op::RemoveCachePool,
    op::GetDelegationToken, op::RenewDelegationToken, op::CancelDelegationToken,
    op::UpdateMasterKey, op::AddErasureCodingPolicy, op::EnableErasureCodingPolicy,
    op::DisableErasureCodingPolicy, op::RemoveErasureCodingPolicy>;

// One transaction.
struct EditRecord {
  TxId txid;
  EditOp op;
};

// "OP_MKDIR": Apache's name of the operation, for logs and messages.
const char* OpName(const EditOp& op);

}  // namespace cairn::namenode
