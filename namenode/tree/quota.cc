// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/quota.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>
#include <string>
#include <vector>

namespace cairn::namenode {
namespace {

constexpr char kStoragePolicyXattr[] = "hsm.block.storage.policy.id";

// Where the replicas of a policy go: the first ones here, further ones like the last. Apache leaves
// out memory, whose usage it does not know.
std::span<const StorageType> PlacesOf(uint8_t storage_policy) {
  using enum StorageType;
  static constexpr std::array kHot = {kDisk};
  static constexpr std::array kCold = {kArchive};
  static constexpr std::array kWarm = {kDisk, kArchive};
  static constexpr std::array kAllSsd = {kSsd};
  static constexpr std::array kOneSsd = {kSsd, kDisk};
  static constexpr std::array kAllNvdimm = {kNvdimm};
  static constexpr std::array kProvidedFirst = {kProvided, kDisk};
  switch (storage_policy) {
    case 1:
      return kProvidedFirst;
    case 2:
      return kCold;
    case 5:
      return kWarm;
    case 7:
    case 15:  // LAZY_PERSIST: memory first, then disk.
      return kHot;
    case 10:
      return kOneSsd;
    case 12:
      return kAllSsd;
    case 14:
      return kAllNvdimm;
    default:
      return {};
  }
}

// "1.50 GB", as Apache shows sizes in messages.
std::string SizeText(int64_t bytes) {
  static constexpr std::array kPrefixes = {' ', 'K', 'M', 'G', 'T', 'P', 'E'};
  const std::string sign = bytes < 0 ? "-" : "";
  const uint64_t n = bytes < 0 ? 0 - static_cast<uint64_t>(bytes) : static_cast<uint64_t>(bytes);
  if (n < 1024) return sign + std::to_string(n) + " B";
  size_t i = 1;
  while (i + 1 < kPrefixes.size() && (n >> (10 * (i + 1))) != 0) ++i;
  std::string text;
  if ((n & ((uint64_t{1} << (10 * i)) - 1)) == 0) {
    text = std::to_string(n >> (10 * i));
  } else {
    const auto format = [&] {
      std::array<char, 32> buffer;
      const double value = static_cast<double>(n) / static_cast<double>(uint64_t{1} << (10 * i));
      std::snprintf(buffer.data(), buffer.size(), "%.2f", value);
      return std::string(buffer.data());
    };
    text = format();
    if (text.starts_with("1024") && i + 1 < kPrefixes.size()) {
      ++i;  // Rounded up into the next unit.
      text = format();
    }
  }
  return sign + text + " " + kPrefixes.at(i) + "B";
}

bool Violates(int64_t limit, int64_t usage, int64_t change) {
  return limit >= 0 && change > 0 && usage > limit - change;
}

Status VerifyOne(const Tree& tree, InodeHandle dir, const QuotaCounts& change) {
  const DirectoryQuota* quota = tree.features().Quota(dir);
  if (quota == nullptr) return Status();
  const QuotaLimits& limits = quota->limits;
  const QuotaCounts& usage = quota->usage;
  if (Violates(limits.names, usage.names, change.names)) {
    return Status(Code::kNamespaceQuota,
                  "The NameSpace quota (directories and files) of directory " + tree.PathOf(dir) +
                      " is exceeded: quota=" + std::to_string(limits.names) +
                      " file count=" + std::to_string(usage.names + change.names));
  }
  if (Violates(limits.space, usage.space, change.space)) {
    const int64_t count = usage.space + change.space;
    return Status(Code::kSpaceQuota,
                  "The DiskSpace quota of " + tree.PathOf(dir) +
                      " is exceeded: quota = " + std::to_string(limits.space) +
                      " B = " + SizeText(limits.space) + " but diskspace consumed = " +
                      std::to_string(count) + " B = " + SizeText(count));
  }
  for (size_t i = 0; i < QuotaCounts::kTypes; ++i) {
    if (!Violates(limits.by_type[i], usage.by_type[i], change.by_type[i])) continue;
    return Status(Code::kTypeQuota,
                  std::string("Quota by storage type : ") +
                      StorageTypeName(static_cast<StorageType>(i)) + " on path : " +
                      tree.PathOf(dir) + " is exceeded. quota = " + SizeText(limits.by_type[i]) +
                      " but space consumed = " + SizeText(usage.by_type[i] + change.by_type[i]));
  }
  return Status();
}

bool Grows(const QuotaCounts& change) {
  if (change.names > 0 || change.space > 0) return true;
  for (const int64_t bytes : change.by_type) {
    if (bytes > 0) return true;
  }
  return false;
}

QuotaCounts CountOne(const Tree& tree, const BlockLengths& lengths, InodeHandle inode) {
  if (tree.inodes().IsFile(inode)) return CountFile(tree, lengths, inode);
  return {.names = 1};
}

// Whether a cached count may stand for a whole subtree: Apache's rule, which keeps counts only
// while a limit is set.
bool HasCounts(const Tree& tree, InodeHandle inode) {
  const DirectoryQuota* quota = tree.features().Quota(inode);
  return quota != nullptr && quota->limits.any();
}

QuotaCounts CountBelow(const Tree& tree, const BlockLengths& lengths, InodeHandle top,
                       bool use_own_counts) {
  QuotaCounts counts;
  std::vector<InodeHandle> todo{top};
  while (!todo.empty()) {
    const InodeHandle inode = todo.back();
    todo.pop_back();
    if ((inode != top || use_own_counts) && HasCounts(tree, inode)) {
      counts += tree.features().Quota(inode)->usage;
      continue;
    }
    counts += CountOne(tree, lengths, inode);
    if (tree.inodes().IsDirectory(inode)) tree.AppendChildren(inode, todo);
  }
  return counts;
}

}  // namespace

std::vector<StorageType> StorageTypesOf(uint8_t storage_policy, size_t replicas) {
  const std::span<const StorageType> places = PlacesOf(storage_policy);
  std::vector<StorageType> types;
  for (size_t i = 0; i < replicas && !places.empty(); ++i) {
    types.push_back(places[std::min(i, places.size() - 1)]);
  }
  return types;
}

uint8_t EffectiveStoragePolicy(const Tree& tree, InodeHandle inode) {
  for (InodeHandle h = inode; h != kNoInode; h = tree.inodes().Parent(h)) {
    if (tree.inodes().IsFile(h)) {
      const uint8_t own = tree.inodes().Layout(h).storage_policy;
      if (own != kPolicyUnspecified) return own;
      continue;
    }
    const Xattr* xattr = tree.features().FindXattr(h, XattrNamespace::kSystem, kStoragePolicyXattr);
    if (xattr != nullptr && xattr->value && !xattr->value->empty()) {
      const auto own = static_cast<uint8_t>(xattr->value->front());
      if (own != kPolicyUnspecified) return own;
    }
  }
  return kPolicyUnspecified;
}

QuotaCounts SpaceChange(uint8_t storage_policy, uint64_t bytes, uint16_t old_replication,
                        uint16_t new_replication) {
  QuotaCounts change;
  const auto amount = static_cast<int64_t>(bytes);
  change.space = amount * (int64_t{new_replication} - int64_t{old_replication});
  for (const StorageType type : StorageTypesOf(storage_policy, new_replication)) {
    change.by_type[static_cast<size_t>(type)] += amount;
  }
  for (const StorageType type : StorageTypesOf(storage_policy, old_replication)) {
    change.by_type[static_cast<size_t>(type)] -= amount;
  }
  return change;
}

QuotaCounts CountFile(const Tree& tree, const BlockLengths& lengths, InodeHandle file) {
  const InodeTable& inodes = tree.inodes();
  const FileLayout& layout = inodes.Layout(file);
  uint64_t bytes = 0;
  for (size_t i = 0; i < inodes.BlockCount(file); ++i) {
    const BlockLengths::Info info = lengths.LengthOf(inodes.BlockAt(file, i));
    bytes += info.complete ? info.length : layout.block_size;
  }
  // What a striped group takes depends on its policy; its bytes are counted once.
  const uint16_t replication = layout.striped ? uint16_t{1} : layout.replication;
  QuotaCounts counts;
  if (bytes > 0) {
    counts = SpaceChange(EffectiveStoragePolicy(tree, file), bytes, 0, replication);
  }
  counts.names = 1;
  return counts;
}

QuotaCounts CountSubtree(const Tree& tree, const BlockLengths& lengths, InodeHandle inode) {
  return CountBelow(tree, lengths, inode, true);
}

Status VerifyQuota(const Tree& tree, InodeHandle dir, const QuotaCounts& change,
                   InodeHandle common_ancestor) {
  if (!Grows(change)) return Status();
  for (InodeHandle h = dir; h != kNoInode && h != common_ancestor; h = tree.inodes().Parent(h)) {
    CAIRN_TRY(VerifyOne(tree, h, change));
  }
  return Status();
}

void ChargeQuota(Tree& tree, InodeHandle dir, const QuotaCounts& change) {
  for (InodeHandle h = dir; h != kNoInode; h = tree.inodes().Parent(h)) {
    tree.features().AddUsage(h, change);
  }
}

InodeHandle CommonAncestor(const Tree& tree, InodeHandle a, InodeHandle b) {
  while (a != kNoInode && !(tree.inodes().IsDirectory(a) && tree.IsUnder(b, a))) {
    a = tree.inodes().Parent(a);
  }
  return a;
}

void SetQuota(Tree& tree, const BlockLengths& lengths, InodeHandle dir,
              const QuotaLimits& limits) {
  assert(tree.inodes().IsDirectory(dir));
  if (!limits.any() && dir != tree.root()) {
    tree.features().ClearQuota(dir);
    return;
  }
  if (tree.features().Quota(dir) == nullptr) {
    const QuotaCounts usage = CountBelow(tree, lengths, dir, false);
    tree.features().EnsureQuota(dir).usage = usage;
  }
  DirectoryQuota& quota = tree.features().EnsureQuota(dir);
  quota.limits = limits;
  if (dir == tree.root() && limits.names < 0) quota.limits.names = kRootNameQuota;
}

void RecountQuotas(Tree& tree, const BlockLengths& lengths) {
  const InodeTable& inodes = tree.inodes();
  inodes.ForEach([&](InodeHandle h) {
    if (tree.features().Quota(h) != nullptr) tree.features().EnsureQuota(h).usage = {};
  });
  inodes.ForEach([&](InodeHandle h) {
    if (tree.Find(inodes.Id(h)) == h) ChargeQuota(tree, h, CountOne(tree, lengths, h));
  });
}

}  // namespace cairn::namenode
