// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "common/util/clock.h"
#include "tools/shell/console.h"

namespace cairn::shell {

// A line about a long transfer, for whoever watches: how much of how much, rate and time left.
// Silent when the errors do not go to a terminal, and for what is over quickly.
//
// Thread-safe.
class TransferProgress {
 public:
  // Both must outlive this object.
  TransferProgress(Console& console, const Clock& clock);

  // A file of `bytes` begins.
  void Expect(uint64_t bytes);
  void Add(uint64_t bytes);
  // Takes the line away.
  void Finish();

  // "512 M of 1.0 G   50%   100 M/s   0:05 left".
  static std::string Line(uint64_t done, uint64_t expected, double seconds);

 private:
  Console& console_;
  const Clock& clock_;
  const bool visible_;
  const Clock::TimePoint start_;
  std::mutex mutex_;  // Guards what follows.
  uint64_t expected_ = 0;
  uint64_t done_ = 0;
  Clock::TimePoint shown_;
};

}  // namespace cairn::shell
