// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "common/rpc/client.h"
#include "common/util/result.h"
#include "common/wire/message_codec.h"
#include "libclient/client_config.h"
#include "libclient/pauser.h"
#include "libclient/retry_policy.h"

namespace cairn::client {

inline constexpr char kClientProtocol[] = "org.apache.hadoop.hdfs.protocol.ClientProtocol";

// Calls methods of ClientProtocol on the namenode that is active, and calls again where the retry
// policy says so: with the same call id, so that the retry cache knows it.
//
// Thread-safe.
class NamenodeProxy {
 public:
  // One try: RpcClient::Call.
  using Send = std::function<Result<std::string>(const rpc::RpcTarget&, std::string_view method,
                                                 std::string_view request,
                                                 const rpc::RpcCallOptions&)>;

  // `random` and `pauser` must outlive this object.
  NamenodeProxy(Nameservice service, std::string user, const RpcConfig& config, Send send,
                Random& random, Pauser& pauser);

  // The bytes of the request and of the response message.
  Result<std::string> Call(std::string_view method, std::string_view request);

  // The same with messages; `Request` and `Response` are Protobuf's.
  template <typename Request, typename Response>
  Status Call(std::string_view method, const Request& request, Response* response) {
    CAIRN_ASSIGN(const std::string bytes, Call(method, wire::SerializeMessage(request)));
    return wire::ParseMessage(bytes, response).WithContext(method);
  }

  const Nameservice& service() const { return service_; }

 private:
  rpc::RpcTarget TargetOf(size_t index) const;
  // Whether a namenode besides this one says that it is active. Asked of the others while `index`
  // is silent: one that is frozen, or cut off, keeps its connections open.
  bool AnotherIsActive(size_t index);
  int32_t NextCallId();

  const Nameservice service_;
  const std::string user_;
  const RetryPolicy policy_;
  const Send send_;
  Pauser& pauser_;
  std::atomic<size_t> current_{0};  // Index of the namenode that answered last.
  std::atomic<uint32_t> next_call_id_{0};
};

}  // namespace cairn::client
