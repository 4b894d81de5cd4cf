// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "common/model/ids.h"

namespace cairn::namenode {

// Which inodes have changes that are not durable yet, and up to which transaction: a read that
// touched one of them waits for it, any other read answers at once.
//
// Not thread-safe: guarded by the namesystem's section; the const side may be shared.
class DurabilityWindow {
 public:
  // `inode` was changed by `txid`, the newest of all. Exclusive.
  void Touch(InodeId inode, TxId txid) {
    TxId& newest = newest_[inode];
    if (newest == txid) return;
    newest = txid;
    queue_.push_back({txid, inode});
  }

  // Everything up to `durable` is on disk. Exclusive.
  void Prune(TxId durable) {
    while (!queue_.empty() && queue_.front().txid <= durable) {
      auto it = newest_.find(queue_.front().inode);
      if (it != newest_.end() && it->second <= durable) newest_.erase(it);
      queue_.pop_front();
    }
  }

  bool empty() const { return newest_.empty(); }

  // The transaction that an answer about `inode` waits for; TxId{0}: none.
  TxId Newest(InodeId inode) const {
    auto it = newest_.find(inode);
    return it == newest_.end() ? TxId{0} : it->second;
  }

 private:
  struct Change {
    TxId txid;
    InodeId inode;
  };

  std::unordered_map<InodeId, TxId> newest_;
  std::deque<Change> queue_;  // In the order of transactions.
};

}  // namespace cairn::namenode
