// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <random>

namespace cairn {

// Where chance comes from. Everything that draws lots takes one, so that tests can own it.
//
// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;

  // 64 uniform bits.
  virtual uint64_t Next() = 0;

  // Uniform in [0, bound); `bound` must not be 0.
  uint64_t Below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
  }
};

// SplitMix64: the same seed gives the same draws. Not for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  // Seeded by the machine.
  SeededRandom() : state_((uint64_t{std::random_device{}()} << 32) ^ std::random_device{}()) {}

  uint64_t Next() override {
    uint64_t z = state_.fetch_add(kStep, std::memory_order_relaxed) + kStep;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

 private:
  static constexpr uint64_t kStep = 0x9e3779b97f4a7c15ULL;
  std::atomic<uint64_t> state_;
};

}  // namespace cairn
