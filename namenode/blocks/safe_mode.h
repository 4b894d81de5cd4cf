// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "common/util/clock.h"
#include "namenode/blocks/options.h"

namespace cairn::namenode {

// The state in which nothing may be changed: at start until enough blocks and datanodes were
// reported, later when somebody switches it on.
//
// Start-up safe mode goes threshold -> extension -> off, by itself; a manual one stays until
// Leave. Counting of safe blocks stops when start-up safe mode ends.
//
// Not thread-safe: guarded by the namesystem lock.
class SafeMode {
 public:
  enum class Stage : uint8_t { kOff, kThreshold, kExtension };

  // `clock` must outlive this object. `live_datanodes` tells how many datanodes are alive.
  SafeMode(const Clock& clock, const BlockManagerOptions& options,
           std::function<uint32_t()> live_datanodes)
      : clock_(clock), options_(options), live_datanodes_(std::move(live_datanodes)) {}

  // Enters start-up safe mode with the blocks that the image and the edits told of.
  void Activate(uint64_t blocks_total);

  bool IsOn() const { return manual_ || resources_low_ || IsStartup(); }
  bool IsStartup() const { return stage_ != Stage::kOff; }
  // Nobody and nothing but the start wants it: it ends by itself.
  bool IsOnlyStartup() const { return IsStartup() && !manual_ && !resources_low_; }
  bool IsManual() const { return manual_; }
  Stage stage() const { return stage_; }

  // Somebody switches it on; `resources_low` when it is the namenode itself, for want of disk.
  void Enter(bool resources_low);
  // Switches all of it off. False, and no change, when blocks with future generation stamps would
  // be lost and `force` is not set.
  bool Leave(bool force);

  // Changes of what is counted, also negative. No-op when start-up safe mode is over.
  void AddTotal(int64_t delta);
  void AddSafe(int64_t delta);
  // A replica was reported that no edit of ours knows yet: our metadata may be too old.
  void NoteFutureBytes(uint64_t bytes) {
    if (IsStartup()) future_bytes_ += bytes;
  }

  // Moves on when thresholds are met or the extension has passed. Returns true when safe mode was
  // left by this call. Cheap; called after each report and each second.
  bool Check();

  // Apache's explanation: what dfsadmin prints after "Safe mode is ON. ".
  std::string Tip() const;

  uint64_t blocks_total() const { return total_; }
  uint64_t blocks_safe() const { return safe_; }
  uint64_t blocks_threshold() const { return threshold_; }
  uint64_t future_bytes() const { return future_bytes_; }

 private:
  bool ThresholdMet() const { return safe_ >= threshold_; }
  bool AllMet() const;
  int64_t ExtensionLeftMs() const;
  void LeaveStartup();

  const Clock& clock_;
  const BlockManagerOptions& options_;
  const std::function<uint32_t()> live_datanodes_;

  Stage stage_ = Stage::kOff;
  bool manual_ = false;
  bool resources_low_ = false;
  uint64_t total_ = 0;
  uint64_t safe_ = 0;
  uint64_t threshold_ = 0;
  uint64_t future_bytes_ = 0;
  Clock::TimePoint started_at_{};
  Clock::TimePoint reached_at_{};
};

}  // namespace cairn::namenode
