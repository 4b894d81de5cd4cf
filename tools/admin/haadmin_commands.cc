// SPDX-License-Identifier: Apache-2.0
// The commands of haadmin and their table.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "common/config/client_keys.h"
#include "common/config/namenode_keys.h"
#include "common/log/log.h"
#include "libclient/ha_service.h"
#include "tools/admin/ha_failover.h"
#include "tools/admin/haadmin.h"

namespace cairn::tools {
namespace {

using client::HaRequestSource;
using client::HaService;
using client::HaState;
using std::chrono::milliseconds;

// Apache's, for the question whether another namenode is active.
constexpr milliseconds kOthersTimeout{5000};

const HaCommandRow& RowOf(const char* name) {
  for (const HaCommandRow& row : AllHaCommands()) {
    if (std::string_view(row.name) == name) return row;
  }
  std::abort();  // Every caller is a row.
}

int Refuse(const HaCall& call, const char* name, const std::string& why) {
  call.console.ErrorLine(why);
  std::string usage = HaUsage(&RowOf(name));
  usage.pop_back();
  call.console.ErrorLine(usage);
  return kHaFailed;
}

int WrongArguments(const HaCall& call, const char* name) {
  return Refuse(call, name, std::string(name) + ": incorrect number of arguments");
}

HaRequestSource SourceOf(const HaCall& call) {
  return call.Has("forcemanual") ? HaRequestSource::kUserForced : HaRequestSource::kUser;
}

// Whether an administrator may change the state: not while the namenodes settle it themselves.
bool MayChange(const HaCall& call, const HaTarget& target) {
  if (!target.automatic_failover) return true;
  if (call.Has("forcemanual")) {
    LOG(kWarn, "state is changed by hand although automatic failover is on",
        {"namenode", target.ToString()});
    return true;
  }
  call.console.ErrorLine("Automatic failover is enabled for " + target.ToString(false) +
                         "\nRefusing to manually manage HA state, since it may cause\n"
                         "a split-brain scenario or other incorrect state.\n"
                         "If you are very sure you know what you are doing, please \n"
                         "specify the --forcemanual flag.");
  return false;
}

// An error of a call to `target`, in Java's words and with its class.
Status Worded(const HaTarget& target, const Status& status) {
  if (status.ok() || !status.remote_class().empty()) return status;
  return Status(status.code() == Code::kInvalidArgument ? Code::kIoError : status.code(),
                CallErrorText(target, status));
}

Result<milliseconds> CheckTimeout(const HaCall& call) {
  CAIRN_ASSIGN(const int64_t timeout, call.configuration.Get(config::kHaCheckTimeout));
  return milliseconds(timeout);
}

Result<HaState> StateOf(const HaCall& call, const HaTarget& target, milliseconds timeout) {
  CAIRN_ASSIGN(const auto service, HaService::Connect(call.configuration, target.address));
  const Result<client::HaStatus> status = service->GetStatus(timeout);
  if (!status.ok()) return Worded(target, status.status());
  return status->state;
}

std::vector<std::string> NamenodeIds(const HaCall& call) {
  const std::string service =
      call.service.empty() ? config::OnlyNameservice(call.configuration) : call.service;
  return config::NamenodesOf(call.configuration, service);
}

// Whether another namenode is active, or may be. Says so.
Result<bool> OtherIsActive(const HaCall& call, const std::string& id) {
  for (const std::string& other : NamenodeIds(call)) {
    if (other == id) continue;
    CAIRN_ASSIGN(const HaTarget target, ResolveHaTarget(call.configuration, call.service, other));
    if (!MayChange(call, target)) return true;
    const Result<HaState> state = StateOf(call, target, kOthersTimeout);
    if (!state.ok()) {
      Refuse(call, "transitionToActive",
             "Unexpected error occurred  " + state.status().message());
      return true;
    }
    if (*state == HaState::kActive) {
      Refuse(call, "transitionToActive",
             "transitionToActive: Node " + other + " is already active");
      return true;
    }
  }
  return false;
}

Result<int> Transition(const HaCall& call, const HaTarget& target, HaState to) {
  CAIRN_ASSIGN(const auto service, HaService::Connect(call.configuration, target.address));
  CAIRN_TRY(Worded(target, service->Transition(to, SourceOf(call), milliseconds(0))));
  return 0;
}

// By the failover controllers, which settle it among themselves.
Result<int> GracefulFailover(const HaCall& call, const HaTarget& target) {
  CAIRN_ASSIGN(const int64_t timeout, call.configuration.Get(config::kNewActiveTimeout));
  CAIRN_ASSIGN(const auto service,
               HaService::Connect(call.configuration, target.failover_controller));
  const Status status = service->GracefulFailover(milliseconds(timeout));
  if (status.ok()) {
    call.console.PrintLine("Failover to " + target.ToString() + " successful");
    return 0;
  }
  if (!status.remote_class().ends_with("ServiceFailedException")) return Worded(target, status);
  call.console.ErrorLine("Failover failed: " + status.message());
  return kHaFailed;
}

}  // namespace

Result<int> HaTransitionToActive(const HaCall& call) {
  if (call.arguments.size() != 1) return WrongArguments(call, "transitionToActive");
  const std::string& id = call.arguments.front();
  if (!call.Has("forceactive")) {
    CAIRN_ASSIGN(const bool other, OtherIsActive(call, id));
    if (other) return kHaFailed;
  }
  CAIRN_ASSIGN(const HaTarget target, ResolveHaTarget(call.configuration, call.service, id));
  if (!MayChange(call, target)) return kHaFailed;
  return Transition(call, target, HaState::kActive);
}

Result<int> HaTransitionToStandby(const HaCall& call) {
  if (call.arguments.size() != 1) return WrongArguments(call, "transitionToStandby");
  CAIRN_ASSIGN(const HaTarget target,
               ResolveHaTarget(call.configuration, call.service, call.arguments.front()));
  if (!MayChange(call, target)) return kHaFailed;
  return Transition(call, target, HaState::kStandby);
}

Result<int> HaTransitionToObserver(const HaCall& call) {
  if (call.arguments.size() != 1) return WrongArguments(call, "transitionToObserver");
  CAIRN_ASSIGN(const HaTarget target,
               ResolveHaTarget(call.configuration, call.service, call.arguments.front()));
  if (!MayChange(call, target)) return kHaFailed;
  const Result<int> done = Transition(call, target, HaState::kObserver);
  if (done.ok() || !done.status().remote_class().ends_with("ServiceFailedException")) return done;
  call.console.ErrorLine("transitionToObserver failed! " + done.status().message());
  return kHaFailed;
}

Result<int> HaFailover(const HaCall& call) {
  if (call.arguments.size() != 2) {
    return Refuse(call, "failover", "failover: incorrect arguments");
  }
  CAIRN_ASSIGN(const HaTarget from,
               ResolveHaTarget(call.configuration, call.service, call.arguments[0]));
  CAIRN_ASSIGN(const HaTarget to,
               ResolveHaTarget(call.configuration, call.service, call.arguments[1]));
  const FailoverOptions options{.force_fence = call.Has("forcefence"),
                                .force_active = call.Has("forceactive"),
                                .source = SourceOf(call)};
  if (from.automatic_failover) {
    if (!options.force_fence && !options.force_active) return GracefulFailover(call, to);
    call.console.ErrorLine(
        "forcefence and forceactive flags not supported with auto-failover enabled.");
    return kHaFailed;
  }
  const Status status = FailOver(call.configuration, from, to, options);
  if (status.ok()) {
    call.console.PrintLine("Failover from " + call.arguments[0] + " to " + call.arguments[1] +
                           " successful");
    return 0;
  }
  if (status.code() == Code::kInvalidArgument) return status;
  call.console.ErrorLine("Failover failed: " + status.message());
  return kHaFailed;
}

Result<int> HaGetServiceState(const HaCall& call) {
  if (call.arguments.size() != 1) return WrongArguments(call, "getServiceState");
  CAIRN_ASSIGN(const HaTarget target,
               ResolveHaTarget(call.configuration, call.service, call.arguments.front()));
  CAIRN_ASSIGN(const milliseconds timeout, CheckTimeout(call));
  CAIRN_ASSIGN(const HaState state, StateOf(call, target, timeout));
  call.console.PrintLine(HaStateName(state));
  return 0;
}

Result<int> HaGetAllServiceState(const HaCall& call) {
  const std::vector<std::string> ids = NamenodeIds(call);
  if (ids.empty()) {
    call.console.ErrorLine("Failed to get service IDs");
    return kHaFailed;
  }
  CAIRN_ASSIGN(const milliseconds timeout, CheckTimeout(call));
  for (const std::string& id : ids) {
    CAIRN_ASSIGN(const HaTarget target, ResolveHaTarget(call.configuration, call.service, id));
    const Result<HaState> state = StateOf(call, target, timeout);
    std::string address = target.HostAndPort();
    address.resize(std::max<size_t>(address.size(), 50), ' ');
    std::string text =
        state.ok() ? HaStateName(*state) : "Failed to connect: " + state.status().message();
    text.resize(std::max<size_t>(text.size(), 10), ' ');
    call.console.PrintLine(address + " " + text);
  }
  return 0;
}

Result<int> HaCheckHealth(const HaCall& call) {
  if (call.arguments.size() != 1) return WrongArguments(call, "checkHealth");
  CAIRN_ASSIGN(const HaTarget target,
               ResolveHaTarget(call.configuration, call.service, call.arguments.front()));
  CAIRN_ASSIGN(const milliseconds timeout, CheckTimeout(call));
  CAIRN_ASSIGN(const auto service, HaService::Connect(call.configuration, target.address));
  const Status health = service->MonitorHealth(timeout);
  if (health.ok()) return 0;
  if (!health.remote_class().ends_with("HealthCheckFailedException")) {
    return Worded(target, health);
  }
  call.console.ErrorLine("Health check failed: " + health.message());
  return kHaFailed;
}

std::span<const HaCommandRow> AllHaCommands() {
  static const std::array kRows = {
      HaCommandRow{"checkHealth", "<serviceId>",
                   "Requests that the service perform a health check.\n"
                   "The HAAdmin tool will exit with a non-zero exit code\n"
                   "if the check fails.",
                   {}, HaCheckHealth},
      HaCommandRow{"failover", "[--forcefence] [--forceactive] <serviceId> <serviceId>",
                   "Failover from the first service to the second.\n"
                   "Unconditionally fence services if the --forcefence option is used.\n"
                   "Try to failover to the target service even if it is not ready if the "
                   "--forceactive option is used.",
                   {"forcefence", "forceactive", "forcemanual"}, HaFailover},
      HaCommandRow{"getAllServiceState", nullptr, "Returns the state of all the services", {},
                   HaGetAllServiceState},
      HaCommandRow{"getServiceState", "<serviceId>", "Returns the state of the service", {},
                   HaGetServiceState},
      HaCommandRow{"help", "<command>", "Displays help on the specified command", {}, nullptr},
      HaCommandRow{"transitionToActive", "[--forceactive] <serviceId>",
                   "Transitions the service into Active state", {"forceactive", "forcemanual"},
                   HaTransitionToActive},
      HaCommandRow{"transitionToObserver", "<serviceId>",
                   "Transitions the service into Observer state", {"forcemanual"},
                   HaTransitionToObserver},
      HaCommandRow{"transitionToStandby", "<serviceId>",
                   "Transitions the service into Standby state", {"forcemanual"},
                   HaTransitionToStandby}};
  return kRows;
}

}  // namespace cairn::tools
