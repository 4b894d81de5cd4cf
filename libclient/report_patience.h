// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "libclient/client_config.h"

namespace cairn::client {

// Pauses between questions to the namenode about replicas that it does not know yet. Mostly the
// datanodes' reports are on their way, so the first pauses are short and do not count as retries;
// those of the configuration follow, doubled each time. Apache's client begins with these, and a
// small file that just misses a report takes 400 ms.
//
// For one wait. Not thread-safe.
class ReportPatience {
 public:
  explicit ReportPatience(const WriteConfig& config)
      : soon_end_(config.locate_delay),
        retries_left_(config.locate_retries),
        delay_(config.locate_delay),
        delay_max_(config.locate_delay_max) {}

  // Nothing when the question was asked often enough.
  std::optional<Milliseconds> NextPause() {
    if (soon_ < soon_end_) return std::exchange(soon_, soon_ * 2);
    if (retries_left_-- <= 0) return std::nullopt;
    return std::exchange(delay_, std::min(delay_ * 2, delay_max_));
  }

 private:
  Milliseconds soon_{4};
  const Milliseconds soon_end_;
  int retries_left_;
  Milliseconds delay_;
  const Milliseconds delay_max_;
};

}  // namespace cairn::client
