// SPDX-License-Identifier: Apache-2.0
#include "tools/admin/ha_failover.h"

#include <chrono>
#include <memory>
#include <string>

#include "common/config/client_keys.h"
#include "common/log/log.h"
#include "tools/admin/ha_fencing.h"

namespace cairn::tools {
namespace {

using client::HaService;
using client::HaState;
using std::chrono::milliseconds;

Status Failed(const std::string& message) { return Status(Code::kIoError, message); }

// Whether `to` may become active.
Status CheckReady(const config::Configuration& configuration, const HaTarget& from,
                  const HaTarget& to, const FailoverOptions& options) {
  if (from.address == to.address) return Failed("Can't failover a service to itself");
  CAIRN_ASSIGN(const int64_t timeout_ms, configuration.Get(config::kNewActiveTimeout));
  const milliseconds timeout(timeout_ms);
  CAIRN_ASSIGN(const auto service, HaService::Connect(configuration, to.address));
  const Result<client::HaStatus> status = service->GetStatus(timeout);
  if (!status.ok()) {
    LOG(kError, "namenode does not tell its state", {"namenode", to.ToString()},
        {"error", status.status()});
    return Failed("Unable to get service state for " + to.ToString());
  }
  if (status->state != HaState::kStandby) {
    return Failed(std::string("Can't failover to an ") + HaStateName(status->state) + " service");
  }
  if (!status->ready_to_become_active && !options.force_active) {
    return Failed(to.ToString() + " is not ready to become active: " + status->not_ready_reason);
  }
  const Status health = service->MonitorHealth(timeout);
  if (health.ok()) return Status();
  return Failed(health.remote_class().ends_with("HealthCheckFailedException")
                    ? "Can't failover to an unhealthy service"
                    : "Got an IO exception");
}

Status MakeStandby(const config::Configuration& configuration, const HaTarget& target,
                   const FailoverOptions& options) {
  CAIRN_ASSIGN(const int64_t timeout_ms, configuration.Get(config::kGracefulFenceTimeout));
  CAIRN_ASSIGN(const auto service, HaService::Connect(configuration, target.address));
  const Status status =
      service->Transition(HaState::kStandby, options.source, milliseconds(timeout_ms));
  if (!status.ok()) {
    LOG(kWarn, "namenode does not become standby", {"namenode", target.ToString()},
        {"error", status});
  }
  return status;
}

Status MakeActive(const config::Configuration& configuration, const HaTarget& target,
                  const FailoverOptions& options) {
  CAIRN_ASSIGN(const int64_t timeout_ms, configuration.Get(config::kNewActiveTimeout));
  CAIRN_ASSIGN(const auto service, HaService::Connect(configuration, target.address));
  return service->Transition(HaState::kActive, options.source, milliseconds(timeout_ms));
}

// Whoever of the two is asked knows whether it can be, and says why not. One that does not answer
// needs no fencing: the other takes over when it may.
Status SwitchPair(const config::Configuration& configuration, const HaTarget& from,
                  const HaTarget& to, const FailoverOptions& options) {
  CAIRN_TRY(CheckReady(configuration, from, to, options));
  const Status left = MakeStandby(configuration, from, options);
  if (!left.ok() && !left.remote_class().empty()) return Failed(left.message());
  const Status made = MakeActive(configuration, to, options);
  if (made.ok()) return made;
  return Failed("Unable to failover to " + to.ToString() + ": " + made.message());
}

}  // namespace

Status FailOver(const config::Configuration& configuration, const HaTarget& from,
                const HaTarget& to, const FailoverOptions& options) {
  if (from.pair) return SwitchPair(configuration, from, to, options);
  if (!from.fencing_methods) {
    return Status(Code::kInvalidArgument, "failover requires a fencer");
  }
  CAIRN_ASSIGN(const Fencer fencer, Fencer::Parse(*from.fencing_methods));
  CAIRN_TRY(CheckReady(configuration, from, to, options));
  const bool fence = !MakeStandby(configuration, from, options).ok() || options.force_fence;
  if (fence && !fencer.Fence(configuration, from, to)) {
    return Failed("Unable to fence " + from.ToString() + ". Fencing failed.");
  }
  const Status made = MakeActive(configuration, to, options);
  if (made.ok()) return made;
  LOG(kError, "namenode does not become active", {"namenode", to.ToString()}, {"error", made});
  std::string message = "Unable to failover to " + to.ToString();
  if (!fence) {
    // The new one may still be on its way to active: only fencing tells that it is not.
    const FailoverOptions back{
        .force_fence = true, .force_active = true, .source = options.source};
    const Status returned = FailOver(configuration, to, from, back);
    if (!returned.ok()) {
      message += ". Failback to " + from.ToString() + " failed (" + returned.message() + ")";
    }
  }
  return Failed(message);
}

}  // namespace cairn::tools
