// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "namenode/blocks/types.h"

namespace cairn::namenode {

// What datanodes told a standby that its edits have not reached yet. Only the newest message of a
// volume about a block is kept: an older one says what is no longer so, and applied later it would
// make a good replica look corrupt.
//
// Not thread-safe: guarded by the namesystem lock.
class QueuedReports {
 public:
  struct Message {
    StorageIndex storage;
    ReportedBlock reported;
  };

  void Put(StorageIndex storage, const ReportedBlock& reported) {
    std::vector<Message>& messages = by_block_[reported.block.id];
    for (Message& message : messages) {
      if (message.storage != storage) continue;
      message.reported = reported;
      return;
    }
    messages.push_back({storage, reported});
    ++count_;
  }

  // The volume has told something newer that could be applied, or has deleted the replica.
  void Drop(StorageIndex storage, BlockId id) {
    if (count_ == 0) return;
    auto it = by_block_.find(id);
    if (it == by_block_.end()) return;
    count_ -= std::erase_if(it->second, [&](const Message& m) { return m.storage == storage; });
    if (it->second.empty()) by_block_.erase(it);
  }

  // Removes and returns what is queued for the block.
  std::vector<Message> Take(BlockId id) {
    if (count_ == 0) return {};
    auto it = by_block_.find(id);
    if (it == by_block_.end()) return {};
    std::vector<Message> messages = std::move(it->second);
    by_block_.erase(it);
    count_ -= messages.size();
    return messages;
  }

  std::vector<Message> TakeAll() {
    std::vector<Message> all;
    for (auto& [id, messages] : by_block_) {
      all.insert(all.end(), messages.begin(), messages.end());
    }
    by_block_.clear();
    count_ = 0;
    return all;
  }

  // The volume is gone.
  void DropStorage(StorageIndex storage) {
    for (auto it = by_block_.begin(); it != by_block_.end();) {
      count_ -= std::erase_if(it->second, [&](const Message& m) { return m.storage == storage; });
      it = it->second.empty() ? by_block_.erase(it) : std::next(it);
    }
  }

  size_t size() const { return count_; }

 private:
  std::unordered_map<BlockId, std::vector<Message>> by_block_;
  size_t count_ = 0;
};

}  // namespace cairn::namenode
