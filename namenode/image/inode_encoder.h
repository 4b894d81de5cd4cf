// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/model/acl.h"
#include "common/model/xattr.h"
#include "common/util/result.h"
#include "namenode/blocks/block_manager.h"
#include "namenode/image/string_table.h"
#include "namenode/tree/tree.h"

namespace cairn::namenode {

// Turns inodes into messages of the section INODE.
//
// Not thread-safe.
class InodeEncoder {
 public:
  // All must outlive the encoder; `blocks` may be null when no file has one.
  InodeEncoder(const Tree& tree, const BlockManager* blocks, StringWriter& strings)
      : tree_(tree), blocks_(blocks), strings_(strings) {}

  // Valid until the next call. kInternal when a file has a block that the block map lacks.
  Result<std::string_view> Encode(InodeHandle inode);

 private:
  Status EncodeFile(InodeHandle file);
  Status EncodeDirectory(InodeHandle dir);
  Status EncodeSymlink(InodeHandle link);
  Status PutBlocks(InodeHandle file);
  Status PutPermission(InodeHandle inode, uint32_t field);
  Status PutAcl(InodeHandle inode, uint32_t field);
  Status PutXattrs(InodeHandle inode, uint32_t field);
  void PutTypeQuotas(const QuotaLimits& limits);

  const Tree& tree_;
  const BlockManager* blocks_;
  StringWriter& strings_;
  std::string message_;
  std::string body_;     // Of the file, directory or link in the message.
  std::string scratch_;
};

}  // namespace cairn::namenode
