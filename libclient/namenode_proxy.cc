// SPDX-License-Identifier: Apache-2.0
#include "libclient/namenode_proxy.h"

#include <utility>

#include "common/log/log.h"
#include "common/wire/converters.h"
#include "common/wire/proto/client_namenode_admin.pb.h"

namespace cairn::client {
namespace {

constexpr Milliseconds kStateTimeout{1000};

}  // namespace

NamenodeProxy::NamenodeProxy(Nameservice service, std::string user, const RpcConfig& config,
                             Send send, Random& random, Pauser& pauser)
    : service_(std::move(service)),
      user_(std::move(user)),
      policy_(config, service_.namenodes.size() > 1, random),
      send_(std::move(send)),
      pauser_(pauser) {}

Result<std::string> NamenodeProxy::Call(std::string_view method, std::string_view request) {
  rpc::RpcCallOptions options{.call_id = NextCallId()};
  Attempts attempts;
  for (;; ++options.retry_count) {
    size_t index = current_.load();
    if (service_.namenodes.size() > 1) {
      options.keep_waiting = [this, index] { return !AnotherIsActive(index); };
    }
    const rpc::RpcTarget target = TargetOf(index);
    Result<std::string> response = send_(target, method, request, options);
    if (response.ok()) return response;
    const Status& status = response.status();
    const RetryDecision decision = policy_.Decide(status, attempts);
    if (decision.action == RetryDecision::Action::kFail) return status;
    LOG(kInfo, "call to the namenode is repeated", {"method", method},
        {"namenode", net::ToString(target.address)}, {"pause_ms", decision.pause.count()},
        {"error", status});
    if (decision.action == RetryDecision::Action::kFailover) {
      // Another thread may have changed over already.
      current_.compare_exchange_strong(index, (index + 1) % service_.namenodes.size());
    }
    if (!pauser_.Pause(decision.pause)) return Status(Code::kCancelled, "the client is closed");
  }
}

bool NamenodeProxy::AnotherIsActive(size_t index) {
  for (size_t other = 0; other < service_.namenodes.size(); ++other) {
    if (other == index) continue;
    const rpc::RpcCallOptions options{.timeout = kStateTimeout, .call_id = NextCallId()};
    const Result<std::string> answer =
        send_(TargetOf(other), "getHAServiceState",
              wire::SerializeMessage(wire::pb::HAServiceStateRequestProto()), options);
    wire::pb::HAServiceStateResponseProto state;
    if (answer.ok() && wire::ParseMessage(*answer, &state).ok() &&
        state.state() == ::hadoop::common::ACTIVE) {
      return true;
    }
  }
  return false;
}

rpc::RpcTarget NamenodeProxy::TargetOf(size_t index) const {
  return {.address = service_.namenodes[index],
          .protocol = kClientProtocol,
          .version = 1,
          .user = user_,
          .real_user = {}};
}

// Below zero are ids with a meaning of their own.
int32_t NamenodeProxy::NextCallId() { return static_cast<int32_t>(next_call_id_++ & 0x7fffffff); }

}  // namespace cairn::client
