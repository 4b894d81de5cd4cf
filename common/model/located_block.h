// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/model/block.h"
#include "common/model/datanode_info.h"

namespace cairn {

// A block of a file and where its replicas are, nearest to the asking client first.
struct LocatedBlock {
  ExtendedBlock block;
  uint64_t offset = 0;  // Of the block's first byte in its file.
  std::vector<DatanodeTarget> locations;
  bool corrupt = false;  // All known replicas are corrupt.
};

// The blocks of a range of a file.
struct LocatedBlocks {
  uint64_t file_length = 0;  // Bytes; without what a writer has not reported yet.
  std::vector<LocatedBlock> blocks;
  bool under_construction = false;
  std::optional<LocatedBlock> last_block;
  bool last_block_complete = false;
};

}  // namespace cairn
