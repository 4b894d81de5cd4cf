// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "common/net/blocking_socket.h"
#include "common/util/clock.h"
#include "libclient/client_config.h"

namespace cairn::client {

// Idle connections to datanodes, kept for the next read.
//
// Thread-safe.
class ConnectionPool {
 public:
  // `clock` must outlive this object.
  ConnectionPool(const Clock& clock, int connections_max, Milliseconds expiry)
      : clock_(clock), connections_max_(connections_max), expiry_(expiry) {}

  // The connection to `address` that was used last, if one is alive.
  std::optional<net::BlockingSocket> Take(const net::HostPort& address);
  // Keeps it; the oldest one goes when there are too many.
  void Put(const net::HostPort& address, net::BlockingSocket socket);

 private:
  struct Idle {
    net::HostPort address;
    net::BlockingSocket socket;
    Clock::TimePoint since;
  };

  const Clock& clock_;
  const int connections_max_;
  const Milliseconds expiry_;

  std::mutex mutex_;
  std::vector<Idle> idle_;  // The oldest first.
};

}  // namespace cairn::client
