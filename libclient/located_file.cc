// SPDX-License-Identifier: Apache-2.0
#include "libclient/located_file.h"

#include <algorithm>
#include <utility>

#include "libclient/datanode_stream.h"

namespace cairn::client {
namespace {

// Datanodes may not have reported a block that was being written when the cluster started.
constexpr int kLengthTries = 4;
constexpr Milliseconds kLengthPause{4000};
constexpr Milliseconds kReplicaPause{500};

}  // namespace

Status LocatedFile::Refresh() {
  for (int tried = 1;; ++tried) {
    CAIRN_ASSIGN(LocatedBlocks fresh,
                 core_.calls().GetBlockLocations(path_, 0, core_.config().read.prefetch_bytes));
    auto last_length = LastBlockLength(fresh);
    if (last_length.ok()) {
      const std::lock_guard lock(mutex_);
      CAIRN_TRY(CheckSameBlocks(fresh));
      known_ = std::move(fresh);
      last_block_length_ = *last_length;
      if (known_.last_block && !known_.last_block_complete) {
        known_.last_block->block.block.length = last_block_length_;
      }
      return Status();
    }
    if (last_length.status().code() != Code::kNotReplicatedYet || tried == kLengthTries) {
      return last_length.status();
    }
    if (!core_.pauser().Pause(kLengthPause)) {
      return Status(Code::kCancelled, "the client is closed");
    }
  }
}

Status LocatedFile::CheckSameBlocks(const LocatedBlocks& fresh) const {
  const size_t common = std::min(known_.blocks.size(), fresh.blocks.size());
  for (size_t i = 0; i < common; ++i) {
    if (known_.blocks[i].offset != fresh.blocks[i].offset) break;
    if (known_.blocks[i].block.block.id != fresh.blocks[i].block.block.id) {
      return Status(Code::kIoError, "Blocklist for " + path_ + " has changed!");
    }
  }
  return Status();
}

Result<uint64_t> LocatedFile::LastBlockLength(const LocatedBlocks& fresh) const {
  if (fresh.last_block_complete || !fresh.last_block) return uint64_t{0};
  const LocatedBlock& last = *fresh.last_block;
  if (!last.locations.empty()) return AskReplicas(last);
  if (last.block.block.length == 0) return uint64_t{0};
  return Status(Code::kNotReplicatedYet,
                "Could not obtain the last block locations of " + path_ + ": no datanode has " +
                    BlockName(last.block) + " yet");
}

Result<uint64_t> LocatedFile::AskReplicas(const LocatedBlock& last) const {
  const Clock::TimePoint begin = core_.clock().Now();
  std::vector<DatanodeTarget> nodes = last.locations;
  size_t without = 0;
  Status failure;
  while (!nodes.empty()) {
    std::vector<DatanodeTarget> again;
    for (const DatanodeTarget& target : nodes) {
      auto length = core_.GetReplicaVisibleLength(target.node, last.block);
      if (length.ok()) return length;
      failure = length.status();
      if (failure.code() == Code::kReplicaNotFound) ++without;
      if (failure.code() == Code::kRetriable) again.push_back(target);
    }
    nodes = std::move(again);
    if (nodes.empty() || core_.clock().Now() - begin > core_.config().socket_timeout) break;
    if (!core_.pauser().Pause(kReplicaPause)) break;
  }
  // The block was given out, but no pipeline has been set up yet.
  if (without == last.locations.size()) return uint64_t{0};
  return failure.WithContext("Cannot obtain block length for " + BlockName(last.block) + " of " +
                             path_);
}

uint64_t LocatedFile::length() const {
  const std::lock_guard lock(mutex_);
  return known_.file_length + last_block_length_;
}

bool LocatedFile::growing() const {
  const std::lock_guard lock(mutex_);
  return known_.under_construction || !known_.last_block_complete;
}

const LocatedBlock* LocatedFile::Find(uint64_t offset) const {
  const auto has = [offset](const LocatedBlock& block) {
    return offset >= block.offset && offset - block.offset < block.block.block.length;
  };
  if (offset >= known_.file_length) {
    return known_.last_block && has(*known_.last_block) ? &*known_.last_block : nullptr;
  }
  const auto next = std::upper_bound(
      known_.blocks.begin(), known_.blocks.end(), offset,
      [](uint64_t at, const LocatedBlock& block) { return at < block.offset; });
  if (next == known_.blocks.begin()) return nullptr;
  return has(*std::prev(next)) ? &*std::prev(next) : nullptr;
}

Result<LocatedBlock> LocatedFile::BlockAt(uint64_t offset) {
  {
    const std::lock_guard lock(mutex_);
    if (const LocatedBlock* block = Find(offset)) return *block;
  }
  CAIRN_ASSIGN(const LocatedBlocks fresh, core_.calls().GetBlockLocations(
                                              path_, offset, core_.config().read.prefetch_bytes));
  const std::lock_guard lock(mutex_);
  Merge(fresh.blocks);
  if (const LocatedBlock* block = Find(offset)) return *block;
  return Status(Code::kIoError,
                path_ + " has no block at offset " + std::to_string(offset) + " any more");
}

void LocatedFile::Merge(const std::vector<LocatedBlock>& blocks) {
  for (const LocatedBlock& block : blocks) {
    const auto at = std::lower_bound(
        known_.blocks.begin(), known_.blocks.end(), block.offset,
        [](const LocatedBlock& known, uint64_t offset) { return known.offset < offset; });
    if (at != known_.blocks.end() && at->offset == block.offset) {
      *at = block;
    } else {
      known_.blocks.insert(at, block);
    }
  }
}

}  // namespace cairn::client
