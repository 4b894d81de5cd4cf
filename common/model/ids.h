// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/util/strong_id.h"

namespace cairn {

// A file or directory. The root is 16385; ids grow and are never used again.
using InodeId = StrongId<struct InodeIdTag, uint64_t>;
inline constexpr InodeId kRootInodeId{16385};
inline constexpr InodeId kInvalidInodeId{0};

// A block. Ids up to 2^30 are reserved; negative ids are erasure-coded groups.
using BlockId = StrongId<struct BlockIdTag, int64_t>;
inline constexpr BlockId kLastReservedBlockId{1LL << 30};

// The version of a block's bytes: each append or recovery takes a new one. Up to 1000 is reserved.
using GenerationStamp = StrongId<struct GenerationStampTag, uint64_t>;
inline constexpr GenerationStamp kLastReservedGenerationStamp{1000};

// A position in the edit log. The first record is 1; 0 means "before all records".
using TxId = StrongId<struct TxIdTag, int64_t>;

}  // namespace cairn
