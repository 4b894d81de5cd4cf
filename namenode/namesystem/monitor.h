// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "common/util/clock.h"
#include "namenode/namesystem/state.h"

namespace cairn::namenode {

// What a namenode does by itself as time goes by: dead datanodes, repair, safe mode's end, leases
// past their limit, deleted trees, checkpoints.
//
// Tick lives on one thread, CheckpointTick on another: a checkpoint takes as long as its image.
class Monitor {
 public:
  // `state` must outlive this object.
  explicit Monitor(NamesystemState& state) : state_(state) {}
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  // Works for a few milliseconds, in short stays in the section. True: call again at once; false:
  // in half a second.
  bool Tick();

  // Writes a checkpoint when one is due. Call every second or so.
  void CheckpointTick();

 private:
  void CheckLeases();
  void RollLongSegment();
  bool CheckpointIsDue();

  NamesystemState& state_;
  Clock::TimePoint leases_checked_at_{};
  Clock::TimePoint checkpoint_checked_at_{};
};

// Takes files from writers that are past the hard limit, up to `files_max` of them.
void ReleaseExpiredLeases(NamesystemState& state, size_t files_max);

}  // namespace cairn::namenode
