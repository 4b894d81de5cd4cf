// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/namenode/ha/sim/world.h"

// CAIRN_HA_SEED=n runs that seed alone; CAIRN_HA_SEEDS=n runs so many.
namespace cairn::namenode::ha::sim {
namespace {

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr uint64_t kSeeds = 2'000;
#else
constexpr uint64_t kSeeds = 60;
#endif

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

Plan PlanOf(uint64_t seed) {
  Plan plan;
  plan.seed = seed;
  if (seed % 8 == 7) plan.options.min_in_sync = 2;
  return plan;
}

TEST(Simulator, KeepsWhatItAcknowledgedAndServesAgain) {
  const uint64_t one = FromEnvironment("CAIRN_HA_SEED", 0);
  const uint64_t first = one != 0 ? one : 1;
  const uint64_t last = one != 0 ? one : FromEnvironment("CAIRN_HA_SEEDS", kSeeds);
  uint64_t acknowledged = 0, answered = 0, epochs = 0, failures = 0;
  Micros slowest = 0;
  for (uint64_t seed = first; seed <= last && failures < 10; ++seed) {
    const Outcome outcome = World(PlanOf(seed)).Run();
    EXPECT_EQ(outcome.violation, "") << "CAIRN_HA_SEED=" << seed;
    EXPECT_EQ(outcome.stuck, "") << "CAIRN_HA_SEED=" << seed;
    failures += outcome.violation.empty() && outcome.stuck.empty() ? 0 : 1;
    acknowledged += outcome.acknowledged;
    answered += outcome.answered;
    epochs += outcome.epochs;
    slowest = std::max(slowest, outcome.recovered_after);
  }
  std::printf("%llu mutations and %llu reads answered, %llu epochs; served again after %.2f s\n",
              static_cast<unsigned long long>(acknowledged),
              static_cast<unsigned long long>(answered), static_cast<unsigned long long>(epochs),
              static_cast<double>(slowest) / 1e6);
  EXPECT_GT(acknowledged, (last - first + 1) * 300);
  EXPECT_GT(answered, (last - first + 1) * 300);
}

TEST(Simulator, TheSameSeedIsTheSameWorld) {
  const Outcome a = World(PlanOf(42)).Run();
  const Outcome b = World(PlanOf(42)).Run();
  EXPECT_EQ(a.acknowledged, b.acknowledged);
  EXPECT_EQ(a.answered, b.answered);
  EXPECT_EQ(a.epochs, b.epochs);
  EXPECT_EQ(a.recovered_after, b.recovered_after);
}

}  // namespace
}  // namespace cairn::namenode::ha::sim
