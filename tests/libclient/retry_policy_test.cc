// SPDX-License-Identifier: Apache-2.0
#include "libclient/retry_policy.h"

#include <gtest/gtest.h>

namespace cairn::client {
namespace {

using Action = RetryDecision::Action;
using std::chrono::milliseconds;

const Status kRefused(Code::kNetwork, "refused");
const Status kBroken(Code::kEndOfFile, "closed");
const Status kSilent(Code::kTimeout, "silent");

Status Remote(Code code) { return Status::Remote(code, "org.example.SomeException", "no"); }

class RetryPolicyTest : public ::testing::Test {
 protected:
  SeededRandom random_{1};
  const RpcConfig config_{.connect_retries = 2,
                          .connect_retry_interval = milliseconds(7),
                          .failovers_max = 3,
                          .retries_max = 2};
  const RetryPolicy single_{config_, false, random_};
  const RetryPolicy pair_{config_, true, random_};
  Attempts attempts_;
};

TEST_F(RetryPolicyTest, RefusedConnectionIsTriedAgainAsOftenAsConfigured) {
  for (int i = 0; i < 2; ++i) {
    const RetryDecision decision = single_.Decide(i == 0 ? kRefused : kBroken, attempts_);
    EXPECT_EQ(decision.action, Action::kRetry);
    EXPECT_EQ(decision.pause, milliseconds(7));
  }
  EXPECT_EQ(single_.Decide(kRefused, attempts_).action, Action::kFail);
}

TEST_F(RetryPolicyTest, ExceptionsOfTheNamenodeAreFinal) {
  for (const Code code : {Code::kNotFound, Code::kAccessDenied, Code::kSafeMode, Code::kRemote,
                          Code::kIoError, Code::kNetwork, Code::kEndOfFile}) {
    EXPECT_EQ(single_.Decide(Remote(code), attempts_).action, Action::kFail);
    EXPECT_EQ(pair_.Decide(Remote(code), attempts_).action, Action::kFail);
  }
}

TEST_F(RetryPolicyTest, OneNamenodeInStandbyOrSilentIsAnError) {
  EXPECT_EQ(single_.Decide(Remote(Code::kStandby), attempts_).action, Action::kFail);
  EXPECT_EQ(single_.Decide(kSilent, attempts_).action, Action::kFail);
}

TEST_F(RetryPolicyTest, RetriableIsTriedAgainOnTheSameNamenode) {
  EXPECT_EQ(pair_.Decide(Remote(Code::kRetriable), attempts_).pause, milliseconds(0));
  const RetryDecision second = pair_.Decide(Remote(Code::kRetriable), attempts_);
  EXPECT_EQ(second.action, Action::kRetry);
  EXPECT_GE(second.pause, milliseconds(500));
  EXPECT_EQ(pair_.Decide(Remote(Code::kRetriable), attempts_).action, Action::kFail);
}

TEST_F(RetryPolicyTest, FirstFailoverIsImmediateThenSomeAreSoonAndLaterOnesWait) {
  EXPECT_EQ(pair_.Decide(Remote(Code::kStandby), attempts_).pause, milliseconds(0));
  milliseconds soon{0};
  for (const Status& status : {kRefused, kSilent, kBroken, Remote(Code::kObserverRetry)}) {
    const RetryDecision decision = pair_.Decide(status, attempts_);
    EXPECT_EQ(decision.action, Action::kFailover);
    EXPECT_GE(decision.pause, milliseconds(15));
    soon += decision.pause;
  }
  EXPECT_LE(soon, milliseconds(750));
  EXPECT_EQ(attempts_.failovers, 1) << "the quick ones do not count";
  const RetryDecision second = pair_.Decide(kRefused, attempts_);
  EXPECT_EQ(second.action, Action::kFailover);
  EXPECT_GE(second.pause, milliseconds(500));
  EXPECT_LE(second.pause, milliseconds(1500));
  const RetryDecision third = pair_.Decide(kSilent, attempts_);
  EXPECT_GE(third.pause, milliseconds(1000));
  EXPECT_EQ(pair_.Decide(kBroken, attempts_).action, Action::kFail);
}

}  // namespace
}  // namespace cairn::client
