// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "namenode/ha/types.h"

namespace cairn::namenode::ha {

// Which term each record of a log belongs to: the first transaction id of every term, both rising.
// Apache's segments do not say it, so the table is kept beside them, and an entry is durable before
// its first record is written. A value.
class EpochTable {
 public:
  struct Entry {
    Epoch term;
    TxId first;

    bool operator==(const Entry&) const = default;
  };

  EpochTable() = default;
  // For whoever reads the table from somewhere: nothing when the entries do not rise.
  static std::optional<EpochTable> From(std::vector<Entry> entries);

  const std::vector<Entry>& entries() const { return entries_; }

  // The term of a record; epoch 0 for what is older than the table (written before the pair was).
  Epoch TermOf(TxId txid) const;

  // Records from `first` on belong to `term`, which must be above all others; `first` must not be
  // below the last entry's, which it replaces when they are equal (its term wrote nothing).
  void Begin(Epoch term, TxId first);

  // Forgets terms that begin after `last`, the end of the log.
  void CutAfter(TxId last);

  // The last record that two logs share, given their tables and ends.
  static Position LastCommon(const EpochTable& a, TxId a_end, const EpochTable& b, TxId b_end);

  bool operator==(const EpochTable&) const = default;

 private:
  // The last record of the entry at `index` in a log that ends at `end`.
  TxId EndOf(size_t index, TxId end) const;

  std::vector<Entry> entries_;
};

}  // namespace cairn::namenode::ha
