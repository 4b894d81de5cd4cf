// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "common/wire/message_codec.h"
#include "datanode/frontend/hadoop_rpc/service.h"

namespace cairn::datanode {

// Decodes a request, runs `operation(request, response)`, which returns a Status, and encodes the
// response.
template <typename Request, typename Response, typename Operation>
rpc::RpcReply Unary(const rpc::RpcCall& call, Operation operation) {
  Request request;
  if (const Status parsed = wire::ParseMessage(call.request, &request); !parsed.ok()) {
    return parsed.WithContext("request of " + std::string(call.method));
  }
  Response response;
  if (Status status = operation(std::as_const(request), &response); !status.ok()) {
    return rpc::RpcReply(std::move(status));
  }
  return rpc::RpcReply(wire::SerializeMessage(response));
}

}  // namespace cairn::datanode
