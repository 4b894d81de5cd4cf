// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/state_hash.h"

#include <string_view>

namespace cairn::namenode {
namespace {

// Takes in numbers and strings one after the other; FNV's step on whole words, finished by
// SplitMix64's mixer. Two of them with different seeds make one hash of 128 bits.
class Hasher {
 public:
  explicit Hasher(uint64_t seed) : state_(seed) {}

  void Add(uint64_t v) {
    state_ ^= v;
    state_ *= 0x9E3779B97F4A7C15ULL;
    state_ ^= state_ >> 32;
  }
  void Add(std::string_view s) {
    Add(s.size());
    for (const char c : s) state_ = (state_ ^ static_cast<uint8_t>(c)) * 0x100000001B3ULL;
  }
  uint64_t Finish() const {
    uint64_t h = state_;
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9ULL;
    h = (h ^ (h >> 27)) * 0x94D049BB133111EBULL;
    return h ^ (h >> 31);
  }

 private:
  uint64_t state_;
};

void AddFile(Hasher& hasher, const Tree& tree, InodeHandle file) {
  const InodeTable& inodes = tree.inodes();
  const FileLayout& layout = inodes.Layout(file);
  hasher.Add(layout.replication);
  hasher.Add(layout.block_size);
  hasher.Add(layout.storage_policy);
  hasher.Add(layout.striped ? 1 : 0);
  hasher.Add(layout.striped ? layout.erasure_coding_policy : 0);
  hasher.Add(inodes.BlockCount(file));
  for (size_t i = 0; i < inodes.BlockCount(file); ++i) {
    hasher.Add(static_cast<uint64_t>(inodes.BlockAt(file, i).value));
  }
  if (const UnderConstruction* writer = tree.features().Writer(file)) {
    hasher.Add("writer");
    hasher.Add(writer->client_name);
    hasher.Add(writer->client_machine);
  }
}

void AddQuota(Hasher& hasher, const DirectoryQuota& quota) {
  hasher.Add("quota");
  hasher.Add(static_cast<uint64_t>(quota.limits.names));
  hasher.Add(static_cast<uint64_t>(quota.limits.space));
  for (const int64_t limit : quota.limits.by_type) hasher.Add(static_cast<uint64_t>(limit));
}

void AddFeatures(Hasher& hasher, const Features& features, InodeHandle inode) {
  if (const DirectoryQuota* quota = features.Quota(inode)) AddQuota(hasher, *quota);
  if (const std::vector<AclEntry>* acl = features.Acl(inode)) {
    hasher.Add("acl");
    for (const AclEntry& entry : *acl) {
      hasher.Add(static_cast<uint64_t>(entry.scope));
      hasher.Add(static_cast<uint64_t>(entry.type));
      hasher.Add(entry.permission);
      hasher.Add(entry.name);
    }
  }
  if (const std::vector<Xattr>* xattrs = features.Xattrs(inode)) {
    hasher.Add("xattr");
    for (const Xattr& xattr : *xattrs) {
      hasher.Add(static_cast<uint64_t>(xattr.name_space));
      hasher.Add(xattr.name);
      hasher.Add(xattr.value ? 1 : 0);
      if (xattr.value) hasher.Add(*xattr.value);
    }
  }
  if (const OpaqueFeatures* opaque = features.Opaque(inode)) {
    hasher.Add("opaque");
    for (const auto& [kind, data] : *opaque) {
      hasher.Add(kind);
      hasher.Add(data);
    }
  }
}

uint64_t HashInode(const Tree& tree, InodeHandle inode, uint64_t seed) {
  const InodeTable& inodes = tree.inodes();
  Hasher hasher(seed);
  hasher.Add(inodes.Id(inode).value);
  hasher.Add(inode == tree.root() ? 0 : inodes.Id(inodes.Parent(inode)).value);
  hasher.Add(inodes.Name(inode));
  hasher.Add(static_cast<uint64_t>(inodes.Type(inode)));
  const PermissionStatus& permission = inodes.Permission(inode);
  hasher.Add(permission.owner);
  hasher.Add(permission.group);
  hasher.Add(permission.mode);
  hasher.Add(inodes.ModificationTimeMs(inode));
  hasher.Add(inodes.AccessTimeMs(inode));
  if (inodes.IsFile(inode)) AddFile(hasher, tree, inode);
  if (inodes.Type(inode) == FileType::kSymlink) {
    hasher.Add(tree.features().SymlinkTarget(inode));
  }
  AddFeatures(hasher, tree.features(), inode);
  return hasher.Finish();
}

}  // namespace

StateHash HashTree(const Tree& tree) {
  StateHash hash;
  tree.inodes().ForEach([&](InodeHandle inode) {
    if (tree.Find(tree.inodes().Id(inode)) != inode) return;  // Detached.
    // Sums do not depend on the order.
    hash.high += HashInode(tree, inode, 0x243F6A8885A308D3ULL);
    hash.low += HashInode(tree, inode, 0x13198A2E03707344ULL);
  });
  return hash;
}

}  // namespace cairn::namenode
