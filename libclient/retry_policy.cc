// SPDX-License-Identifier: Apache-2.0
#include "libclient/retry_policy.h"

#include <algorithm>

namespace cairn::client {

using Action = RetryDecision::Action;

namespace {

constexpr int kQuickFailovers = 4;

}  // namespace

RetryDecision RetryPolicy::Decide(const Status& status, Attempts& attempts) const {
  const Code code = status.code();
  if (status.remote_class().empty()) {
    const bool broken = code == Code::kNetwork || code == Code::kEndOfFile;
    if (broken) return AfterBrokenConnection(status, attempts);
    // A namenode that is silent for so long will be so again; another one may answer.
    if (code == Code::kTimeout && several_) return Failover(attempts);
    return {};
  }
  attempts.connects = 0;
  if (several_ && (code == Code::kStandby || code == Code::kObserverRetry)) {
    return Failover(attempts);
  }
  if (code == Code::kRetriable && attempts.retries < config_.retries_max) {
    return {Action::kRetry, Backoff(attempts.retries++)};
  }
  return {};
}

RetryDecision RetryPolicy::AfterBrokenConnection(const Status& status, Attempts& attempts) const {
  // Answered requests are the proof of life that refused connections lack.
  const int tries = several_ && status.code() == Code::kNetwork ? config_.failover_connect_retries
                    : several_                                  ? 0
                                                                : config_.connect_retries;
  if (attempts.connects < tries) {
    ++attempts.connects;
    return {Action::kRetry, config_.connect_retry_interval};
  }
  return several_ ? Failover(attempts) : RetryDecision{};
}

RetryDecision RetryPolicy::Failover(Attempts& attempts) const {
  attempts.connects = 0;
  if (attempts.failovers >= config_.failovers_max) return {};
  if (attempts.failovers > 0 && attempts.quick_failovers < kQuickFailovers) {
    // Together about one base: what Apache's clients wait before they ask a second time.
    const int halvings = kQuickFailovers - attempts.quick_failovers++;
    return {Action::kFailover, Jittered(config_.failover_sleep_base.count() >> halvings)};
  }
  return {Action::kFailover, Backoff(attempts.failovers++)};
}

Milliseconds RetryPolicy::Backoff(int times) const {
  if (times == 0) return Milliseconds(0);
  const int64_t doubled = config_.failover_sleep_base.count() << std::min(times, 20);
  const int64_t base = std::min<int64_t>(doubled, config_.failover_sleep_max.count());
  return Jittered(base);
}

// Half to one and a half of it, so that many clients do not come back at once.
Milliseconds RetryPolicy::Jittered(int64_t base_ms) const {
  const uint64_t chance = random_.Below(static_cast<uint64_t>(base_ms) + 1);
  return Milliseconds(base_ms / 2 + static_cast<int64_t>(chance));
}

}  // namespace cairn::client
