// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/util/result.h"
#include "namenode/image/image_reader.h"
#include "namenode/image/proto_cursor.h"
#include "namenode/image/snapshot_reader.h"
#include "namenode/image/string_table.h"

namespace cairn::namenode {

// Turns the messages of the sections INODE and INODE_DIR into inodes: first all of them, detached,
// with their blocks, then their places.
//
// Not thread-safe.
class InodeLoader {
 public:
  // All must outlive the loader.
  InodeLoader(StringReader& strings, const SnapshotFacts& facts, const ImageTarget& target)
      : strings_(strings), facts_(facts), target_(target) {}

  void Reserve(uint64_t inodes);
  // One message of INODE behind its header; one of INODE_DIR.
  Status LoadInode(std::string_view message);
  Status LoadChildren(std::string_view message);
  // Gives leases to the writers of open files, loads what only snapshots have, and puts the roots
  // of what stayed detached into `carried`. Once, at the end.
  Status Finish(CarriedSections& carried);

  uint64_t inodes() const { return handles_.size(); }

 private:
  struct Fields;  // Of a file, directory or symbolic link.

  Status LoadFile(const Fields& fields);
  Status LoadDirectory(const Fields& fields);
  Status LoadSymlink(const Fields& fields);
  Status LoadRoot(const Fields& fields);
  Status LoadBlocks(InodeId id, uint16_t replication, bool striped, bool open);
  Status SetFeatures(InodeHandle inode, const Fields& fields);
  Status SetAcl(InodeHandle inode, std::string_view message);
  Status SetXattrs(InodeHandle inode, std::string_view message);
  void SetQuota(InodeHandle dir, const Fields& fields);
  void MarkSnapshots(InodeHandle inode, InodeId id);
  Status AttachReference(InodeHandle parent, uint64_t number);
  void AddOpaque(InodeHandle inode, const std::string& kind, std::string value);

  StringReader& strings_;
  const SnapshotFacts& facts_;
  const ImageTarget target_;
  std::vector<InodeHandle> handles_;  // In the order of the image.
  std::vector<std::pair<InodeHandle, std::string>> writers_;
  // Reused for each file.
  std::vector<Block> blocks_;
  std::vector<BlockId> block_ids_;
  NewInode new_inode_;
};

}  // namespace cairn::namenode
