// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace cairn {

// Where time comes from. Everything that waits or dates takes one, so that tests can own time.
//
// Thread-safe.
class Clock {
 public:
  using Duration = std::chrono::nanoseconds;
  using TimePoint = std::chrono::time_point<Clock, Duration>;

  virtual ~Clock() = default;

  // Monotonic; for intervals. Counts time in suspend.
  virtual TimePoint Now() const = 0;

  // Milliseconds since the epoch of Unix; for what is stored and shown. May jump.
  virtual int64_t WallMs() const = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  TimePoint Now() const override;
  int64_t WallMs() const override;
};

}  // namespace cairn
