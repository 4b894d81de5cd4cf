// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <ostream>
#include <string>

#include "tests/namenode/ha/sim/world.h"

// Each rule that is left out, and each mistake of an adapter, must break something that the
// simulator sees. A mutant that survives is a rule that nobody checks.
namespace cairn::namenode::ha::sim {
namespace {

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr uint64_t kSeedsMax = 20'000;
constexpr bool kThorough = true;
#else
constexpr uint64_t kSeedsMax = 20;
constexpr bool kThorough = false;  // Some need more seeds than a slow build has time for.
#endif

struct Mutant {
  const char* name;
  void (*plant)(Plan&);
};

void PrintTo(const Mutant& mutant, std::ostream* out) { *out << mutant.name; }

template <Rule rule>
void LeaveOut(Plan& plan) {
  plan.options.rules_left_out = 1u << static_cast<int>(rule);
}

class Mutants : public ::testing::TestWithParam<Mutant> {};

TEST_P(Mutants, AreCaught) {
  for (uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    Plan plan;
    plan.seed = seed;
    GetParam().plant(plan);
    const Outcome outcome = World(plan).Run();
    if (outcome.violation.empty()) continue;
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
                outcome.violation.c_str());
    return;
  }
  if (!kThorough) GTEST_SKIP();
  FAIL() << "survived " << kSeedsMax << " seeds";
}

INSTANTIATE_TEST_SUITE_P(
    Rules, Mutants,
    ::testing::Values(
        Mutant{"FollowsOldEpochs", LeaveOut<Rule::kRefuseOldEpochs>},
        Mutant{"NoPromise", LeaveOut<Rule::kPromiseBeforeWrite>},
        Mutant{"CommitsAloneTooEarly", LeaveOut<Rule::kHoldUntilShrunk>},
        Mutant{"ExpandsBeforeAckIsNecessary", LeaveOut<Rule::kNeedBeforeExpand>},
        Mutant{"ForgetsAnExpandInDoubt", LeaveOut<Rule::kKeepInDoubt>},
        Mutant{"ReadsWithoutLease", LeaveOut<Rule::kReadsNeedLease>},
        Mutant{"PromotesWhoIsNotInSync", LeaveOut<Rule::kLeadInSyncOnly>},
        Mutant{"DoesNotWaitForTheLease", LeaveOut<Rule::kOpenAfterGrant>},
        Mutant{"AcknowledgesBeforeTheDisk", LeaveOut<Rule::kAckDurable>},
        Mutant{"AppendsToAnotherHistory", LeaveOut<Rule::kCutDiverged>}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Adapters, Mutants,
    ::testing::Values(
        Mutant{"PromiseIsNotDurable", [](Plan& plan) { plan.wiring.forgets_promise = true; }},
        Mutant{"TermsAreNotDurable", [](Plan& plan) { plan.wiring.forgets_terms = true; }},
        Mutant{"NoSync", [](Plan& plan) { plan.wiring.forgets_records = true; }},
        Mutant{"RepliesAtOnce", [](Plan& plan) { plan.wiring.replies_at_once = true; }},
        Mutant{"RepliesToDirtyReads", [](Plan& plan) { plan.wiring.reads_dirty = true; }},
        Mutant{"RepliesToReadsWithoutLease",
               [](Plan& plan) { plan.wiring.ignores_lease = true; }},
        Mutant{"CheckpointsWhatIsNotCommitted",
               [](Plan& plan) { plan.wiring.checkpoints_all = true; }}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace cairn::namenode::ha::sim
