// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace cairn::bench {

// Counts durations in buckets of about 3 % width: percentiles without keeping every value.
//
// Not thread-safe.
class Latency {
 public:
  void Add(uint64_t ns) {
    ++buckets_[BucketOf(ns)];
    ++count_;
  }
  uint64_t count() const { return count_; }

  // The upper end of the bucket in which that share of all values (0 to 1) ends; microseconds.
  double PercentileUs(double share) const {
    const auto wanted = static_cast<uint64_t>(static_cast<double>(count_) * share);
    uint64_t seen = 0;
    for (size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > wanted || seen == count_) return static_cast<double>(EndOf(i)) / 1000.0;
    }
    return 0;
  }

 private:
  static constexpr uint32_t kStepBits = 5;  // Buckets for each power of two.
  static constexpr uint32_t kSteps = 1u << kStepBits;

  static size_t BucketOf(uint64_t ns) {
    if (ns < kSteps) return ns;
    const auto shift = static_cast<uint32_t>(std::bit_width(ns)) - 1 - kStepBits;
    return (shift + 1) * kSteps + ((ns >> shift) - kSteps);
  }
  static uint64_t EndOf(size_t bucket) {
    if (bucket < kSteps) return bucket + 1;
    return (bucket % kSteps + kSteps + 1) << (bucket / kSteps - 1);
  }

  std::array<uint64_t, (64 - kStepBits + 1) * kSteps> buckets_{};
  uint64_t count_ = 0;
};

}  // namespace cairn::bench
