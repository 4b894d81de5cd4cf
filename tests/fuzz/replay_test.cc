// SPDX-License-Identifier: Apache-2.0
// The fuzz targets without a fuzzer: every seed, every input that once was a crash, and simple
// changes of the seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "common/util/random.h"
#include "tests/fuzz/targets.h"

namespace cairn::fuzz {
namespace {

class ReplayTest : public ::testing::TestWithParam<Target> {
 protected:
  // Of a long seed, as many cuts as this at even distances.
  static constexpr size_t kCutsMax = 300;
  static constexpr int kChangesEach = 200;

  static void Run(Input input) { GetParam().run(input); }
};

TEST_P(ReplayTest, SeedsAreTaken) {
  const Seeds seeds = GetParam().seeds();
  EXPECT_FALSE(seeds.empty());
  for (const std::string& seed : seeds) Run(seed);
  Run("");
}

TEST_P(ReplayTest, SeedsThatAreCutOffAreTaken) {
  for (const std::string& seed : GetParam().seeds()) {
    const size_t step = seed.size() / kCutsMax + 1;
    for (size_t n = 0; n < seed.size(); n += step) Run(Input(seed).substr(0, n));
  }
}

TEST_P(ReplayTest, SeedsWithChangedBytesAreTaken) {
  SeededRandom random(1);
  for (const std::string& seed : GetParam().seeds()) {
    if (seed.empty()) continue;
    for (int change = 0; change < kChangesEach; ++change) {
      std::string bytes = seed;
      for (uint64_t n = random.Below(4) + 1; n > 0; --n) {
        // Extremes find more than chance does.
        const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff, static_cast<uint8_t>(random.Next())};
        bytes[random.Below(bytes.size())] =
            static_cast<char>(values[random.Below(std::size(values))]);
      }
      Run(bytes);
    }
  }
}

TEST_P(ReplayTest, InputsThatWereFoundAreTaken) {
  const std::filesystem::path folder = std::filesystem::path(CAIRN_TESTS_DIR) / "fuzz/found";
  const std::string prefix = std::string(GetParam().name) + "-";
  if (!std::filesystem::exists(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(prefix)) Run(ReadTestFile("fuzz/found/" + name));
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, ReplayTest,
                         ::testing::ValuesIn(Targets().begin(), Targets().end()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace cairn::fuzz
