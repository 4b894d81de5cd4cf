// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/address.h"
#include "common/net/blocking_socket.h"
#include "common/util/clock.h"
#include "common/util/result.h"

namespace cairn::rpc {

struct RpcClientOptions {
  std::chrono::milliseconds connect_timeout{20'000};   // ipc.client.connect.timeout
  std::chrono::milliseconds call_timeout{120'000};     // ipc.client.rpc-timeout.ms; 0: no limit.
  std::chrono::milliseconds idle_max{10'000};          // ipc.client.connection.maxidletime
  uint32_t response_size_max = 128 << 20;              // ipc.maximum.response.length
  int idle_connections_max = 64;                       // Kept for each target.
};

// Where a call goes, and as whom. Connections are shared by calls with equal targets.
struct RpcTarget {
  net::HostPort address;
  std::string protocol;   // "org.apache.hadoop.hdfs.protocol.ClientProtocol"
  uint64_t version = 1;
  std::string user;       // The effective user.
  std::string real_user;  // Set to impersonate `user`.

  auto operator<=>(const RpcTarget&) const = default;
};

// What may vary from call to call.
struct RpcCallOptions {
  std::optional<std::chrono::milliseconds> timeout;  // Instead of RpcClientOptions::call_timeout.
  // For a retry of a call that may have been executed: the same id, and a count that grows. The
  // server's retry cache then answers instead of doing it again.
  std::optional<int32_t> call_id;
  int32_t retry_count = 0;
  std::string client_id;       // 16 bytes; empty: this client's own.
  std::string caller_context;  // For the namenode's audit log.
  // For a caller that has another server to turn to: asked again and again while the answer is
  // awaited, each time after `doubt_after`; false gives the call up (kTimeout).
  std::function<bool()> keep_waiting = nullptr;
  std::chrono::milliseconds doubt_after{1000};
};

// Hadoop RPC's client side, blocking and without threads: each connection carries one call at a
// time, and the calling thread does the work, for a hop to another thread costs more than the call.
// Neither retries nor fails over: that needs to know what the method means.
//
// Errors of Call:
//   kNetwork            no connection, or it broke before the whole request had been sent: the
//                       server has not executed it.
//   kTimeout, kEndOfFile  no answer, or none that can be read: it may have been executed.
//   with remote_class() the server answered with that Java exception.
// MayHaveExecuted tells them apart.
//
// Thread-safe.
class RpcClient {
 public:
  // `clock` must outlive this object. `client_id` names this client to retry caches: 16 bytes, or
  // empty for a random one.
  explicit RpcClient(const Clock& clock, RpcClientOptions options = {},
                     std::string client_id = {});
  ~RpcClient();

  RpcClient(const RpcClient&) = delete;
  RpcClient& operator=(const RpcClient&) = delete;

  // Sends `request` (the bytes of the request message) and waits for the response message's bytes.
  Result<std::string> Call(const RpcTarget& target, std::string_view method,
                           std::string_view request, const RpcCallOptions& options = {});

  // A fresh id, for a call that the caller may repeat.
  int32_t NextCallId();
  const std::string& client_id() const { return client_id_; }

  // Ends calls under way in other threads (kEndOfFile) and refuses new ones (kCancelled).
  void Close();

 private:
  struct Connection;
  using ConnectionPtr = std::unique_ptr<Connection>;

  // The connection that took the whole frame.
  Result<ConnectionPtr> Send(const RpcTarget& target, std::string_view frame,
                             std::chrono::milliseconds timeout);
  Result<ConnectionPtr> Open(const RpcTarget& target);
  ConnectionPtr TakeIdle(const RpcTarget& target);
  void Release(const RpcTarget& target, ConnectionPtr connection);
  void Forget(Connection* connection);

  const Clock& clock_;
  const RpcClientOptions options_;
  const std::string client_id_;
  std::atomic<uint32_t> next_call_id_{0};

  std::mutex mutex_;
  bool closed_ = false;
  std::map<RpcTarget, std::vector<ConnectionPtr>> idle_;
  std::vector<Connection*> busy_;
};

// Whether a call that failed with `status` may have changed something on the server. False for a
// Java exception: the server has answered, and the exception says what happened.
bool MayHaveExecuted(const Status& status);

}  // namespace cairn::rpc
