// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/throttler.h"

#include <algorithm>
#include <chrono>

namespace cairn::datanode {
namespace {

constexpr std::chrono::milliseconds kPeriod{500};

int64_t BytesOfPeriod(uint64_t bytes_per_second) {
  return std::max<int64_t>(1, static_cast<int64_t>(bytes_per_second / 2));
}

}  // namespace

Throttler::Throttler(const Clock& clock, uint64_t bytes_per_second)
    : clock_(clock),
      bytes_per_second_(bytes_per_second),
      bytes_left_(BytesOfPeriod(bytes_per_second)),
      period_start_(clock.Now()) {}

// Periods that passed unused give no budget beyond one: a stream that paused may not catch up at
// full speed.
void Throttler::StartPeriodsLocked(Clock::TimePoint now) {
  while (now - period_start_ >= kPeriod) {
    if (now - period_start_ > 3 * kPeriod) period_start_ = now - kPeriod;
    period_start_ += kPeriod;
    const int64_t budget = BytesOfPeriod(bytes_per_second_);
    bytes_left_ = std::min(budget, bytes_left_ + budget);
  }
}

void Throttler::Take(uint64_t bytes) {
  std::unique_lock lock(mutex_);
  if (bytes_per_second_ == 0 || stopped_) return;
  StartPeriodsLocked(clock_.Now());
  bytes_left_ -= static_cast<int64_t>(bytes);
  while (bytes_left_ <= 0 && bytes_per_second_ != 0 && !stopped_) {
    // Short waits: the clock may be a test's, and the bandwidth may change meanwhile.
    budget_.wait_for(lock, std::chrono::milliseconds(20));
    StartPeriodsLocked(clock_.Now());
  }
}

void Throttler::SetBandwidth(uint64_t bytes_per_second) {
  std::lock_guard lock(mutex_);
  bytes_per_second_ = bytes_per_second;
  bytes_left_ = BytesOfPeriod(bytes_per_second);
  budget_.notify_all();
}

uint64_t Throttler::bandwidth() const {
  std::lock_guard lock(mutex_);
  return bytes_per_second_;
}

void Throttler::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  budget_.notify_all();
}

}  // namespace cairn::datanode
