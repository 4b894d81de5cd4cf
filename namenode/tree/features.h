// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/model/acl.h"
#include "common/model/xattr.h"
#include "namenode/tree/inode.h"
#include "namenode/tree/inode_table.h"

namespace cairn::namenode {

// What few inodes have, kept beside them: quotas, ACLs, extended attributes, writers, targets of
// symbolic links, and what an image carries opaquely. A getter answers null when there is none and
// costs one bit test then.
//
// Not thread-safe: guarded by the namesystem lock; concurrent const calls are fine.
class Features {
 public:
  // `inodes` must outlive this object; its records keep the bits.
  explicit Features(InodeTable& inodes) : inodes_(inodes) {}
  Features(const Features&) = delete;
  Features& operator=(const Features&) = delete;

  // The quota of a directory. The root always has one.
  const DirectoryQuota* Quota(InodeHandle dir) const;
  // Sets limits, keeping the usage; use quota.h's SetQuota, which counts it first.
  DirectoryQuota& EnsureQuota(InodeHandle dir);
  void ClearQuota(InodeHandle dir);
  void AddUsage(InodeHandle dir, const QuotaCounts& delta);

  // Entries beyond the mode, in Apache's order: access scope first, sorted.
  const std::vector<AclEntry>* Acl(InodeHandle inode) const;
  void SetAcl(InodeHandle inode, std::vector<AclEntry> entries);  // Empty removes.

  // In Apache's order and form: values of more than 1,024 bytes last, an empty value as none.
  const std::vector<Xattr>* Xattrs(InodeHandle inode) const;
  void SetXattrs(InodeHandle inode, std::vector<Xattr> xattrs);  // Empty removes.
  const Xattr* FindXattr(InodeHandle inode, XattrNamespace name_space,
                         std::string_view name) const;

  // The writer of an open file; null when the file is closed.
  const UnderConstruction* Writer(InodeHandle file) const;
  void SetWriter(InodeHandle file, UnderConstruction writer);
  void ClearWriter(InodeHandle file);

  // The target of a symbolic link.
  const std::string& SymlinkTarget(InodeHandle link) const;
  void SetSymlinkTarget(InodeHandle link, std::string target);

  const OpaqueFeatures* Opaque(InodeHandle inode) const;
  void SetOpaque(InodeHandle inode, OpaqueFeatures features);  // Empty removes.

  // Forgets all of `inode`, which is about to be freed.
  void Drop(InodeHandle inode);

  size_t MemoryBytes() const;

 private:
  template <typename T>
  using Table = std::unordered_map<uint32_t, T>;

  InodeTable& inodes_;
  Table<DirectoryQuota> quotas_;
  Table<std::vector<AclEntry>> acls_;
  Table<std::vector<Xattr>> xattrs_;
  Table<UnderConstruction> writers_;
  Table<std::string> targets_;
  Table<OpaqueFeatures> opaque_;
};

}  // namespace cairn::namenode
