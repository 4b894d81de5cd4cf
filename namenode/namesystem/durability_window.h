// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <unordered_map>

#include "common/model/ids.h"

namespace cairn::namenode {

// Which inodes have changes that are not durable yet, and up to which transaction: a read that
// touched one of them waits for it, any other read answers at once.
//
// What an inode is (its name, place, permissions) and what it holds (entries, blocks, times) are
// kept apart: a path leads through directories whose entries change all the time, and does not
// care.
//
// Not thread-safe: guarded by the namesystem's section; the const side may be shared.
class DurabilityWindow {
 public:
  enum class Part : uint8_t { kSelf, kContent };

  // A part of `inode` was changed by `txid`, the newest of all. Exclusive.
  void Touch(InodeId inode, Part part, TxId txid) {
    Entry& entry = newest_[inode];
    TxId& newest = part == Part::kSelf ? entry.self : entry.content;
    if (newest == txid) return;
    newest = txid;
    queue_.push_back({txid, inode});
  }

  // Everything up to `durable` is on disk. Exclusive.
  void Prune(TxId durable) {
    while (!queue_.empty() && queue_.front().txid <= durable) {
      auto it = newest_.find(queue_.front().inode);
      if (it != newest_.end() && it->second.Newest() <= durable) newest_.erase(it);
      queue_.pop_front();
    }
  }

  bool empty() const { return newest_.empty(); }

  // The transaction that an answer which passed through `inode`, or that shows all of it, waits
  // for; TxId{0}: none.
  TxId OfSelf(InodeId inode) const {
    auto it = newest_.find(inode);
    return it == newest_.end() ? TxId{0} : it->second.self;
  }
  TxId OfAll(InodeId inode) const {
    auto it = newest_.find(inode);
    return it == newest_.end() ? TxId{0} : it->second.Newest();
  }

 private:
  struct Entry {
    TxId self{0};
    TxId content{0};
    TxId Newest() const { return std::max(self, content); }
  };
  struct Change {
    TxId txid;
    InodeId inode;
  };

  std::unordered_map<InodeId, Entry> newest_;
  std::deque<Change> queue_;  // In the order of transactions.
};

}  // namespace cairn::namenode
