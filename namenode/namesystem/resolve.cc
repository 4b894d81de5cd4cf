// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/resolve.h"

#include "namenode/image/snapshot_guard.h"

namespace cairn::namenode {
namespace {

constexpr char kReserved[] = "/.reserved";

bool Writes(PathUse use) { return use >= PathUse::kWrite; }
bool Creates(PathUse use) { return use == PathUse::kCreate || use == PathUse::kCreateLink; }
bool MeansLink(PathUse use) {
  return use == PathUse::kReadLink || use == PathUse::kWriteLink || use == PathUse::kCreateLink;
}

Status CheckSnapshots(const Operation& op, const ResolvedPath& where) {
  if (!op.state.has_snapshots) return Status();
  const Tree& tree = op.state.tree;
  const bool held = ProtectedBySnapshot(tree, where.deepest()) ||
                    (where.parent() != kNoInode && ProtectedBySnapshot(tree, where.parent()));
  if (!held) return Status();
  return Status(Code::kSnapshot,
                "cannot change " + where.path().text() +
                    ": it is held by snapshots, which this version carries but cannot change");
}

std::string LeaseText(const NamesystemState& state, const std::string& path, InodeId inode_id,
                      const std::string& holder) {
  std::string text = path + " (inode " + ToString(inode_id) + ") ";
  if (state.leases.HasLease(holder)) {
    return text + "[Lease.  Holder: " + holder + ", pending creates: " +
           std::to_string(state.leases.FilesOf(holder).size()) + "]";
  }
  return text + "Holder " + holder + " does not have any open files.";
}

}  // namespace

bool IsReservedName(const std::string& path) { return path == kReserved; }
bool IsBelowReserved(const std::string& path) {
  return path.starts_with(std::string(kReserved) + "/");
}
bool IsReservedRaw(const std::string& path) {
  return path.starts_with(std::string(kReserved) + "/raw");
}
bool IsReservedInodes(const std::string& path) {
  return path.starts_with(std::string(kReserved) + "/.inodes");
}

Status InvalidPath(const std::string& path) {
  return Status(Code::kInvalidPath, "Invalid path name " + path);
}

Result<ResolvedPath> ResolvePath(Operation& op, const std::string& path, PathUse use) {
  if (Creates(use) && !IsValidPathName(path)) {
    return InvalidPath("Invalid file name: " + path);
  }
  CAIRN_ASSIGN(Path parsed, Path::Parse(path));
  CAIRN_ASSIGN(ResolvedPath where, op.state.tree.Resolve(parsed));
  op.Saw(where);
  if (where.raw() && Writes(use)) {
    CAIRN_TRY(op.checker.CheckSuperuser(op.audit.operation()));
  }
  const bool checked = use != PathUse::kReadUnchecked;
  const PermissionChecker& checker = checked ? op.checker : op.unchecked;
  CAIRN_TRY(checker.CheckTraverse(
      where, {.for_create = Creates(use), .follow_last_link = !MeansLink(use)}));
  if (Writes(use)) CAIRN_TRY(CheckSnapshots(op, where));
  return where;
}

Result<ResolvedPath> ResolveWritersFile(Operation& op, const std::string& path,
                                        InodeId inode_id) {
  if (inode_id == kInvalidInodeId) return ResolvePath(op, path, PathUse::kWrite);
  const InodeHandle inode = op.state.tree.Find(inode_id);
  if (inode != kNoInode) {
    op.Saw(inode);
    return op.state.tree.ResolveInode(inode);
  }
  // A path that leads nowhere, so that the message has the client's own words.
  CAIRN_ASSIGN(Path parsed, Path::Parse(path));
  return ResolvedPath(std::move(parsed), {op.state.tree.root()}, false);
}

Result<InodeHandle> RequireFile(const NamesystemState& state, const ResolvedPath& where,
                                const std::string& shown) {
  if (!where.exists()) return Status(Code::kNotFound, "File does not exist: " + shown);
  if (!state.tree.inodes().IsFile(where.last())) {
    return Status(Code::kNotFound, "Path is not a file: " + shown);
  }
  return where.last();
}

Result<InodeHandle> RequireLease(const NamesystemState& state, const ResolvedPath& where,
                                 const std::string& holder, InodeId inode_id) {
  const std::string& path = where.path().text();
  if (!where.exists()) {
    return Status(Code::kNotFound,
                  "File does not exist: " + LeaseText(state, path, inode_id, holder));
  }
  const InodeHandle file = where.last();
  if (!state.tree.inodes().IsFile(file)) {
    return Status(Code::kLeaseExpired,
                  "INode is not a regular file: " + LeaseText(state, path, inode_id, holder));
  }
  const UnderConstruction* writer = state.tree.features().Writer(file);
  if (writer == nullptr) {
    return Status(Code::kLeaseExpired,
                  "File is not open for writing: " + LeaseText(state, path, inode_id, holder));
  }
  if (writer->client_name != holder) {
    return Status(Code::kLeaseExpired, "Client (=" + holder + ") is not the lease owner (=" +
                                           writer->client_name + ": " +
                                           LeaseText(state, path, inode_id, holder));
  }
  return file;
}

Status CheckPool(const NamesystemState& state, const ExtendedBlock& block) {
  if (block.pool_id == state.info.block_pool_id) return Status();
  return Status(Code::kIoError, "Unexpected BlockPoolId " + block.pool_id + " - expected " +
                                    state.info.block_pool_id);
}

std::string ToString(const ExtendedBlock& block) {
  return block.pool_id + ":" + cairn::ToString(block.block);
}

}  // namespace cairn::namenode
