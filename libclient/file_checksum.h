// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/wire/data_transfer_ops.h"
#include "libclient/client_core.h"
#include "libclient/dfs.h"

namespace cairn::client {

// The checksum of the first `length` bytes of a file, from those that its datanodes compute of each
// block: no data is moved.
Result<FileChecksum> ComputeFileChecksum(ClientCore& core, const std::string& path,
                                         uint64_t length, ChecksumMode mode);

// A block's part in a file's checksum.
struct BlockChecksum {
  uint64_t bytes = 0;  // That it covers.
  wire::BlockChecksumAnswer answer;
};

// Puts blocks' checksums together; a file without blocks has one, too.
Result<FileChecksum> CombineChecksums(const std::vector<BlockChecksum>& blocks, ChecksumMode mode);

}  // namespace cairn::client
