// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "common/model/located_block.h"
#include "common/util/result.h"
#include "libclient/client_core.h"

namespace cairn::client {

// Where the blocks of one file are, as far as it is known: fetched in pieces, and again when it
// turns out to be out of date.
//
// Thread-safe.
class LocatedFile {
 public:
  // `core` must outlive this object.
  LocatedFile(ClientCore& core, std::string path) : core_(core), path_(std::move(path)) {}

  // Asks the namenode, and the datanodes about the length of a last block that is being written.
  // Fails when the blocks that were known are not the file's any more.
  Status Refresh();

  const std::string& path() const { return path_; }
  uint64_t length() const;
  // The last block is being written: the length may grow.
  bool growing() const;
  // The block that has the byte at `offset`, which is below length().
  Result<LocatedBlock> BlockAt(uint64_t offset);

 private:
  Status CheckSameBlocks(const LocatedBlocks& fresh) const;
  Result<uint64_t> LastBlockLength(const LocatedBlocks& fresh) const;
  Result<uint64_t> AskReplicas(const LocatedBlock& last) const;
  const LocatedBlock* Find(uint64_t offset) const;
  void Merge(const std::vector<LocatedBlock>& blocks);

  ClientCore& core_;
  const std::string path_;

  mutable std::mutex mutex_;
  LocatedBlocks known_;            // `blocks` ordered by offset, with gaps.
  uint64_t last_block_length_ = 0; // Of a last block that is being written.
};

}  // namespace cairn::client
