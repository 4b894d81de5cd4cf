// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/util/result.h"
#include "namenode/journal/record.h"
#include "namenode/namesystem/apply.h"
#include "namenode/namesystem/state.h"

namespace cairn::namenode {

// One application of one record: Apply() visits the record's operation with it. The operations are
// spread over apply_namespace.cc, apply_files.cc, apply_attributes.cc and apply.cc (the rest).
//
// Lives for one record, inside the exclusive section.
class Applier {
 public:
  Applier(NamesystemState& state, TxId txid, const ApplyHint& hint)
      : state_(state), txid_(txid), hint_(hint) {}

  // Names and places.
  Status operator()(const op::Mkdir& r);
  Status operator()(const op::Delete& r);
  Status operator()(const op::RenameOld& r);
  Status operator()(const op::Rename& r);
  Status operator()(const op::Symlink& r);
  Status operator()(const op::Concat& r);

  // Files and blocks.
  Status operator()(const op::Add& r);
  Status operator()(const op::Close& r);
  Status operator()(const op::Append& r);
  Status operator()(const op::AddBlock& r);
  Status operator()(const op::UpdateBlocks& r);
  Status operator()(const op::Truncate& r);
  Status operator()(const op::ReassignLease& r);
  Status operator()(const op::SetReplication& r);

  // Attributes.
  Status operator()(const op::SetPermissions& r);
  Status operator()(const op::SetOwner& r);
  Status operator()(const op::Times& r);
  Status operator()(const op::SetQuota& r);
  Status operator()(const op::SetQuotaByStorageType& r);
  Status operator()(const op::SetNamespaceQuota& r);
  Status operator()(const op::ClearNamespaceQuota& r);
  Status operator()(const op::SetStoragePolicy& r);
  Status operator()(const op::SetAcl& r);
  Status operator()(const op::SetXattr& r);
  Status operator()(const op::RemoveXattr& r);

  // Counters and marks.
  Status operator()(const op::SetGenstampV1& r);
  Status operator()(const op::SetGenstampV2& r);
  Status operator()(const op::AllocateBlockId& r);
  Status operator()(const op::StartLogSegment&) { return Status(); }
  Status operator()(const op::EndLogSegment&) { return Status(); }

  // What this namenode cannot do yet is refused, never dropped.
  template <typename Other>
  Status operator()(const Other& r) {
    return Status(Code::kUnsupported, std::string("edit log record ") + OpName(EditOp(r)) +
                                          " at transaction " + ToString(txid_) +
                                          " cannot be applied by this version");
  }

 private:
  // Remembers what a change of a file's blocks does to the usage of the directories above it.
  class SpaceMeter {
   public:
    // Blocks before index `from` do not change.
    SpaceMeter(NamesystemState& state, InodeHandle file, size_t from);
    void Charge();

   private:
    QuotaCounts Measure() const;

    NamesystemState& state_;
    const InodeHandle file_;
    const size_t from_;
    QuotaCounts before_;
  };

  // The record's path, resolved, or the hint.
  Result<const ResolvedPath*> Main(const std::string& path);
  Result<const ResolvedPath*> Destination(const std::string& path);
  Result<InodeHandle> Existing(const std::string& path);
  Result<InodeHandle> ExistingFile(const std::string& path);
  Result<InodeHandle> ExistingDirectory(const std::string& path);
  Status Misfit(std::string_view path, std::string_view why) const;

  // The inode itself, or only what it holds, is not what it was.
  void Touch(InodeHandle inode, DurabilityWindow::Part part = DurabilityWindow::Part::kSelf) {
    if (hint_.live) state_.window.Touch(state_.tree.inodes().Id(inode), part, txid_);
  }
  void BumpModificationTime(InodeHandle inode, int64_t ms);
  void NoteInodeId(InodeId id);
  void Remember(const RetryIdentity& retry, InodeId file = kInvalidInodeId,
                bool new_block = false);
  void SetNewAcl(InodeHandle inode, const std::vector<AclEntry>& logical);

  // Takes an inode out of its directory and gives it up; usage above is charged.
  void DeleteSubtree(InodeHandle inode, int64_t time_ms);
  void ChargeAllButRoot(InodeHandle dir, const QuotaCounts& change);
  void ChargeOpenFilesBelow(InodeHandle inode);
  Status MoveInode(const ResolvedPath& source, const ResolvedPath& target, int64_t time_ms);

  Status UpdateBlocks(InodeHandle file, const std::string& path, const std::vector<Block>& blocks,
                      bool complete_last);
  Status UpdateOneBlock(const BlockView& old, const Block& block, bool is_last, bool complete);
  Status AddReplayedBlocks(InodeHandle file, const std::vector<Block>& blocks, size_t from,
                           bool complete_last);
  void RemoveLastBlock(InodeHandle file);
  Status Reopen(InodeHandle file, const op::Append& r);

  Status ChangeLimits(InodeHandle dir, const QuotaLimits& limits);
  QuotaLimits LimitsOf(InodeHandle dir) const;

  NamesystemState& state_;
  const TxId txid_;
  const ApplyHint& hint_;
  std::optional<ResolvedPath> main_;
  std::optional<ResolvedPath> destination_;
};

}  // namespace cairn::namenode
