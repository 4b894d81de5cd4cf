// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "namenode/namesystem/applier.h"

namespace cairn::namenode {
namespace {

// Whether a directory from `dir` up to, not including, `stop` has a quota of its own.
bool AnyQuotaBelow(const Tree& tree, InodeHandle dir, InodeHandle stop) {
  for (InodeHandle at = dir; at != stop && at != tree.root() && at != kNoInode;
       at = tree.inodes().Parent(at)) {
    if (tree.features().Quota(at) != nullptr) return true;
  }
  return false;
}

constexpr size_t kOpenFilesPage = 1000;

}  // namespace

Status Applier::operator()(const op::Mkdir& r) {
  CAIRN_ASSIGN(const ResolvedPath* where, Main(r.path));
  if (where->exists() || where->parent() == kNoInode) {
    return Misfit(r.path, where->exists() ? "it exists" : "its parent does not exist");
  }
  const InodeHandle parent = where->parent();
  CAIRN_ASSIGN(InodeHandle dir,
               state_.tree.AddDirectory(parent, {.id = r.inode_id,
                                             .name = where->name(),
                                             .permission = r.permission,
                                             .modification_time_ms =
                                                 static_cast<uint64_t>(r.mtime)}));
  NoteInodeId(r.inode_id);
  if (!r.acl.empty()) SetNewAcl(dir, r.acl);
  if (!r.xattrs.empty()) state_.tree.features().SetXattrs(dir, r.xattrs);
  BumpModificationTime(parent, r.mtime);
  if (state_.count_quotas) ChargeQuota(state_.tree, parent, {.names = 1});
  Touch(dir);
  return Status();
}

void Applier::ChargeAllButRoot(InodeHandle dir, const QuotaCounts& change) {
  ChargeQuota(state_.tree, dir, change);
  ChargeQuota(state_.tree, state_.tree.root(), -change);
}

// The root is charged by what is freed, later, and by the length of blocks as they are then. The
// last block of an open file is charged as a full one now: the difference goes at once.
void Applier::ChargeOpenFilesBelow(InodeHandle inode) {
  InodeId after{0};
  for (;;) {
    const std::vector<InodeId> page = state_.leases.OpenFiles(after, kOpenFilesPage);
    if (page.empty()) return;
    after = page.back();
    for (const InodeId id : page) {
      const InodeHandle file = state_.tree.Find(id);
      if (file == kNoInode || !state_.tree.IsUnder(file, inode)) continue;
      const size_t count = state_.tree.inodes().BlockCount(file);
      if (count == 0) continue;
      const FileLayout& layout = state_.tree.inodes().Layout(file);
      const uint64_t length = state_.LengthOf(state_.tree.inodes().BlockAt(file, count - 1)).length;
      if (length >= layout.block_size) continue;
      ChargeQuota(state_.tree, state_.tree.root(),
                  -SpaceChange(kPolicyUnspecified, layout.block_size - length, 0,
                               layout.replication));
    }
  }
}

void Applier::DeleteSubtree(InodeHandle inode, int64_t time_ms) {
  const InodeHandle parent = state_.tree.inodes().Parent(inode);
  if (state_.count_quotas) {
    if (AnyQuotaBelow(state_.tree, parent, kNoInode)) {
      ChargeAllButRoot(parent, -CountSubtree(state_.tree, state_, inode));
    }
    ChargeOpenFilesBelow(inode);
  }
  BumpModificationTime(parent, time_ms);
  state_.tree.Detach(inode);
  state_.tree.Discard(inode);
}

Status Applier::operator()(const op::Delete& r) {
  CAIRN_ASSIGN(InodeHandle inode, Existing(r.path));
  if (inode == state_.tree.root()) return Misfit(r.path, "the root cannot be deleted");
  DeleteSubtree(inode, r.timestamp);
  Remember(r.retry);
  return Status();
}

Status Applier::MoveInode(const ResolvedPath& source, const ResolvedPath& target,
                          int64_t time_ms) {
  const InodeHandle inode = source.last();
  const InodeHandle from = source.parent();
  const InodeHandle to = target.parent();
  const InodeHandle common = CommonAncestor(state_.tree, from, to);
  const bool charged = state_.count_quotas && (AnyQuotaBelow(state_.tree, from, common) ||
                                           AnyQuotaBelow(state_.tree, to, common));
  QuotaCounts before;
  if (charged) before = CountSubtree(state_.tree, state_, inode);
  CAIRN_TRY(state_.tree.Move(inode, to, target.name()));
  if (charged) {
    ChargeQuota(state_.tree, from, -before);
    ChargeQuota(state_.tree, to, CountSubtree(state_.tree, state_, inode));
  }
  BumpModificationTime(from, time_ms);
  BumpModificationTime(to, time_ms);
  Touch(inode);
  return Status();
}

Status Applier::operator()(const op::RenameOld& r) {
  CAIRN_ASSIGN(const ResolvedPath* source, Main(r.src));
  CAIRN_ASSIGN(const ResolvedPath* target, Destination(r.dst));
  if (!source->exists()) return Misfit(r.src, "it does not exist");
  if (target->exists() || target->parent() == kNoInode) {
    return Misfit(r.dst, target->exists() ? "it exists" : "its parent does not exist");
  }
  CAIRN_TRY(MoveInode(*source, *target, r.timestamp));
  Remember(r.retry);
  return Status();
}

Status Applier::operator()(const op::Rename& r) {
  CAIRN_ASSIGN(const ResolvedPath* source, Main(r.src));
  CAIRN_ASSIGN(const ResolvedPath* target, Destination(r.dst));
  if (!source->exists()) return Misfit(r.src, "it does not exist");
  if (target->parent() == kNoInode) return Misfit(r.dst, "its parent does not exist");
  if (target->exists()) DeleteSubtree(target->last(), r.timestamp);
  CAIRN_TRY(MoveInode(*source, *target, r.timestamp));
  Remember(r.retry);
  return Status();
}

Status Applier::operator()(const op::Symlink& r) {
  CAIRN_ASSIGN(const ResolvedPath* where, Main(r.path));
  if (where->exists() || where->parent() == kNoInode) {
    return Misfit(r.path, where->exists() ? "it exists" : "its parent does not exist");
  }
  const InodeHandle parent = where->parent();
  CAIRN_ASSIGN(InodeHandle link,
               state_.tree.AddSymlink(parent,
                                  {.id = r.inode_id,
                                   .name = where->name(),
                                   .permission = r.permission,
                                   .modification_time_ms = static_cast<uint64_t>(r.mtime),
                                   .access_time_ms = static_cast<uint64_t>(r.atime)},
                                  r.target));
  NoteInodeId(r.inode_id);
  BumpModificationTime(parent, r.mtime);
  if (state_.count_quotas) ChargeQuota(state_.tree, parent, {.names = 1});
  Touch(link);
  Remember(r.retry);
  return Status();
}

Status Applier::operator()(const op::Concat& r) {
  CAIRN_ASSIGN(InodeHandle target, ExistingFile(r.target));
  InodeTable& inodes = state_.tree.inodes();
  const InodeHandle parent = inodes.Parent(target);
  const FileLayout layout = inodes.Layout(target);
  const InodeId target_id = inodes.Id(target);

  std::vector<BlockId> blocks = inodes.Blocks(target);
  QuotaCounts change = -CountFile(state_.tree, state_, target);
  for (const std::string& text : r.sources) {
    CAIRN_ASSIGN(Path path, Path::Parse(text));
    CAIRN_ASSIGN(ResolvedPath source, state_.tree.Resolve(path));
    if (!source.exists() || !inodes.IsFile(source.last()) || source.last() == target) {
      return Misfit(text, "it is no file that can be a source");
    }
    const InodeHandle file = source.last();
    change += -CountFile(state_.tree, state_, file);
    for (const BlockId block : inodes.Blocks(file)) {
      blocks.push_back(block);
      state_.blocks.SetOwner(block, target_id);
      state_.blocks.SetReplication(block, layout.replication);
    }
    inodes.SetBlocks(file, {});
    state_.tree.Detach(file);
    state_.tree.Discard(file);
  }
  inodes.SetBlocks(target, blocks);
  inodes.SetModificationTime(target, static_cast<uint64_t>(r.timestamp));
  BumpModificationTime(parent, r.timestamp);
  Touch(target);
  if (state_.count_quotas) {
    change += CountFile(state_.tree, state_, target);
    ChargeQuota(state_.tree, parent, change);
    // The names of the sources are taken from the root when their inodes are freed.
    ChargeQuota(state_.tree, state_.tree.root(), {.names = -change.names});
  }
  Remember(r.retry);
  return Status();
}

}  // namespace cairn::namenode
