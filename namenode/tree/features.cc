// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/features.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cairn::namenode {
namespace {

template <typename Table>
auto* Lookup(const Table& table, InodeHandle inode) {
  return &table.find(inode.value)->second;
}

// Apache keeps attributes with values of up to this size packed, and shows them first.
constexpr size_t kShortXattrBytesMax = 1024;

// About what a hash table's node takes beyond the entry.
constexpr size_t kNodeBytes = 32;

template <typename Table>
size_t TableBytes(const Table& table) {
  return table.size() * (sizeof(typename Table::value_type) + kNodeBytes) +
         table.bucket_count() * sizeof(void*);
}

}  // namespace

const DirectoryQuota* Features::Quota(InodeHandle dir) const {
  return (inodes_.At(dir).features & InodeTable::kQuota) == 0 ? nullptr : Lookup(quotas_, dir);
}

DirectoryQuota& Features::EnsureQuota(InodeHandle dir) {
  assert(inodes_.IsDirectory(dir));
  inodes_.At(dir).features |= InodeTable::kQuota;
  return quotas_[dir.value];
}

void Features::ClearQuota(InodeHandle dir) {
  inodes_.At(dir).features &= static_cast<uint8_t>(~InodeTable::kQuota);
  quotas_.erase(dir.value);
}

void Features::AddUsage(InodeHandle dir, const QuotaCounts& delta) {
  if (Quota(dir) != nullptr) quotas_.find(dir.value)->second.usage += delta;
}

const std::vector<AclEntry>* Features::Acl(InodeHandle inode) const {
  return (inodes_.At(inode).features & InodeTable::kAcl) == 0 ? nullptr : Lookup(acls_, inode);
}

void Features::SetAcl(InodeHandle inode, std::vector<AclEntry> entries) {
  if (entries.empty()) {
    inodes_.At(inode).features &= static_cast<uint8_t>(~InodeTable::kAcl);
    acls_.erase(inode.value);
    return;
  }
  inodes_.At(inode).features |= InodeTable::kAcl;
  acls_[inode.value] = std::move(entries);
}

const std::vector<Xattr>* Features::Xattrs(InodeHandle inode) const {
  return (inodes_.At(inode).features & InodeTable::kXattr) == 0 ? nullptr
                                                                : Lookup(xattrs_, inode);
}

void Features::SetXattrs(InodeHandle inode, std::vector<Xattr> xattrs) {
  if (xattrs.empty()) {
    inodes_.At(inode).features &= static_cast<uint8_t>(~InodeTable::kXattr);
    xattrs_.erase(inode.value);
    return;
  }
  for (Xattr& xattr : xattrs) {
    if (xattr.value && xattr.value->empty()) xattr.value.reset();
  }
  std::stable_partition(xattrs.begin(), xattrs.end(), [](const Xattr& xattr) {
    return !xattr.value || xattr.value->size() <= kShortXattrBytesMax;
  });
  inodes_.At(inode).features |= InodeTable::kXattr;
  xattrs_[inode.value] = std::move(xattrs);
}

const Xattr* Features::FindXattr(InodeHandle inode, XattrNamespace name_space,
                                 std::string_view name) const {
  const std::vector<Xattr>* all = Xattrs(inode);
  if (all == nullptr) return nullptr;
  const auto it = std::find_if(all->begin(), all->end(), [&](const Xattr& xattr) {
    return xattr.name_space == name_space && xattr.name == name;
  });
  return it == all->end() ? nullptr : &*it;
}

const UnderConstruction* Features::Writer(InodeHandle file) const {
  return (inodes_.At(file).features & InodeTable::kWriter) == 0 ? nullptr : Lookup(writers_, file);
}

void Features::SetWriter(InodeHandle file, UnderConstruction writer) {
  assert(inodes_.IsFile(file));
  inodes_.At(file).features |= InodeTable::kWriter;
  writers_[file.value] = std::move(writer);
}

void Features::ClearWriter(InodeHandle file) {
  inodes_.At(file).features &= static_cast<uint8_t>(~InodeTable::kWriter);
  writers_.erase(file.value);
}

const std::string& Features::SymlinkTarget(InodeHandle link) const {
  assert((inodes_.At(link).features & InodeTable::kTarget) != 0);
  return *Lookup(targets_, link);
}

void Features::SetSymlinkTarget(InodeHandle link, std::string target) {
  assert(inodes_.Type(link) == FileType::kSymlink);
  inodes_.At(link).features |= InodeTable::kTarget;
  targets_[link.value] = std::move(target);
}

const OpaqueFeatures* Features::Opaque(InodeHandle inode) const {
  return (inodes_.At(inode).features & InodeTable::kOpaque) == 0 ? nullptr
                                                                 : Lookup(opaque_, inode);
}

void Features::SetOpaque(InodeHandle inode, OpaqueFeatures features) {
  if (features.empty()) {
    inodes_.At(inode).features &= static_cast<uint8_t>(~InodeTable::kOpaque);
    opaque_.erase(inode.value);
    return;
  }
  inodes_.At(inode).features |= InodeTable::kOpaque;
  opaque_[inode.value] = std::move(features);
}

void Features::Drop(InodeHandle inode) {
  uint8_t& bits = inodes_.At(inode).features;
  if (bits == 0) return;
  quotas_.erase(inode.value);
  acls_.erase(inode.value);
  xattrs_.erase(inode.value);
  writers_.erase(inode.value);
  targets_.erase(inode.value);
  opaque_.erase(inode.value);
  bits = 0;
}

size_t Features::MemoryBytes() const {
  size_t bytes = TableBytes(quotas_) + TableBytes(acls_) + TableBytes(xattrs_) +
                 TableBytes(writers_) + TableBytes(targets_) + TableBytes(opaque_);
  for (const auto& [inode, entries] : acls_) bytes += entries.capacity() * sizeof(AclEntry);
  for (const auto& [inode, xattrs] : xattrs_) {
    bytes += xattrs.capacity() * sizeof(Xattr);
    for (const Xattr& xattr : xattrs) bytes += xattr.value ? xattr.value->capacity() : 0;
  }
  for (const auto& [inode, writer] : writers_) {
    bytes += writer.client_name.capacity() + writer.client_machine.capacity();
  }
  for (const auto& [inode, target] : targets_) bytes += target.capacity();
  for (const auto& [inode, features] : opaque_) {
    for (const auto& [kind, data] : features) bytes += kind.capacity() + data.capacity();
  }
  return bytes;
}

}  // namespace cairn::namenode
