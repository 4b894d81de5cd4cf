// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/util/random.h"
#include "common/util/status.h"
#include "libclient/client_config.h"

namespace cairn::client {

// What has been tried for one call.
struct Attempts {
  int connects = 0;   // Connections that were refused or broke, in a row.
  int retries = 0;    // Repetitions on a namenode that asked for them.
  int failovers = 0;  // Changes of the namenode.
  int quick_failovers = 0;  // Those of them that are not counted: soon after the first.
};

struct RetryDecision {
  enum class Action : uint8_t { kFail, kRetry, kFailover };

  Action action = Action::kFail;
  Milliseconds pause{0};
};

// Whether a call to the namenode is made again, and where. Every method of ClientProtocol either
// does the same thing when it is repeated, or is answered from the namenode's retry cache: so what
// may have been executed is repeated, too.
//
// One namenode: connections that are refused or break are tried again as often as
// ipc.client.connect.max.retries says. Several: the other one is asked, at once the first time;
// then a few times soon, for a failover is over in less than a second; then after pauses that
// double, as often as dfs.client.failover.max.attempts says.
//
// Thread-safe.
class RetryPolicy {
 public:
  // `random` must outlive this object.
  RetryPolicy(const RpcConfig& config, bool several_namenodes, Random& random)
      : config_(config), several_(several_namenodes), random_(random) {}

  // What to do after `status`; counts it in `attempts`.
  RetryDecision Decide(const Status& status, Attempts& attempts) const;

 private:
  RetryDecision AfterBrokenConnection(const Status& status, Attempts& attempts) const;
  RetryDecision Failover(Attempts& attempts) const;
  Milliseconds Backoff(int times) const;
  Milliseconds Jittered(int64_t base_ms) const;

  const RpcConfig config_;
  const bool several_;
  Random& random_;
};

}  // namespace cairn::client
