// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/io/disk.h"
#include "common/model/namespace_info.h"
#include "common/util/result.h"
#include "namenode/blocks/block_manager.h"
#include "namenode/image/carried.h"
#include "namenode/image/namespace_ids.h"
#include "namenode/tree/tree.h"

namespace cairn::namenode {

// What an image is made of. Nothing of it may change while the writer reads: the namesystem lock
// is held, or this is a forked child.
struct ImageSource {
  const Tree& tree;
  const BlockManager* blocks = nullptr;  // Null when no file has a block.
  const CarriedSections& carried;
  NamespaceIds ids;
  NamespaceInfo info;  // Its layout version is the one that is written.
  TxId txid;           // The last transaction that the tree shows.
};

struct WrittenImage {
  std::string md5;  // Hexadecimal.
  uint64_t bytes = 0;
  std::vector<std::string> paths;                        // Written and synced.
  std::vector<std::pair<std::string, Status>> failures;  // The others.
};

// Writes the same image to all paths at once, in Apache's format, with memory that does not depend
// on its size, and syncs the files (not their directories). Fails when no path is left. Neither
// logs nor takes locks: it may run in a forked child.
Result<WrittenImage> WriteImage(io::Disk& disk, const std::vector<std::string>& paths,
                                const ImageSource& source);

}  // namespace cairn::namenode
