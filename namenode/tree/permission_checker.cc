// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/permission_checker.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace cairn::namenode {
namespace {

bool Implies(unsigned granted, Access wanted) {
  const auto bits = static_cast<unsigned>(wanted);
  return (granted & bits) == bits;
}

unsigned UserBits(uint16_t mode) { return (mode >> 6) & 7; }
unsigned GroupBits(uint16_t mode) { return (mode >> 3) & 7; }
unsigned OtherBits(uint16_t mode) { return mode & 7; }

bool HasWrite(Access access) { return Implies(static_cast<unsigned>(access), Access::kWrite); }

// Whether a link's target is a path of its own, with or without a scheme in front.
bool IsAbsoluteTarget(std::string_view target) {
  const size_t slash = target.find('/');
  return slash == 0 || (slash != std::string_view::npos && slash > 1 && target[slash - 1] == ':');
}

// Takes "." and ".." out, as Java's Path does when it puts paths together.
std::string Normalize(std::string_view path) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else {
      parts.push_back(part);
    }
  }
  return Path::FromComponents(parts).text();
}

// Where a path leads that has a link to `target` at component `i`.
std::string FollowLink(const Path& path, size_t i, const std::string& target) {
  const std::string_view remainder = path.Tail(i);
  const std::string tail = remainder.empty() ? "" : "/" + std::string(remainder);
  if (IsAbsoluteTarget(target)) return target + tail;
  return Normalize(std::string(path.Prefix(i - 1)) + "/" + target + tail);
}

}  // namespace

bool PermissionChecker::InGroup(const std::string& group) const {
  return std::find(caller_.groups.begin(), caller_.groups.end(), group) != caller_.groups.end();
}

bool PermissionChecker::Allows(InodeHandle inode, Access access) const {
  const std::vector<AclEntry>* acl = tree_.features().Acl(inode);
  if (acl != nullptr && !acl->empty() && acl->front().scope == AclScope::kAccess) {
    return AllowsByAcl(inode, access, *acl);
  }
  const PermissionStatus& permission = tree_.inodes().Permission(inode);
  if (caller_.user == permission.owner) return Implies(UserBits(permission.mode), access);
  if (InGroup(permission.group)) return Implies(GroupBits(permission.mode), access);
  return Implies(OtherBits(permission.mode), access);
}

// With an ACL the group bits of the mode are its mask.
bool PermissionChecker::AllowsByAcl(InodeHandle inode, Access access,
                                    const std::vector<AclEntry>& acl) const {
  const PermissionStatus& permission = tree_.inodes().Permission(inode);
  if (caller_.user == permission.owner) return Implies(UserBits(permission.mode), access);
  const unsigned mask = GroupBits(permission.mode);
  bool matched = false;
  for (const AclEntry& entry : acl) {
    if (entry.scope == AclScope::kDefault) break;
    if (entry.type == AclType::kUser) {
      // A named user's entry decides alone.
      if (entry.name == caller_.user) return Implies(entry.permission & mask, access);
    } else if (entry.type == AclType::kGroup) {
      if (!InGroup(entry.name.empty() ? permission.group : entry.name)) continue;
      if (Implies(entry.permission & mask, access)) return true;
      matched = true;
    }
  }
  return !matched && Implies(OtherBits(permission.mode), access);
}

std::string PermissionChecker::Describe(InodeHandle inode) const {
  const PermissionStatus& permission = tree_.inodes().Permission(inode);
  return permission.owner + ":" + permission.group + ":" +
         (tree_.inodes().IsDirectory(inode) ? "d" : "-") + ModeString(permission.mode);
}

Status PermissionChecker::CheckOne(InodeHandle inode, Access access, std::string_view path) const {
  if (inode == kNoInode || Allows(inode, access)) return Status();
  return Status(Code::kAccessDenied, "Permission denied: user=" + caller_.user + ", access=" +
                                         AccessName(access) + ", inode=\"" + std::string(path) +
                                         "\":" + Describe(inode));
}

Status PermissionChecker::CheckInode(InodeHandle inode, Access access) const {
  if (superuser() || Allows(inode, access)) return Status();
  return CheckOne(inode, access, tree_.PathOf(inode));
}

Status PermissionChecker::CheckNotLink(const ResolvedPath& path, size_t i) const {
  const InodeHandle inode = path.At(i);
  if (inode == kNoInode || tree_.inodes().Type(inode) != FileType::kSymlink) return Status();
  return Status(Code::kUnresolvedPath,
                FollowLink(path.path(), i, tree_.features().SymlinkTarget(inode)));
}

Status PermissionChecker::CheckIsDirectory(const ResolvedPath& path, size_t i,
                                           bool for_create) const {
  if (tree_.inodes().IsDirectory(path.At(i))) return Status();
  CAIRN_TRY(CheckNotLink(path, i));
  return Status(for_create ? Code::kParentNotDirectory : Code::kAccessDenied,
                path.PathTo(i) + " (is not a directory)");
}

