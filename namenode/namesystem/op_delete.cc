// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/snapshot_guard.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

// Freed at once; the monitor frees the rest of a larger tree.
constexpr size_t kFreedAtOnce = 1000;

Result<bool> DoDelete(Mutation& m, const std::string& path, bool recursive) {
  NamesystemState& s = m.state;
  if (m.EarlierCopy() != nullptr) {
    m.audit.skip = true;
    return true;
  }
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot delete " + path));
  if (IsReservedName(path)) return InvalidPath(path);
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, path, PathUse::kWriteLink));
  CAIRN_TRY(m.checker.Check(where, {.parent = Access::kWrite,
                                    .subtree = Access::kAll,
                                    .ignore_empty_directories = true}));
  const bool has_children = where.exists() && s.tree.inodes().IsDirectory(where.last()) &&
                            s.tree.ChildCount(where.last()) > 0;
  if (has_children && !recursive) {
    return Status(Code::kNotEmpty,
                  "`" + where.path().text() + " is non empty': Directory is not empty");
  }
  if (!where.exists() || where.last() == s.tree.root()) {
    m.audit.allowed = false;
    return false;
  }
  if (s.has_snapshots && ContainsSnapshots(s.tree, where.last())) {
    return Status(Code::kSnapshot, "The directory " + where.path().text() +
                                       " cannot be deleted since it holds snapshots");
  }
  CAIRN_TRY(m.Record(
      op::Delete{.path = where.path().text(), .timestamp = m.NowMs(), .retry = m.retry()},
      {.path = &where}));
  CollectDeleted(s, kFreedAtOnce);
  return true;
}

}  // namespace

Outcome<bool> Namesystem::Delete(const OpContext& context, const std::string& path,
                                 bool recursive) {
  return RunExclusive<bool>(state_, context, Category::kWrite,
                            {.command = "delete", .source = path},
                            [&](Mutation& m) { return DoDelete(m, path, recursive); });
}

}  // namespace cairn::namenode
