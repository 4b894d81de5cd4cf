// SPDX-License-Identifier: Apache-2.0
#include "libclient/ha_service.h"

#include <utility>

#include "common/rpc/client.h"
#include "common/util/clock.h"
#include "common/wire/message_codec.h"
#include "common/wire/proto/ha_service_protocol.pb.h"
#include "common/wire/proto/zkfc_protocol.pb.h"
#include "libclient/client_config.h"

namespace cairn::client {
namespace {

namespace pb = ::hadoop::common;
using std::chrono::milliseconds;

constexpr char kHaService[] = "org.apache.hadoop.ha.HAServiceProtocol";
constexpr char kFailoverController[] = "org.apache.hadoop.ha.ZKFCProtocol";

HaState FromProto(pb::HAServiceStateProto state) {
  switch (state) {
    case pb::ACTIVE:
      return HaState::kActive;
    case pb::STANDBY:
      return HaState::kStandby;
    case pb::OBSERVER:
      return HaState::kObserver;
    default:
      return HaState::kInitializing;
  }
}

}  // namespace

const char* HaStateName(HaState state) {
  switch (state) {
    case HaState::kActive:
      return "active";
    case HaState::kStandby:
      return "standby";
    case HaState::kObserver:
      return "observer";
    case HaState::kInitializing:
      break;
  }
  return "initializing";
}

struct HaService::State {
  State(const ClientConfig& config, net::HostPort to, std::string as)
      : rpc(clock, {.connect_timeout = config.rpc.connect_timeout}),
        address(std::move(to)),
        user(std::move(as)) {}

  template <typename Response>
  Status Call(const char* protocol, const char* method, milliseconds timeout,
              const google::protobuf::MessageLite& request, Response* response) {
    const rpc::RpcTarget target{
        .address = address, .protocol = protocol, .version = 1, .user = user, .real_user = {}};
    CAIRN_ASSIGN(const std::string bytes,
                 rpc.Call(target, method, wire::SerializeMessage(request), {.timeout = timeout}));
    return wire::ParseMessage(bytes, response);
  }

  SystemClock clock;
  rpc::RpcClient rpc;
  const net::HostPort address;
  const std::string user;
};

HaService::HaService(std::unique_ptr<State> state) : state_(std::move(state)) {}
HaService::~HaService() = default;

Result<std::unique_ptr<HaService>> HaService::Connect(const config::Configuration& configuration,
                                                      const net::HostPort& address,
                                                      const std::string& user) {
  CAIRN_ASSIGN(const ClientConfig config, ReadClientConfig(configuration));
  std::string name = user;
  if (name.empty()) {
    CAIRN_ASSIGN(name, CurrentUser());
  }
  return std::unique_ptr<HaService>(
      new HaService(std::make_unique<State>(config, address, std::move(name))));
}

const net::HostPort& HaService::address() const { return state_->address; }

Result<HaStatus> HaService::GetStatus(milliseconds timeout) {
  pb::GetServiceStatusResponseProto response;
  CAIRN_TRY(state_->Call(kHaService, "getServiceStatus", timeout,
                         pb::GetServiceStatusRequestProto(), &response));
  return HaStatus{.state = FromProto(response.state()),
                  .ready_to_become_active = response.readytobecomeactive(),
                  .not_ready_reason = response.notreadyreason()};
}

Status HaService::MonitorHealth(milliseconds timeout) {
  pb::MonitorHealthResponseProto response;
  return state_->Call(kHaService, "monitorHealth", timeout, pb::MonitorHealthRequestProto(),
                      &response);
}

Status HaService::Transition(HaState to, HaRequestSource source, milliseconds timeout) {
  const auto send = [&](const char* method, auto request, auto response) {
    request.mutable_reqinfo()->set_reqsource(source == HaRequestSource::kUserForced
                                                 ? pb::REQUEST_BY_USER_FORCED
                                                 : pb::REQUEST_BY_USER);
    return state_->Call(kHaService, method, timeout, request, &response);
  };
  switch (to) {
    case HaState::kActive:
      return send("transitionToActive", pb::TransitionToActiveRequestProto(),
                  pb::TransitionToActiveResponseProto());
    case HaState::kStandby:
      return send("transitionToStandby", pb::TransitionToStandbyRequestProto(),
                  pb::TransitionToStandbyResponseProto());
    case HaState::kObserver:
      return send("transitionToObserver", pb::TransitionToObserverRequestProto(),
                  pb::TransitionToObserverResponseProto());
    case HaState::kInitializing:
      break;
  }
  return Status(Code::kInvalidArgument, "no namenode can be asked to become initializing");
}

Status HaService::GracefulFailover(milliseconds timeout) {
  pb::GracefulFailoverResponseProto response;
  return state_->Call(kFailoverController, "gracefulFailover", timeout,
                      pb::GracefulFailoverRequestProto(), &response);
}

}  // namespace cairn::client
