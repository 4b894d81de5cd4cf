// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/model/permission.h"
#include "common/util/status.h"
#include "namenode/tree/resolved_path.h"
#include "namenode/tree/tree.h"

namespace cairn::namenode {

// What an operation needs of a path; what is not set is not checked.
struct AccessRequest {
  bool owner = false;              // The caller must own the last inode.
  std::optional<Access> ancestor;  // On the deepest existing inode above the last component.
  std::optional<Access> parent;    // On the parent; with write, its sticky bit counts too.
  std::optional<Access> target;    // On the last inode, if it exists.
  std::optional<Access> subtree;   // On each directory from the last inode down.
  bool ignore_empty_directories = false;  // In `subtree`.
};

// How CheckTraverse treats what is in the way.
struct TraverseOptions {
  // A file in the way is kParentNotDirectory; else it is kAccessDenied, with the same words.
  bool for_create = false;
  // A symbolic link as the last component is kUnresolvedPath.
  bool follow_last_link = true;
};

// Decides what one caller may do, in Apache HDFS's way: superusers may do everything, others need
// execute on all directories above, and then what AccessRequest says; ACLs count where there are.
// Refusals are kAccessDenied in Apache's words.
//
// Immutable; as safe as concurrent reads of the tree.
class PermissionChecker {
 public:
  // Both must outlive this object. With `enabled` false (dfs.permissions.enabled) all may do all.
  PermissionChecker(const Tree& tree, const Caller& caller, bool enabled = true)
      : tree_(tree), caller_(caller), enabled_(enabled) {}

  bool superuser() const { return !enabled_ || caller_.superuser; }

  // Every operation that resolves a path does this first: what is above the last component must be
  // directories that the caller may pass through. A symbolic link there is kUnresolvedPath.
  Status CheckTraverse(const ResolvedPath& path, const TraverseOptions& options) const;

  Status Check(const ResolvedPath& path, const AccessRequest& request) const;

  // kNotFound when the path does not exist. Superusers own everything; nobody else does, even where
  // permissions are off.
  Status CheckOwner(const ResolvedPath& path) const;
  Status CheckTarget(const ResolvedPath& path, Access access) const {
    return Check(path, {.target = access});
  }
  Status CheckParent(const ResolvedPath& path, Access access) const {
    return Check(path, {.parent = access});
  }
  Status CheckAncestor(const ResolvedPath& path, Access access) const {
    return Check(path, {.ancestor = access});
  }
  // `operation` is Apache's name of it, for the message: "setSafeMode".
  Status CheckSuperuser(std::string_view operation) const;

  // One inode alone, without its ancestors.
  bool Allows(InodeHandle inode, Access access) const;
  Status CheckInode(InodeHandle inode, Access access) const;

 private:
  bool InGroup(const std::string& group) const;
  bool AllowsByAcl(InodeHandle inode, Access access, const std::vector<AclEntry>& acl) const;
  bool BreaksStickyBit(InodeHandle parent, InodeHandle child) const;
  Status CheckOne(InodeHandle inode, Access access, std::string_view path) const;
  Status CheckSticky(const ResolvedPath& path) const;
  Status CheckSubtree(InodeHandle top, Access access, bool ignore_empty) const;
  Status CheckChildrenSticky(InodeHandle top, InodeHandle dir) const;
  Status CheckAncestors(const ResolvedPath& path, bool for_create) const;
  Status CheckIsDirectory(const ResolvedPath& path, size_t i, bool for_create) const;
  Status CheckNotLink(const ResolvedPath& path, size_t i) const;
  Status StickyDenied(InodeHandle child, std::string_view child_path, InodeHandle parent,
                      std::string_view parent_path) const;
  // `owner:group:drwxr-xr-x`.
  std::string Describe(InodeHandle inode) const;

  const Tree& tree_;
  const Caller& caller_;
  const bool enabled_;
};

}  // namespace cairn::namenode
