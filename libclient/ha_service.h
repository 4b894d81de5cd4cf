// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "common/config/configuration.h"
#include "common/net/address.h"
#include "common/util/result.h"

namespace cairn::client {

enum class HaState : uint8_t { kInitializing, kActive, kStandby, kObserver };

// As Apache writes them: "active", …
const char* HaStateName(HaState state);

struct HaStatus {
  HaState state = HaState::kInitializing;
  bool ready_to_become_active = false;
  std::string not_ready_reason;
};

// Who wants a change: with automatic failover on, a namenode refuses users that do not insist.
enum class HaRequestSource : uint8_t { kUser, kUserForced };

// What administrators ask one namenode of a nameservice. Part of the client library's face, like
// dfs.h: it names one namenode, whichever is active.
//
// Errors carry the Java class of the namenode's exception; kNetwork when it can not be reached.
//
// Thread-safe.
class HaService {
 public:
  // Nothing is sent yet. `user`: empty for the process's user.
  static Result<std::unique_ptr<HaService>> Connect(const config::Configuration& configuration,
                                                    const net::HostPort& address,
                                                    const std::string& user = "");
  ~HaService();

  // `timeout`: for the answer; 0 waits for ever.
  Result<HaStatus> GetStatus(std::chrono::milliseconds timeout);
  // An error says what is wrong with its health.
  Status MonitorHealth(std::chrono::milliseconds timeout);
  // To kActive, kStandby or kObserver. Ok, too, when it is that already.
  Status Transition(HaState to, HaRequestSource source, std::chrono::milliseconds timeout);
  // Asks the failover controller at this address to make its namenode the active one.
  Status GracefulFailover(std::chrono::milliseconds timeout);

  const net::HostPort& address() const;

 private:
  struct State;
  explicit HaService(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace cairn::client
