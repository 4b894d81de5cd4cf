// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "common/util/clock.h"

namespace cairn::datanode {

// Holds back several streams so that together they move at most so many bytes a second. Budget is
// given out in periods of half a second; a burst of one period is allowed.
//
// Thread-safe.
class Throttler {
 public:
  // `bytes_per_second` 0 is no limit. `clock` must outlive this object.
  Throttler(const Clock& clock, uint64_t bytes_per_second);

  // Takes `bytes` of the budget; waits while it is used up, or until Stop.
  void Take(uint64_t bytes);

  void SetBandwidth(uint64_t bytes_per_second);
  uint64_t bandwidth() const;

  // Lets all waiting threads through, and all later ones.
  void Stop();

 private:
  void StartPeriodsLocked(Clock::TimePoint now);

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable budget_;
  uint64_t bytes_per_second_;
  int64_t bytes_left_ = 0;  // Of the current period; negative when it was overdrawn.
  Clock::TimePoint period_start_;
  bool stopped_ = false;
};

}  // namespace cairn::datanode
