// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/incremental_reports.h"

#include <algorithm>
#include <utility>

namespace cairn::datanode {

bool IncrementalReports::Add(ReplicaChange change) {
  const BlockId id = change.block.id;
  if (const auto it = by_block_.find(id); it != by_block_.end()) changes_.erase(it->second);
  if (change.event == ReplicaEvent::kReceived) urgent_ = true;
  changes_.push_back(std::move(change));
  by_block_[id] = std::prev(changes_.end());
  return Due();
}

bool IncrementalReports::Due() const { return urgent_ && UntilInterval().count() == 0; }

void IncrementalReports::MakeDue() {
  urgent_ = true;
  last_sent_.reset();
}

Clock::Duration IncrementalReports::UntilInterval() const {
  if (!last_sent_) return Clock::Duration(0);
  return std::max(*last_sent_ + interval_ - clock_.Now(), Clock::Duration(0));
}

std::vector<ReplicaChange> IncrementalReports::Take() {
  std::vector<ReplicaChange> taken;
  taken.reserve(std::min(changes_.size(), kBatchMax));
  while (!changes_.empty() && taken.size() < kBatchMax) {
    by_block_.erase(changes_.front().block.id);
    taken.push_back(std::move(changes_.front()));
    changes_.pop_front();
  }
  urgent_ = !changes_.empty();
  return taken;
}

void IncrementalReports::PutBack(std::vector<ReplicaChange> changes) {
  for (auto it = changes.rbegin(); it != changes.rend(); ++it) {
    const BlockId id = it->block.id;
    if (by_block_.contains(id)) continue;
    changes_.push_front(std::move(*it));
    by_block_[id] = changes_.begin();
  }
  if (!changes.empty()) urgent_ = true;
}

void IncrementalReports::Clear() {
  changes_.clear();
  by_block_.clear();
  urgent_ = false;
}

}  // namespace cairn::datanode
