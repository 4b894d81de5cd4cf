// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "namenode/namesystem/acl_storage.h"
#include "namenode/namesystem/applier.h"
#include "namenode/namesystem/requests.h"
#include "namenode/namesystem/xattr_list.h"

namespace cairn::namenode {
namespace {

// Where a directory keeps its storage policy, as Apache does.
constexpr char kStoragePolicyXattr[] = "hsm.block.storage.policy.id";

std::vector<Xattr> XattrsOf(const Tree& tree, InodeHandle inode) {
  const std::vector<Xattr>* xattrs = tree.features().Xattrs(inode);
  return xattrs == nullptr ? std::vector<Xattr>() : *xattrs;
}

}  // namespace

Status Applier::operator()(const op::SetPermissions& r) {
  CAIRN_ASSIGN(InodeHandle inode, Existing(r.path));
  PermissionStatus permission = state_.tree.inodes().Permission(inode);
  permission.mode = r.mode;
  state_.tree.inodes().SetPermission(inode, permission);
  Touch(inode);
  return Status();
}

Status Applier::operator()(const op::SetOwner& r) {
  CAIRN_ASSIGN(InodeHandle inode, Existing(r.path));
  PermissionStatus permission = state_.tree.inodes().Permission(inode);
  if (!r.owner.empty()) permission.owner = r.owner;
  if (!r.group.empty()) permission.group = r.group;
  state_.tree.inodes().SetPermission(inode, permission);
  Touch(inode);
  return Status();
}

Status Applier::operator()(const op::Times& r) {
  CAIRN_ASSIGN(InodeHandle inode, Existing(r.path));
  InodeTable& inodes = state_.tree.inodes();
  if (r.mtime >= 0) inodes.SetModificationTime(inode, static_cast<uint64_t>(r.mtime));
  // A directory has no access time that would outlive an image.
  if (r.atime >= 0 && !inodes.IsDirectory(inode)) {
    inodes.SetAccessTime(inode, static_cast<uint64_t>(r.atime));
  }
  Touch(inode);
  return Status();
}

QuotaLimits Applier::LimitsOf(InodeHandle dir) const {
  const DirectoryQuota* quota = state_.tree.features().Quota(dir);
  return quota == nullptr ? QuotaLimits() : quota->limits;
}

Status Applier::ChangeLimits(InodeHandle dir, const QuotaLimits& limits) {
  SetQuota(state_.tree, state_, dir, limits);
  Touch(dir);
  return Status();
}

Status Applier::operator()(const op::SetQuota& r) {
  CAIRN_ASSIGN(InodeHandle dir, ExistingDirectory(r.path));
  QuotaLimits limits = LimitsOf(dir);
  // The root's quota of names is the largest number, which elsewhere means "as it was".
  if (r.namespace_quota != kQuotaDontSet || dir == state_.tree.root()) {
    limits.names = r.namespace_quota;
  }
  if (r.space_quota != kQuotaDontSet) limits.space = r.space_quota;
  return ChangeLimits(dir, limits);
}

Status Applier::operator()(const op::SetQuotaByStorageType& r) {
  CAIRN_ASSIGN(InodeHandle dir, ExistingDirectory(r.path));
  QuotaLimits limits = LimitsOf(dir);
  limits.by_type[static_cast<size_t>(r.type)] = r.quota;
  return ChangeLimits(dir, limits);
}

Status Applier::operator()(const op::SetNamespaceQuota& r) {
  CAIRN_ASSIGN(InodeHandle dir, ExistingDirectory(r.path));
  QuotaLimits limits = LimitsOf(dir);
  limits.names = r.quota;
  return ChangeLimits(dir, limits);
}

Status Applier::operator()(const op::ClearNamespaceQuota& r) {
  CAIRN_ASSIGN(InodeHandle dir, ExistingDirectory(r.path));
  QuotaLimits limits = LimitsOf(dir);
  limits.names = kNoQuota;
  return ChangeLimits(dir, limits);
}

Status Applier::operator()(const op::SetStoragePolicy& r) {
  CAIRN_ASSIGN(InodeHandle inode, Existing(r.path));
  InodeTable& inodes = state_.tree.inodes();
  if (inodes.IsFile(inode)) {
    FileLayout layout = inodes.Layout(inode);
    layout.storage_policy = r.policy;
    inodes.SetLayout(inode, layout);
  } else {
    const std::vector<Xattr> xattrs = XattrsOf(state_.tree, inode);
    const std::vector<Xattr> policy = {{XattrNamespace::kSystem, kStoragePolicyXattr,
                                        std::string(1, static_cast<char>(r.policy))}};
    state_.tree.features().SetXattrs(inode, r.policy == kPolicyUnspecified
                                                ? WithoutXattrs(xattrs, policy)
                                                : WithXattrs(xattrs, policy));
  }
  Touch(inode);
  return Status();
}

Status Applier::operator()(const op::SetAcl& r) {
  CAIRN_ASSIGN(InodeHandle inode, Existing(r.path));
  if (r.acl.empty()) {
    // What the mask hid comes back: the group's own bits go into the mode again.
    PermissionStatus permission = state_.tree.inodes().Permission(inode);
    const std::vector<AclEntry>* entries = state_.tree.features().Acl(inode);
    if (entries != nullptr) {
      for (const AclEntry& entry : *entries) {
        if (entry.scope == AclScope::kAccess && entry.type == AclType::kGroup &&
            entry.name.empty()) {
          permission.mode =
              static_cast<uint16_t>((permission.mode & ~0070) | (entry.permission << 3));
        }
      }
    }
    state_.tree.inodes().SetPermission(inode, permission);
    state_.tree.features().SetAcl(inode, {});
  } else {
    SetNewAcl(inode, r.acl);
  }
  Touch(inode);
  return Status();
}

Status Applier::operator()(const op::SetXattr& r) {
  CAIRN_ASSIGN(InodeHandle inode, Existing(r.path));
  state_.tree.features().SetXattrs(inode, WithXattrs(XattrsOf(state_.tree, inode), r.xattrs));
  Touch(inode);
  Remember(r.retry);
  return Status();
}

Status Applier::operator()(const op::RemoveXattr& r) {
  CAIRN_ASSIGN(InodeHandle inode, Existing(r.path));
  state_.tree.features().SetXattrs(inode, WithoutXattrs(XattrsOf(state_.tree, inode), r.xattrs));
  Touch(inode);
  Remember(r.retry);
  return Status();
}

}  // namespace cairn::namenode
