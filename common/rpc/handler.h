// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/ids.h"
#include "common/net/address.h"
#include "common/util/status.h"

namespace cairn::rpc {

// Who is at the other end of a connection. Fixed once the connection's context has come.
struct RpcCaller {
  uint64_t connection_id = 0;  // Of this server; never used twice.
  std::string user;            // The effective user; empty when the client named none.
  std::string real_user;       // Set when `user` is impersonated.
  std::string protocol;        // What the connection was opened for; calls may name others.
  net::HostPort peer;
  net::HostPort local;
};

// One request. All views live until Call returns.
struct RpcCall {
  const RpcCaller& caller;
  std::string_view protocol;
  std::string_view method;
  uint64_t client_version = 0;
  std::string_view request;      // The bytes of the request message.
  std::string_view client_id;    // 16 bytes, or empty.
  int32_t call_id = 0;
  int32_t retry_count = -1;      // -1: the client does not count.
  std::string_view caller_context;
  std::string_view caller_signature;
  std::optional<int64_t> state_id;
};

// The answer: the bytes of the response message, or a Status that goes out as a Java exception
// (common/wire/exception_names.h).
struct RpcReply {
  RpcReply() = default;
  explicit RpcReply(std::string body_bytes, TxId durable = TxId{})
      : body(std::move(body_bytes)), wait_for(durable) {}
  RpcReply(Status error, TxId durable = TxId{}) : status(std::move(error)), wait_for(durable) {}

  Status status;
  std::string body;
  TxId wait_for;  // Held until this transaction is durable; 0: goes at once.
};

// Serves the calls of one protocol.
class RpcHandler {
 public:
  virtual ~RpcHandler() = default;

  // Answers one call. Runs on an I/O thread, so it must not wait for anything but short locks; or
  // on the slow pool, see IsSlow. Called by many threads at once. A method that does not exist:
  // kNoSuchMethod (the server fills in the message); a request that does not decode: kBadRequest.
  virtual RpcReply Call(const RpcCall& call) = 0;

  // Whether calls of `method` go to the server's bounded pool, for what waits for disks or peers or
  // computes for long. Others overtake it.
  virtual bool IsSlow(std::string_view method) const {
    (void)method;
    return false;
  }
};

// Tells which transactions a crash can no longer undo. Implemented by the journal.
//
// Thread-safe.
class Durability {
 public:
  virtual ~Durability() = default;

  // All transactions up to this one are durable.
  virtual TxId Durable() const = 0;
  // `callback` is called after each growth of Durable(), with the new value, by any thread; it
  // returns quickly. It may be called until the next Subscribe; an empty function ends it, and no
  // call is under way once Subscribe has returned.
  virtual void Subscribe(std::function<void(TxId)> callback) = 0;
};

// A protocol that a server speaks.
struct RpcProtocol {
  std::string name;        // "org.apache.hadoop.hdfs.protocol.ClientProtocol"
  std::string java_class;  // "org.apache.hadoop.hdfs.protocolPB.ClientNamenodeProtocolPB"
  uint64_t version = 1;
  // MethodFingerprint of each method, for clients that ask which methods exist.
  std::vector<int32_t> methods;
};

// Apache's number for a method of a protocol's Java interface: what getProtocolSignature lists.
// `request` and `response` are Java class names of the messages, as in
// "org.apache.hadoop.hdfs.protocol.proto.ClientNamenodeProtocolProtos$GetFileInfoRequestProto".
int32_t MethodFingerprint(std::string_view method, std::string_view request,
                          std::string_view response);

}  // namespace cairn::rpc
