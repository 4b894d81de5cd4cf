// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/latency.h"
#include "common/net/address.h"
#include "common/util/result.h"

namespace cairn::bench {

// One call of ClientProtocol.
struct Call {
  const char* method;
  std::string request;
};

// What one caller does, call after call: the next begins when the last was answered.
class Script {
 public:
  virtual ~Script() = default;
  // Nothing when the script is at its end.
  virtual std::optional<Call> Next() = 0;
  // The last call's answer; an exception is no answer, and is counted by the load.
  virtual void Answered(std::string_view body) = 0;
};

struct LoadOptions {
  net::HostPort address;
  std::string user;
  int connections = 64;
  int depth = 1;  // Callers, and so calls outstanding, on each connection.
};

struct LoadResult {
  uint64_t calls = 0;
  uint64_t failures = 0;
  std::string first_failure;
  double seconds = 0;
  Latency latency;
};

// Callers on many connections to one namenode, driven by one thread: little CPU of its own, so that
// the server is what is measured.
//
// Not thread-safe.
class RpcLoad {
 public:
  using MakeScript = std::function<std::unique_ptr<Script>(int caller)>;

  // Connects. kTimeout, kNetwork: as BlockingSocket.
  static Result<std::unique_ptr<RpcLoad>> Open(const LoadOptions& options,
                                               const MakeScript& make_script);
  ~RpcLoad();
  RpcLoad(const RpcLoad&) = delete;
  RpcLoad& operator=(const RpcLoad&) = delete;

  // Makes calls for that long, or until all scripts are at their end, and waits for the last
  // answers. May be called again: connections and scripts stay. Fails when a connection breaks.
  Result<LoadResult> Run(std::chrono::nanoseconds duration);

 private:
  class Connection;

  explicit RpcLoad(int epoll_fd);

  const int epoll_fd_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace cairn::bench
