// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "common/util/status.h"
#include "namenode/blocks/types.h"
#include "namenode/journal/record.h"
#include "namenode/namesystem/state.h"
#include "namenode/tree/resolved_path.h"

namespace cairn::namenode {

// What the operation that made a record knows beyond it: shortcuts, and what is in no record.
struct ApplyHint {
  // The record's own path (a rename's source) and a rename's destination, as resolved just now.
  const ResolvedPath* path = nullptr;
  const ResolvedPath* destination = nullptr;
  // Where the replicas of a record's last block are expected.
  std::span<const StorageIndex> places;
  // The record is being made, not replayed: blocks that it finishes wait for their replicas.
  bool live = false;
  // What is deleted is freed by the monitor, in slices; else at once. Of live records always.
  bool free_later = false;
  // The last block comes out of a recovery; `places` hold it now.
  bool recovered = false;
};

// Carries one record out: the only code that changes the durable state, whether an operation has
// just made the record, or it is read from a log. Fails with kCorrupt when the record does not fit
// the state, and with kUnsupported for what this namenode cannot do; then the state may be used no
// more, unless the record was checked before, when it cannot fail.
//
// Exclusive.
Status Apply(NamesystemState& state, TxId txid, const EditOp& op, const ApplyHint& hint = {});

}  // namespace cairn::namenode
