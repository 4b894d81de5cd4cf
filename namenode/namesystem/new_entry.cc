// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/new_entry.h"

#include <utility>

#include "namenode/namesystem/acl_storage.h"

namespace cairn::namenode {
namespace {

constexpr uint16_t kModeBits = 01777;
constexpr uint16_t kOwnerWriteExecute = 0300;

}  // namespace

NewEntry MakeNewEntry(const Operation& op, InodeHandle parent, const ClientMode& mode,
                      bool is_directory) {
  const Tree& tree = op.state.tree;
  NewEntry entry;
  entry.permission = {.owner = op.context.caller.user,
                      .group = tree.inodes().Permission(parent).group,
                      .mode = static_cast<uint16_t>(mode.masked & kModeBits)};
  const uint16_t asked_mode =
      op.state.options.posix_acl_inheritance ? mode.unmasked.value_or(mode.masked) : mode.masked;
  const auto asked = static_cast<uint16_t>(asked_mode & kModeBits);
  SplitAcl inherited;
  if (InheritAcl(tree.features().Acl(parent), is_directory, asked, &inherited)) {
    entry.permission.mode = inherited.mode;
    if (!inherited.entries.empty()) entry.acl = LogicalAcl(inherited.mode, &inherited.entries);
  }
  return entry;
}

Status CheckParentExists(const NamesystemState& state, const ResolvedPath& where) {
  if (where.depth() < 2) return Status();
  const std::string parent_path = where.PathTo(where.depth() - 1);
  if (where.parent() == kNoInode) {
    return Status(Code::kNotFound, "Parent directory doesn't exist: " + parent_path);
  }
  if (!state.tree.inodes().IsDirectory(where.parent())) {
    return Status(Code::kParentNotDirectory, "Parent path is not a directory: " + parent_path);
  }
  return Status();
}

Status CheckNewName(const NamesystemState& state, InodeHandle parent, std::string_view name) {
  // ".reserved" is taken in the root only.
  if (parent == state.tree.root() || name != ".reserved") {
    CAIRN_TRY(CheckNewChild(state.tree, state.limits, parent, name));
  }
  return VerifyQuota(state.tree, parent, {.names = 1});
}

Result<ResolvedPath> MakeParents(Mutation& m, ResolvedPath where, const ClientMode& mode) {
  if (where.parent() != kNoInode) return where;
  ClientMode passable = mode;
  passable.masked = static_cast<uint16_t>((mode.masked & 0777) | kOwnerWriteExecute);
  InodeHandle parent = where.deepest();
  for (size_t i = where.existing() - 1; i + 1 < where.depth(); ++i) {
    CAIRN_TRY(CheckNewName(m.state, parent, where.path()[i]));
    NewEntry entry = MakeNewEntry(m, parent, passable, true);
    const int64_t now = m.NowMs();
    CAIRN_TRY(m.Record(op::Mkdir{.inode_id = m.NextInodeId(),
                                 .path = where.PathTo(i + 1),
                                 .mtime = now,
                                 .atime = now,
                                 .permission = std::move(entry.permission),
                                 .acl = std::move(entry.acl)}));
    parent = m.state.tree.Child(parent, where.path()[i]);
  }
  return m.state.tree.Resolve(where.path());
}

ClientMode ModeOfDeepest(const NamesystemState& state, const ResolvedPath& where) {
  return {.masked = state.tree.inodes().Permission(where.deepest()).mode};
}

}  // namespace cairn::namenode
