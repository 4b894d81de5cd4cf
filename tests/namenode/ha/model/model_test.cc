// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/namenode/ha/model/checker.h"

// CAIRN_HA_MODEL="EPOCHS WRITES CRASHES MESSAGES" sets the size of the search.
namespace cairn::namenode::ha::model {
namespace {

Bounds FromEnvironment(Bounds bounds) {
  if (const char* text = std::getenv("CAIRN_HA_MODEL")) {
    EXPECT_EQ(std::sscanf(text, "%d %d %d %d", &bounds.epochs, &bounds.writes, &bounds.crashes,
                          &bounds.messages),
              4);
  }
  return bounds;
}

TEST(Model, TheProtocolIsSafe) {
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  const Bounds bounds = FromEnvironment({4, 2, 2, 2});
#else
  const Bounds bounds = FromEnvironment({3, 2, 1, 1});
#endif
  const Verdict verdict = Check(Protocol(bounds, Mutant::kNone));
  std::string trace;
  for (const std::string& step : verdict.trace) trace += "\n  " + step;
  EXPECT_EQ(verdict.violation, "") << trace;
  std::printf("%zu states\n", verdict.states);
}

class ModelMutants : public ::testing::TestWithParam<int> {};

TEST_P(ModelMutants, AreCaught) {
  const Verdict verdict = Check(Protocol({4, 2, 2, 2}, static_cast<Mutant>(GetParam())));
  EXPECT_NE(verdict.violation, "");
  std::printf("%s, after %zu steps, %zu states\n", verdict.violation.c_str(),
              verdict.trace.size(), verdict.states);
}

INSTANTIATE_TEST_SUITE_P(EachRule, ModelMutants, ::testing::Range(1, kMutants + 1));

}  // namespace
}  // namespace cairn::namenode::ha::model
