// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <utility>

#include "namenode/image/snapshot_guard.h"
#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/lease_recovery.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/new_entry.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/replication_bounds.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

constexpr size_t kFreedAtOnce = 1000;
// Lengths of blocks are kept in 48 bits, and sums of replicas in 63.
constexpr uint64_t kBlockSizeMax = uint64_t{1} << 46;
constexpr char kLazyPersist[] = "LAZY_PERSIST";

bool IsReplicationPolicy(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return name == "replication";
}

Status CheckRequest(const CreateRequest& request) {
  const std::string& path = request.path;
  CAIRN_TRY(CheckPathLength("create", path));
  const bool reserved =
      IsBelowReserved(path) && !IsReservedRaw(path) && !IsReservedInodes(path);
  if (!IsValidPathName(path) || IsReservedName(path) || reserved) return InvalidPath(path);
  if ((request.flags & kCreateFlagShouldReplicate) != 0 &&
      !request.erasure_coding_policy.empty()) {
    return Status(Code::kInvalidArgument, "SHOULD_REPLICATE flag and ecPolicyName are exclusive "
                                          "parameters. Set both is not allowed!");
  }
  if (!request.erasure_coding_policy.empty() &&
      !IsReplicationPolicy(request.erasure_coding_policy)) {
    return Status(Code::kUnsupported, "erasure coding policy " + request.erasure_coding_policy +
                                          " for " + path + ": erasure coding is not built");
  }
  return Status();
}

// The checks on what is at the path, in Apache's order.
Status CheckTarget(const Mutation& m, const ResolvedPath& where, const CreateRequest& request) {
  const NamesystemState& s = m.state;
  CAIRN_TRY(m.checker.CheckAncestor(where, Access::kWrite));
  if (where.exists()) {
    if (s.tree.inodes().IsDirectory(where.last())) {
      return Status(Code::kAlreadyExists,
                    where.path().text() + " already exists as a directory");
    }
    CAIRN_TRY(RequireFile(s, where, request.path).status());
    if ((request.flags & kCreateFlagOverwrite) != 0) {
      CAIRN_TRY(m.checker.CheckTarget(where, Access::kWrite));
    }
    return Status();
  }
  if (!request.create_parent) CAIRN_TRY(CheckParentExists(s, where));
  if ((request.flags & kCreateFlagCreate) == 0) {
    return Status(Code::kNotFound, "Can't overwrite non-existent " + request.path);
  }
  return Status();
}

Status CheckSizes(const Mutation& m, const CreateRequest& request) {
  const NamesystemOptions& options = m.state.options;
  if (request.block_size < options.block_size_min) {
    return Status(Code::kIoError, "Specified block size " + std::to_string(request.block_size) +
                                      " is less than configured minimum value " +
                                      "dfs.namenode.fs-limits.min-block-size=" +
                                      std::to_string(options.block_size_min));
  }
  if (request.block_size > kBlockSizeMax) {
    return Status(Code::kIoError, "Specified block size " + std::to_string(request.block_size) +
                                      " is more than the maximum value " +
                                      std::to_string(kBlockSizeMax));
  }
  return CheckReplication(options, request.path, request.replication,
                          &m.context.client_machine);
}

// The policy that is stored with the file: 0 when it follows its directory.
Result<uint8_t> PolicyFor(const NamesystemState& s, const CreateRequest& request,
                          InodeHandle deepest) {
  if ((request.flags & kCreateFlagLazyPersist) != 0) return FindStoragePolicy(kLazyPersist)->id;
  if (!request.storage_policy.empty()) {
    const BlockStoragePolicy* policy = FindStoragePolicy(request.storage_policy);
    if (policy == nullptr) {
      return Status(Code::kInvalidArgument,
                    "Cannot find a block policy with the name " + request.storage_policy);
    }
    return policy->id;
  }
  const uint8_t inherited = EffectiveStoragePolicy(s.tree, deepest);
  const bool copied =
      inherited != kPolicyUnspecified && StoragePolicyById(inherited).copy_on_create_file;
  return copied ? inherited : kPolicyUnspecified;
}

// What to do with a file that is there already. Only an overwrite goes on.
Status HandleExisting(Mutation& m, const ResolvedPath& where, const CreateRequest& request) {
  if ((request.flags & kCreateFlagOverwrite) != 0) {
    if (m.state.has_snapshots && ContainsSnapshots(m.state.tree, where.last())) {
      return Status(Code::kSnapshot, where.path().text() + " is held by a snapshot");
    }
    return Status();
  }
  const std::string& path = where.path().text();
  CAIRN_TRY(ClaimLease(m, where, {.demand = LeaseDemand::kCreate,
                                  .holder = request.client_name,
                                  .client_machine = m.context.client_machine})
                .status());
  return Status(Code::kAlreadyExists,
                path + " for client " + m.context.client_machine + " already exists");
}

Result<FileStatus> DoCreate(Mutation& m, const CreateRequest& request) {
  NamesystemState& s = m.state;
  if (const RetryCache::Entry* earlier = m.EarlierCopy(); earlier != nullptr) {
    m.audit.skip = true;
    const InodeHandle made = s.tree.Find(earlier->file);
    if (made != kNoInode) return MakeFileStatus(s, made, "");
    return Status(Code::kNotFound, "File does not exist: " + request.path);
  }
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot create file" + request.path));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, request.path, PathUse::kCreate));
  CAIRN_TRY(CheckTarget(m, where, request));
  CAIRN_TRY(CheckSizes(m, request));
  if (where.exists()) CAIRN_TRY(HandleExisting(m, where, request));
  // A file that is overwritten hands nothing on.
  const InodeHandle heir = where.exists() ? where.parent() : where.deepest();
  CAIRN_ASSIGN(uint8_t policy, PolicyFor(s, request, heir));

  const ClientMode parents_mode = ModeOfDeepest(s, where);
  CAIRN_ASSIGN(where, MakeParents(m, std::move(where), parents_mode));
  if (!where.exists()) CAIRN_TRY(CheckNewName(s, where.parent(), where.name()));
  NewEntry entry = MakeNewEntry(m, where.parent(), request.mode, false);
  const int64_t now = m.NowMs();
  const InodeId id = m.NextInodeId();
  CAIRN_TRY(m.Record(op::Add{.inode_id = id,
                             .path = where.path().text(),
                             .replication = static_cast<uint16_t>(request.replication),
                             .mtime = now,
                             .atime = now,
                             .block_size = static_cast<int64_t>(request.block_size),
                             .permission = std::move(entry.permission),
                             .acl = std::move(entry.acl),
                             .client_name = request.client_name,
                             .client_machine = m.context.client_machine,
                             .overwrite = (request.flags & kCreateFlagOverwrite) != 0,
                             .storage_policy = policy,
                             .retry = m.retry()},
                     {.path = &where}));
  const InodeHandle file = s.tree.Find(id);
  m.audit.permission = AuditPermission(s, file);
  CollectDeleted(s, kFreedAtOnce);
  return MakeFileStatus(s, file, "");
}

}  // namespace

Outcome<FileStatus> Namesystem::Create(const OpContext& context, const CreateRequest& request) {
  if (Status s = CheckRequest(request); !s.ok()) return s;
  return RunExclusive<FileStatus>(state_, context, Category::kWrite,
                                  {.command = "create", .source = request.path},
                                  [&](Mutation& m) { return DoCreate(m, request); });
}

}  // namespace cairn::namenode
