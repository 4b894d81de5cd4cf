// SPDX-License-Identifier: Apache-2.0
// HAServiceProtocol: what haadmin and failover controllers ask.
#include "common/log/log.h"
#include "common/wire/proto/ha_service_protocol.pb.h"
#include "namenode/frontend/hadoop_rpc/unary.h"
#include "namenode/namesystem/ha_control.h"

namespace cairn::namenode {
namespace {

namespace pb = ::hadoop::common;
using rpc::RpcCall;
using rpc::RpcReply;

Status CheckEnabled(const RpcService& service) {
  if (service.ha.control != nullptr) return Status();
  return Status(Code::kServiceFailed, "HA for namenode is not enabled");
}

// With automatic failover only its controller may change the state, without it only an operator.
Status CheckSource(const RpcService& service, const RpcCall& call, pb::HARequestSource source) {
  const std::string& peer = call.caller.peer.host;
  switch (source) {
    case pb::REQUEST_BY_USER:
      if (!service.ha.automatic) return Status();
      return Status(Code::kAccessDenied,
                    "Manual HA control for this NameNode is disallowed, because automatic HA is "
                    "enabled.");
    case pb::REQUEST_BY_USER_FORCED:
      if (service.ha.automatic) {
        LOG(kWarn, "manual change of the service state though failover is automatic: it is forced",
            {"peer", peer});
      }
      return Status();
    case pb::REQUEST_BY_ZKFC:
      if (service.ha.automatic) return Status();
      return Status(Code::kAccessDenied, "Request from ZK failover controller at " + peer +
                                             " denied since automatic HA is not enabled");
  }
  return Status(Code::kInvalidArgument, "unknown source of a request");
}

Status CheckSafeMode(const RpcService& service) {
  if (!service.ha.not_active_in_safe_mode || !service.namesystem.GetHaStatus().safe_mode) {
    return Status();
  }
  return Status(Code::kServiceFailed, "NameNode still not leave safemode");
}

Status ToActive(const RpcService& service) {
  CAIRN_TRY(CheckEnabled(service));
  CAIRN_TRY(CheckSafeMode(service));
  if (service.namesystem.service_state() == ServiceState::kActive) return Status();
  return service.ha.control->ToActive();
}

Status ToStandby(const RpcService& service) {
  CAIRN_TRY(CheckEnabled(service));
  if (service.namesystem.service_state() == ServiceState::kStandby) return Status();
  return service.ha.control->ToStandby();
}

// There are no observers.
Status ToObserver(const RpcService& service) {
  CAIRN_TRY(CheckSafeMode(service));
  CAIRN_TRY(CheckEnabled(service));
  if (service.namesystem.service_state() == ServiceState::kActive) {
    return Status(Code::kServiceFailed, "Cannot transition from 'active' to 'observer'");
  }
  return Status(Code::kServiceFailed, "Transition from state standby to observer is not allowed.");
}

template <typename Request, typename Response>
RpcReply Change(const RpcService& service, const RpcCall& call,
                Status (*change)(const RpcService&)) {
  return Unary<Request, Response>(
      service, call,
      [&](const OpContext& context, const auto& request) -> Outcome<Done> {
        Status status = CheckSource(service, call, request.reqinfo().reqsource());
        if (status.ok()) status = CheckSuperuser(context);
        if (status.ok()) status = change(service);
        if (!status.ok()) return status;
        return Done();
      },
      EncodeNothing());
}

RpcReply TransitionToActive(const RpcService& service, const RpcCall& call) {
  return Change<pb::TransitionToActiveRequestProto, pb::TransitionToActiveResponseProto>(
      service, call, ToActive);
}

RpcReply TransitionToStandby(const RpcService& service, const RpcCall& call) {
  return Change<pb::TransitionToStandbyRequestProto, pb::TransitionToStandbyResponseProto>(
      service, call, ToStandby);
}

RpcReply TransitionToObserver(const RpcService& service, const RpcCall& call) {
  return Change<pb::TransitionToObserverRequestProto, pb::TransitionToObserverResponseProto>(
      service, call, ToObserver);
}

RpcReply GetServiceStatus(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetServiceStatusRequestProto, pb::GetServiceStatusResponseProto>(
      service, call,
      [&](const OpContext&, const auto&) -> Outcome<HaStatus> {
        if (Status off = CheckEnabled(service); !off.ok()) return off;
        return service.namesystem.GetHaStatus();
      },
      [](const HaStatus& status, auto* response) {
        response->set_state(static_cast<pb::HAServiceStateProto>(status.state));
        response->set_readytobecomeactive(status.ready);
        if (!status.ready) response->set_notreadyreason(status.not_ready_reason);
      });
}

RpcReply MonitorHealth(const RpcService& service, const RpcCall& call) {
  return Unary<pb::MonitorHealthRequestProto, pb::MonitorHealthResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) -> Outcome<Done> {
        if (Status denied = CheckSuperuser(context); !denied.ok()) return denied;
        if (service.ha.control != nullptr && !CheckSafeMode(service).ok()) {
          return Status(Code::kHealthCheckFailed,
                        "The NameNode is configured to report UNHEALTHY to ZKFC in Safemode.");
        }
        return Done();
      },
      EncodeNothing());
}

}  // namespace

void AddHaServiceMethods(MethodTable& table) {
  table.Add("getServiceStatus", GetServiceStatus);
  table.Add("monitorHealth", MonitorHealth);
  table.Add("transitionToActive", TransitionToActive, /*slow=*/true);
  table.Add("transitionToStandby", TransitionToStandby, /*slow=*/true);
  table.Add("transitionToObserver", TransitionToObserver, /*slow=*/true);
}

}  // namespace cairn::namenode
