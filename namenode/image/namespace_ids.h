// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#include "common/model/ids.h"

namespace cairn::namenode {

// The last ids that a namespace has given out. A value.
struct NamespaceIds {
  InodeId last_inode_id = kRootInodeId;
  BlockId last_block_id = kLastReservedBlockId;
  // Of erasure-coded groups; they count down.
  BlockId last_striped_block_id{std::numeric_limits<int64_t>::min()};
  GenerationStamp generation_stamp = kLastReservedGenerationStamp;
  // Of blocks with random ids, before layout -45; kept, never used.
  GenerationStamp generation_stamp_v1{1000};
  GenerationStamp generation_stamp_v1_limit;

  bool operator==(const NamespaceIds&) const = default;
};

}  // namespace cairn::namenode
