// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "namenode/namesystem/acl_rules.h"
#include "namenode/namesystem/acl_storage.h"
#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

using Entries = std::vector<AclEntry>;

Status CheckEnabled(const NamesystemOptions& options) {
  if (options.acls_enabled) return Status();
  return Status(Code::kAcl, "The ACL operation has been rejected.  Support for ACLs has been "
                            "disabled by setting dfs.namenode.acls.enabled to false.");
}

// What an operation is called in the audit log and in a refusal.
struct Name {
  const char* command;
  const char* sentence;  // "Cannot … on /path".
  bool path_as_sent = false;  // How a refused list names the path; else it is canonical.
};

// The list that `path` is to have; empty when the mode alone is to count again.
template <typename Change>
Result<Entries> NewAcl(const Tree& tree, InodeHandle inode, Change change) {
  const Entries existing =
      LogicalAcl(tree.inodes().Permission(inode).mode, tree.features().Acl(inode));
  CAIRN_ASSIGN(Entries acl, change(existing));
  const bool has_defaults = !acl.empty() && acl.back().scope == AclScope::kDefault;
  if (has_defaults && !tree.inodes().IsDirectory(inode)) {
    return Status(Code::kAcl, "Invalid ACL: only directories may have a default ACL. Path: " +
                                  tree.PathOf(inode));
  }
  return acl;
}

// `change(existing)` makes the new whole list of the existing one.
template <typename Change>
Outcome<Done> ChangeAcl(NamesystemState& state, const OpContext& context, const std::string& path,
                        const Name& name, Change change) {
  return RunExclusive<Done>(
      state, context, Category::kWrite, {.command = name.command, .source = path},
      [&](Mutation& m) -> Result<Done> {
        CAIRN_TRY(m.CheckNotInSafeMode("Cannot " + std::string(name.sentence) + " on " + path));
        CAIRN_TRY(CheckEnabled(m.state.options));
        CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, path, PathUse::kWrite));
        CAIRN_TRY(m.checker.CheckOwner(where));
        Result<Entries> acl = NewAcl(m.state.tree, where.last(), change);
        if (!acl.ok()) {
          const Status why = acl.status();
          return Status(why.code(), why.message() + " Path: " +
                                        (name.path_as_sent ? path : where.path().text()));
        }
        CAIRN_TRY(m.Record(op::SetAcl{.path = where.path().text(), .acl = std::move(*acl)},
                           {.path = &where}));
        m.audit.permission = AuditPermission(m.state, where.last());
        return Done{};
      });
}

Result<AclStatus> DoGetAclStatus(Operation& op, const std::string& path) {
  const Tree& tree = op.state.tree;
  CAIRN_TRY(CheckEnabled(op.state.options));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kRead));
  if (!where.exists()) return Status(Code::kNotFound, "cannot find " + where.path().text());
  const PermissionStatus& permission = tree.inodes().Permission(where.last());
  AclStatus status{.owner = permission.owner,
                   .group = permission.group,
                   .sticky = (permission.mode & kStickyBit) != 0,
                   .mode = permission.mode};
  if (const Entries* entries = tree.features().Acl(where.last())) status.entries = *entries;
  return status;
}

}  // namespace

Outcome<Done> Namesystem::ModifyAclEntries(const OpContext& context, const std::string& path,
                                           const Entries& entries) {
  return ChangeAcl(state_, context, path, {"modifyAclEntries", "modify ACL entries"},
                   [&](const Entries& existing) { return MergeAcl(existing, entries); });
}

Outcome<Done> Namesystem::RemoveAclEntries(const OpContext& context, const std::string& path,
                                           const Entries& entries) {
  return ChangeAcl(state_, context, path, {"removeAclEntries", "remove ACL entries"},
                   [&](const Entries& existing) { return RemoveFromAcl(existing, entries); });
}

Outcome<Done> Namesystem::RemoveDefaultAcl(const OpContext& context, const std::string& path) {
  return ChangeAcl(state_, context, path, {"removeDefaultAcl", "remove default ACL entries"},
                   [](const Entries& existing) { return RemoveDefaults(existing); });
}

Outcome<Done> Namesystem::RemoveAcl(const OpContext& context, const std::string& path) {
  return ChangeAcl(state_, context, path, {"removeAcl", "remove ACL"},
                   [](const Entries&) -> Result<Entries> { return Entries(); });
}

Outcome<Done> Namesystem::SetAcl(const OpContext& context, const std::string& path,
                                 const Entries& entries) {
  return ChangeAcl(state_, context, path, {"setAcl", "set ACL", true},
                   [&](const Entries& existing) -> Result<Entries> {
                     if (entries.empty()) return Entries();
                     return ReplaceAcl(existing, entries);
                   });
}

Outcome<AclStatus> Namesystem::GetAclStatus(const OpContext& context, const std::string& path) {
  return RunShared<AclStatus>(state_, context, Category::kRead,
                              {.command = "getAclStatus", .source = path},
                              [&](Operation& op) { return DoGetAclStatus(op, path); });
}

}  // namespace cairn::namenode
