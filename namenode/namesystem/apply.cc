// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/apply.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "namenode/namesystem/acl_storage.h"
#include "namenode/namesystem/applier.h"

namespace cairn::namenode {
namespace {

Status ResolveInto(const Tree& tree, const std::string& text, std::optional<ResolvedPath>* out) {
  CAIRN_ASSIGN(Path path, Path::Parse(text));
  CAIRN_ASSIGN(ResolvedPath resolved, tree.Resolve(path));
  out->emplace(std::move(resolved));
  return Status();
}

}  // namespace

Status Apply(NamesystemState& state, TxId txid, const EditOp& op, const ApplyHint& hint) {
  Applier applier(state, txid, hint);
  CAIRN_TRY(std::visit(applier, op));
  state.last_applied = txid;
  // A start frees at once; whoever serves or follows lets the monitor free large deletes in slices.
  if (!hint.live && !hint.free_later) {
    while (CollectDeleted(state, std::numeric_limits<size_t>::max())) {
    }
  }
  return Status();
}

Result<const ResolvedPath*> Applier::Main(const std::string& path) {
  if (hint_.path != nullptr) return hint_.path;
  CAIRN_TRY(ResolveInto(state_.tree, path, &main_));
  return static_cast<const ResolvedPath*>(&*main_);
}

Result<const ResolvedPath*> Applier::Destination(const std::string& path) {
  if (hint_.destination != nullptr) return hint_.destination;
  CAIRN_TRY(ResolveInto(state_.tree, path, &destination_));
  return static_cast<const ResolvedPath*>(&*destination_);
}

Result<InodeHandle> Applier::Existing(const std::string& path) {
  CAIRN_ASSIGN(const ResolvedPath* where, Main(path));
  if (!where->exists()) return Misfit(path, "it does not exist");
  return where->last();
}

Result<InodeHandle> Applier::ExistingFile(const std::string& path) {
  CAIRN_ASSIGN(InodeHandle inode, Existing(path));
  if (!state_.tree.inodes().IsFile(inode)) return Misfit(path, "it is no file");
  return inode;
}

Result<InodeHandle> Applier::ExistingDirectory(const std::string& path) {
  CAIRN_ASSIGN(InodeHandle inode, Existing(path));
  if (!state_.tree.inodes().IsDirectory(inode)) return Misfit(path, "it is no directory");
  return inode;
}

Status Applier::Misfit(std::string_view path, std::string_view why) const {
  return Status(Code::kCorrupt, "transaction " + ToString(txid_) + " does not fit the namespace: " +
                                    std::string(path) + ": " + std::string(why));
}

void Applier::BumpModificationTime(InodeHandle inode, int64_t ms) {
  InodeTable& inodes = state_.tree.inodes();
  const uint64_t time = static_cast<uint64_t>(std::max<int64_t>(ms, 0));
  if (time > inodes.ModificationTimeMs(inode)) inodes.SetModificationTime(inode, time);
  Touch(inode, DurabilityWindow::Part::kContent);
}

void Applier::NoteInodeId(InodeId id) {
  state_.ids.last_inode_id = std::max(state_.ids.last_inode_id, id);
}

void Applier::Remember(const RetryIdentity& retry, InodeId file, bool new_block) {
  state_.retry_cache.Add(retry.client_id, retry.call_id,
                         {.txid = txid_, .file = file, .new_block = new_block});
}

void Applier::SetNewAcl(InodeHandle inode, const std::vector<AclEntry>& logical) {
  PermissionStatus permission = state_.tree.inodes().Permission(inode);
  SplitAcl split = SplitLogicalAcl(permission.mode, logical);
  permission.mode = split.mode;
  state_.tree.inodes().SetPermission(inode, permission);
  state_.tree.features().SetAcl(inode, std::move(split.entries));
}

Status Applier::operator()(const op::SetGenstampV1& r) {
  state_.ids.generation_stamp_v1 = std::max(state_.ids.generation_stamp_v1, r.stamp);
  return Status();
}

Status Applier::operator()(const op::SetGenstampV2& r) {
  state_.ids.generation_stamp = std::max(state_.ids.generation_stamp, r.stamp);
  state_.blocks.SetLastGenerationStamp(state_.ids.generation_stamp);
  return Status();
}

Status Applier::operator()(const op::AllocateBlockId& r) {
  if (r.block_id.value < 0) {
    return Status(Code::kUnsupported, "transaction " + ToString(txid_) +
                                          " allocates an erasure-coded block group");
  }
  state_.ids.last_block_id = std::max(state_.ids.last_block_id, r.block_id);
  return Status();
}

}  // namespace cairn::namenode
