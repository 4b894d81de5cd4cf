// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha/epoch_table.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cairn::namenode::ha {

std::optional<EpochTable> EpochTable::From(std::vector<Entry> entries) {
  for (size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].term.value == 0 || entries[i].first.value < 1) return std::nullopt;
    if (i == 0) continue;
    const Entry& before = entries[i - 1];
    if (entries[i].term <= before.term || entries[i].first <= before.first) return std::nullopt;
  }
  EpochTable table;
  table.entries_ = std::move(entries);
  return table;
}

Epoch EpochTable::TermOf(TxId txid) const {
  Epoch term;
  for (const Entry& entry : entries_) {
    if (entry.first > txid) break;
    term = entry.term;
  }
  return term;
}

void EpochTable::Begin(Epoch term, TxId first) {
  if (!entries_.empty() && entries_.back().first == first) entries_.pop_back();
  assert(entries_.empty() || (entries_.back().term < term && entries_.back().first < first));
  entries_.push_back({term, first});
}

void EpochTable::CutAfter(TxId last) {
  while (!entries_.empty() && entries_.back().first > last) entries_.pop_back();
}

TxId EpochTable::EndOf(size_t index, TxId end) const {
  if (index + 1 == entries_.size()) return end;
  return std::min(end, TxId(entries_[index + 1].first.value - 1));
}

Position EpochTable::LastCommon(const EpochTable& a, TxId a_end, const EpochTable& b, TxId b_end) {
  for (size_t i = a.entries_.size(); i-- > 0;) {
    const auto other = std::find(b.entries_.begin(), b.entries_.end(), a.entries_[i]);
    if (other == b.entries_.end()) continue;
    const size_t j = static_cast<size_t>(other - b.entries_.begin());
    const TxId end = std::min(a.EndOf(i, a_end), b.EndOf(j, b_end));
    if (end >= other->first) return {end, other->term};
  }
  // What both had before the first term.
  const auto before = [](const EpochTable& table, TxId end) {
    return table.entries_.empty() ? end
                                  : std::min(end, TxId(table.entries_.front().first.value - 1));
  };
  return {std::min(before(a, a_end), before(b, b_end)), Epoch(0)};
}

}  // namespace cairn::namenode::ha
