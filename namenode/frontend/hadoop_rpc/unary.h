// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "common/wire/message_codec.h"
#include "namenode/frontend/hadoop_rpc/service.h"

namespace cairn::namenode {

// Decodes a request, calls the namesystem once, encodes the answer. Messages are reused by their
// thread: making them anew costs more than most calls.
//
// `operation(context, request)` returns an Outcome; `encode(value, response)` fills the response.
template <typename Request, typename Response, typename Operation, typename Encode>
rpc::RpcReply Unary(const RpcService& service, const rpc::RpcCall& call, Operation operation,
                    Encode encode) {
  thread_local Request request;
  thread_local Response response;
  if (Status parsed = wire::ParseMessage(call.request, &request); !parsed.ok()) {
    return parsed.WithContext("request of " + std::string(call.method));
  }
  auto outcome = operation(service.ContextOf(call), std::as_const(request));
  if (!outcome.ok()) return rpc::RpcReply(outcome.status(), outcome.wait_for);
  response.Clear();
  encode(outcome.value(), &response);
  return rpc::RpcReply(response.SerializeAsString(), outcome.wait_for);
}

// For answers without a field.
struct EncodeNothing {
  template <typename Value, typename Response>
  void operator()(const Value&, Response*) const {}
};

// For answers whose one field is "result".
struct EncodeResult {
  template <typename Response>
  void operator()(bool value, Response* response) const {
    response->set_result(value);
  }
};

}  // namespace cairn::namenode
