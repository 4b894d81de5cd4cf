// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace cairn::namenode {

// What a namenode claims to be. The numbers are those of Apache's HAServiceProtocol.
enum class ServiceState : uint8_t { kInitializing = 0, kActive = 1, kStandby = 2, kObserver = 3 };

// For haadmin and failover controllers.
struct HaStatus {
  ServiceState state = ServiceState::kInitializing;
  bool safe_mode = false;
  bool ready = false;            // To become the active one, or it is.
  std::string not_ready_reason;  // Apache's words.
};

}  // namespace cairn::namenode
