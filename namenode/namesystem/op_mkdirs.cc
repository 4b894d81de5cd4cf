// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/new_entry.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

Result<bool> DoMkdirs(Mutation& m, const std::string& path, const ClientMode& mode,
                      bool create_parent) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot create directory " + path));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, path, PathUse::kCreate));
  if (where.exists()) {
    if (s.tree.inodes().IsFile(where.last())) {
      return Status(Code::kAlreadyExists, "Path is not a directory: " + path);
    }
    m.audit.permission = AuditPermission(s, where.last());
    return true;
  }
  CAIRN_TRY(m.checker.CheckAncestor(where, Access::kWrite));
  if (!create_parent) CAIRN_TRY(CheckParentExists(s, where));
  CAIRN_ASSIGN(where, MakeParents(m, std::move(where), mode));
  CAIRN_TRY(CheckNewName(s, where.parent(), where.name()));
  NewEntry entry = MakeNewEntry(m, where.parent(), mode, true);
  const int64_t now = m.NowMs();
  CAIRN_TRY(m.Record(op::Mkdir{.inode_id = m.NextInodeId(),
                               .path = where.path().text(),
                               .mtime = now,
                               .atime = now,
                               .permission = std::move(entry.permission),
                               .acl = std::move(entry.acl)},
                     {.path = &where}));
  m.audit.permission = AuditPermission(s, s.tree.Child(where.parent(), where.name()));
  return true;
}

}  // namespace

Outcome<bool> Namesystem::Mkdirs(const OpContext& context, const std::string& path,
                                 const ClientMode& mode, bool create_parent) {
  if (Status s = CheckPathLength("mkdirs", path); !s.ok()) return s;
  return RunExclusive<bool>(
      state_, context, Category::kWrite, {.command = "mkdirs", .source = path},
      [&](Mutation& m) { return DoMkdirs(m, path, mode, create_parent); });
}

}  // namespace cairn::namenode
