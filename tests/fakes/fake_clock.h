// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "common/util/clock.h"

namespace cairn {

// Time that moves only when a test says so. Thread-safe.
class FakeClock final : public Clock {
 public:
  TimePoint Now() const override { return TimePoint(Duration(now_ns_.load())); }
  int64_t WallMs() const override { return kStartMs + now_ns_.load() / 1'000'000; }

  void Advance(Duration by) { now_ns_ += by.count(); }

 private:
  static constexpr int64_t kStartMs = 1'700'000'000'000;
  std::atomic<int64_t> now_ns_{1'000'000'000};
};

}  // namespace cairn