// Everything above the last component must be a directory that can be passed through.
Status PermissionChecker::CheckAncestors(const ResolvedPath& path, bool for_create) const {
  const size_t count = std::min(path.depth(), path.existing());
  for (size_t i = 0; i < count; ++i) {
    CAIRN_TRY(CheckIsDirectory(path, i, for_create));
    if (!superuser()) CAIRN_TRY(CheckOne(path.At(i), Access::kExecute, path.path().Prefix(i)));
  }
  return Status();
}

Status PermissionChecker::CheckTraverse(const ResolvedPath& path,
                                        const TraverseOptions& options) const {
  CAIRN_TRY(CheckAncestors(path, options.for_create));
  return options.follow_last_link ? CheckNotLink(path, path.depth()) : Status();
}

Status PermissionChecker::Check(const ResolvedPath& path, const AccessRequest& request) const {
  if (superuser()) return Status();
  CAIRN_TRY(CheckAncestors(path, false));
  const Path& names = path.path();
  if (path.depth() > 0) {
    if (request.parent && HasWrite(*request.parent) && path.exists()) {
      CAIRN_TRY(CheckSticky(path));
    }
    if (request.ancestor) {
      const size_t i = std::min(path.depth(), path.existing()) - 1;
      CAIRN_TRY(CheckOne(path.At(i), *request.ancestor, names.Prefix(i)));
    }
    if (request.parent) {
      CAIRN_TRY(CheckOne(path.parent(), *request.parent, names.Prefix(path.depth() - 1)));
    }
  }
  if (request.target) CAIRN_TRY(CheckOne(path.last(), *request.target, names.text()));
  if (request.subtree && path.exists() && tree_.inodes().IsDirectory(path.last())) {
    CAIRN_TRY(CheckSubtree(path.last(), *request.subtree, request.ignore_empty_directories));
  }
  if (request.owner && path.exists() &&
      tree_.inodes().Permission(path.last()).owner != caller_.user) {
    return Status(Code::kAccessDenied, "Permission denied. user=" + caller_.user +
                                           " is not the owner of inode=" + names.text());
  }
  return Status();
}

Status PermissionChecker::CheckOwner(const ResolvedPath& path) const {
  if (!path.exists()) {
    return Status(Code::kNotFound, "Directory/File does not exist " + path.path().text());
  }
  // Asked even where permissions are off, as in Apache: chmod, chown and setfacl are for owners.
  return PermissionChecker(tree_, caller_).Check(path, {.owner = true});
}

Status PermissionChecker::CheckSuperuser(std::string_view operation) const {
  if (superuser()) return Status();
  return Status(Code::kAccessDenied, "Access denied for user " + caller_.user +
                                         ". Superuser privilege is required for operation " +
                                         std::string(operation));
}

bool PermissionChecker::BreaksStickyBit(InodeHandle parent, InodeHandle child) const {
  const PermissionStatus& of_parent = tree_.inodes().Permission(parent);
  return (of_parent.mode & kStickyBit) != 0 && of_parent.owner != caller_.user &&
         tree_.inodes().Permission(child).owner != caller_.user;
}

Status PermissionChecker::StickyDenied(InodeHandle child, std::string_view child_path,
                                       InodeHandle parent, std::string_view parent_path) const {
  return Status(Code::kAccessDenied,
                "Permission denied by sticky bit: user=" + caller_.user + ", path=\"" +
                    std::string(child_path) + "\":" + Describe(child) + ", parent=\"" +
                    std::string(parent_path) + "\":" + Describe(parent));
}

Status PermissionChecker::CheckSticky(const ResolvedPath& path) const {
  if (!BreaksStickyBit(path.parent(), path.last())) return Status();
  return StickyDenied(path.last(), path.path().text(), path.parent(),
                      path.path().Prefix(path.depth() - 1));
}

Status PermissionChecker::CheckSubtree(InodeHandle top, Access access, bool ignore_empty) const {
  // The order in which Apache goes: it decides which of several refusals is told.
  std::vector<InodeHandle> directories{top};
  while (!directories.empty()) {
    const InodeHandle dir = directories.back();
    directories.pop_back();
    const size_t count = tree_.ChildCount(dir);
    if (count == 0 && ignore_empty) continue;
    CAIRN_TRY(CheckInode(dir, access));
    if (count == 0) continue;
    const std::vector<InodeHandle> children = tree_.Children(dir, {}, count).children;
    CAIRN_TRY(CheckChildrenSticky(top, dir));
    for (const InodeHandle child : children) {
      if (tree_.inodes().IsDirectory(child)) directories.push_back(child);
    }
  }
  return Status();
}

Status PermissionChecker::CheckChildrenSticky(InodeHandle top, InodeHandle dir) const {
  const PermissionStatus& permission = tree_.inodes().Permission(dir);
  if ((permission.mode & kStickyBit) == 0 || permission.owner == caller_.user) return Status();
  for (const InodeHandle child : tree_.Children(dir, {}, tree_.ChildCount(dir)).children) {
    if (!BreaksStickyBit(dir, child)) continue;
    // Apache describes the top of the subtree as the parent, under the path of the real one.
    return StickyDenied(child, tree_.PathOf(child), top, tree_.PathOf(dir));
  }
  return Status();
}

}  // namespace cairn::namenode
