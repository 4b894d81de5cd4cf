// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/content_summary.h"

#include <array>
#include <string>

#include "common/util/bytes.h"

namespace cairn::namenode {
namespace {

constexpr char kErasureCodingXattr[] = "hdfs.erasurecoding.policy";

// The policies that Apache's namenode has built in, by number.
std::string ErasureCodingName(uint8_t id) {
  static constexpr std::array kNames = {"",
                                        "RS-6-3-1024k",
                                        "RS-3-2-1024k",
                                        "RS-LEGACY-6-3-1024k",
                                        "XOR-2-1-1024k",
                                        "RS-10-4-1024k"};
  return id < kNames.size() ? kNames.at(id) : "";
}

// As Apache tells it: of a directory, only when it or the nearest one above with extended
// attributes has a policy.
std::string ErasureCodingOf(const Tree& tree, InodeHandle inode) {
  const InodeTable& inodes = tree.inodes();
  if (inodes.IsFile(inode)) {
    const FileLayout& layout = inodes.Layout(inode);
    return layout.striped ? ErasureCodingName(layout.erasure_coding_policy) : "Replicated";
  }
  if (!inodes.IsDirectory(inode)) return "";
  while (inode != kNoInode && tree.features().Xattrs(inode) == nullptr) {
    inode = inodes.Parent(inode);
  }
  if (inode == kNoInode) return "";
  const Xattr* xattr =
      tree.features().FindXattr(inode, XattrNamespace::kSystem, kErasureCodingXattr);
  if (xattr == nullptr || !xattr->value) return "";
  // A length in four bytes, and the name.
  return xattr->value->size() > 4 ? xattr->value->substr(4) : "";
}

}  // namespace

ContentSummaryWalk::ContentSummaryWalk(const Tree& tree, const BlockLengths& lengths,
                                       InodeHandle top)
    : tree_(tree), lengths_(lengths), walk_(tree, tree.inodes().Id(top)) {
  summary_.erasure_coding_policy = ErasureCodingOf(tree, top);
  if (!tree.inodes().IsDirectory(top)) return;
  if (const DirectoryQuota* quota = tree.features().Quota(top)) {
    summary_.quota = quota->limits.names;
    summary_.space_quota = quota->limits.space;
  }
}

Status ContentSummaryWalk::Step(size_t limit, const PermissionChecker* checker) {
  const std::vector<InodeHandle> inodes = walk_.Step(limit);
  done_ = inodes.empty();
  for (const InodeHandle inode : inodes) {
    switch (tree_.inodes().Type(inode)) {
      case FileType::kDirectory:
        if (checker != nullptr) CAIRN_TRY(checker->CheckInode(inode, Access::kReadExecute));
        ++summary_.directory_count;
        break;
      case FileType::kFile:
        AddFile(inode);
        break;
      case FileType::kSymlink:
        ++summary_.file_count;
        break;
    }
  }
  return Status();
}

void ContentSummaryWalk::AddFile(InodeHandle file) {
  ++summary_.file_count;
  for (size_t i = 0; i < tree_.inodes().BlockCount(file); ++i) {
    summary_.length += lengths_.LengthOf(tree_.inodes().BlockAt(file, i)).length;
  }
  summary_.space_consumed += static_cast<uint64_t>(CountFile(tree_, lengths_, file).space);
}

}  // namespace cairn::namenode
