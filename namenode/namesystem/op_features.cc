// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

StoragePolicy ToModel(const BlockStoragePolicy& policy) {
  return {.id = policy.id,
          .name = std::string(policy.name),
          .types = {policy.types.begin(), policy.types.end()},
          .creation_fallbacks = {policy.creation_fallbacks.begin(),
                                 policy.creation_fallbacks.end()},
          .replication_fallbacks = {policy.replication_fallbacks.begin(),
                                    policy.replication_fallbacks.end()},
          .copy_on_create_file = policy.copy_on_create_file};
}

Result<StoragePolicy> DoGetStoragePolicy(Operation& op, const std::string& path) {
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kReadLink));
  CAIRN_TRY(op.checker.CheckTarget(where, Access::kRead));
  if (!where.exists()) {
    return Status(Code::kNotFound, "File/Directory does not exist: " + where.path().text());
  }
  return ToModel(StoragePolicyById(EffectiveStoragePolicy(op.state.tree, where.last())));
}

Result<AclStatus> DoGetAclStatus(Operation& op, const std::string& path) {
  const Tree& tree = op.state.tree;
  if (!op.state.options.acls_enabled) {
    return Status(Code::kAcl, "The ACL operation has been rejected.  Support for ACLs has been "
                              "disabled by setting dfs.namenode.acls.enabled to false.");
  }
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kReadLink));
  if (!where.exists()) return Status(Code::kNotFound, "File/Directory does not exist: " + path);
  const PermissionStatus& permission = tree.inodes().Permission(where.last());
  AclStatus status{.owner = permission.owner,
                   .group = permission.group,
                   .sticky = (permission.mode & kStickyBit) != 0,
                   .mode = permission.mode};
  if (const std::vector<AclEntry>* entries = tree.features().Acl(where.last())) {
    status.entries = *entries;
  }
  return status;
}

// What Apache shows of whom: raw attributes on raw paths only, trusted ones to superusers, system
// ones to nobody.
bool IsVisible(const Operation& op, const ResolvedPath& where, const Xattr& xattr) {
  switch (xattr.name_space) {
    case XattrNamespace::kUser: return true;
    case XattrNamespace::kTrusted: return op.checker.superuser();
    case XattrNamespace::kRaw: return where.raw();
    case XattrNamespace::kSecurity: return xattr.name == "hdfs.unreadable.by.superuser";
    case XattrNamespace::kSystem: return false;
  }
  return false;
}

std::vector<Xattr> VisibleXattrs(const Operation& op, const ResolvedPath& where) {
  std::vector<Xattr> visible;
  if (const std::vector<Xattr>* all = op.state.tree.features().Xattrs(where.last())) {
    std::copy_if(all->begin(), all->end(), std::back_inserter(visible),
                 [&](const Xattr& xattr) { return IsVisible(op, where, xattr); });
  }
  return visible;
}

Result<std::vector<Xattr>> DoGetXattrs(Operation& op, const std::string& path,
                                       const std::vector<Xattr>& wanted) {
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kRead));
  CAIRN_TRY(op.checker.CheckTarget(where, Access::kRead));
  if (!where.exists()) return Status(Code::kNotFound, "File does not exist: " + path);
  const std::vector<Xattr> visible = VisibleXattrs(op, where);
  if (wanted.empty()) return visible;
  std::vector<Xattr> found;
  for (const Xattr& want : wanted) {
    auto it = std::find_if(visible.begin(), visible.end(), [&](const Xattr& xattr) {
      return xattr.name_space == want.name_space && xattr.name == want.name;
    });
    if (it == visible.end()) {
      return Status(Code::kXAttrNotFound,
                    "At least one of the attributes provided was not found.");
    }
    found.push_back(*it);
  }
  return found;
}

Result<std::vector<Xattr>> DoListXattrs(Operation& op, const std::string& path) {
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kRead));
  CAIRN_TRY(op.checker.CheckParent(where, Access::kExecute));
  if (!where.exists()) return Status(Code::kNotFound, "File does not exist: " + path);
  std::vector<Xattr> names = VisibleXattrs(op, where);
  for (Xattr& xattr : names) xattr.value.reset();
  return names;
}

Result<Done> DoGetEzForPath(Operation& op, const std::string& path) {
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kRead));
  CAIRN_TRY(op.checker.CheckTarget(where, Access::kRead));
  return Done{};
}

}  // namespace

Outcome<StoragePolicy> Namesystem::GetStoragePolicy(const OpContext& context,
                                                    const std::string& path) {
  return RunShared<StoragePolicy>(state_, context, Category::kRead, {},
                                  [&](Operation& op) { return DoGetStoragePolicy(op, path); });
}

Outcome<std::vector<StoragePolicy>> Namesystem::GetStoragePolicies(const OpContext&) {
  if (Status s = CheckServing(state_, Category::kRead); !s.ok()) return s;
  std::vector<StoragePolicy> policies;
  for (const BlockStoragePolicy& policy : BlockStoragePolicies()) {
    policies.push_back(ToModel(policy));
  }
  return policies;
}

Outcome<AclStatus> Namesystem::GetAclStatus(const OpContext& context, const std::string& path) {
  return RunShared<AclStatus>(state_, context, Category::kRead,
                              {.command = "getAclStatus", .source = path},
                              [&](Operation& op) { return DoGetAclStatus(op, path); });
}

Outcome<std::vector<Xattr>> Namesystem::GetXattrs(const OpContext& context,
                                                  const std::string& path,
                                                  const std::vector<Xattr>& wanted) {
  return RunShared<std::vector<Xattr>>(
      state_, context, Category::kRead, {.command = "getXAttrs", .source = path},
      [&](Operation& op) { return DoGetXattrs(op, path, wanted); });
}

Outcome<std::vector<Xattr>> Namesystem::ListXattrs(const OpContext& context,
                                                   const std::string& path) {
  return RunShared<std::vector<Xattr>>(state_, context, Category::kRead,
                                       {.command = "listXAttrs", .source = path},
                                       [&](Operation& op) { return DoListXattrs(op, path); });
}

Outcome<Done> Namesystem::GetEzForPath(const OpContext& context, const std::string& path) {
  return RunShared<Done>(state_, context, Category::kRead,
                         {.command = "getEZForPath", .source = path},
                         [&](Operation& op) { return DoGetEzForPath(op, path); });
}

}  // namespace cairn::namenode
