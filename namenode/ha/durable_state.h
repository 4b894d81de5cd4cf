// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "namenode/ha/config.h"
#include "namenode/ha/epoch_table.h"
#include "namenode/ha/types.h"

namespace cairn::namenode::ha {

// What a namenode of the pair must not forget, beside its log: one checksummed file that is
// replaced atomically (current/cairn-ha). A plain value.
struct DurableState {
  // Nothing of a lower epoch is accepted any more.
  Epoch promised;
  LogId log;
  EpochTable terms;
  // As last seen; only for a tool that rebuilds lost data of ZooKeeper.
  std::optional<Config> config;

  bool operator==(const DurableState&) const = default;
};

// What the log held when the process started, after recovery cut a torn end.
struct LogBounds {
  // The last record; everything up to it is durable. {0, 0} for an empty log.
  Position tail;
  // First record that is still in the log; tail + 1 when there is none.
  TxId oldest{1};
  // The image that the memory was loaded from. Images cover committed records only.
  TxId image{0};
};

}  // namespace cairn::namenode::ha
