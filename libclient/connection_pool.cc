// SPDX-License-Identifier: Apache-2.0
#include "libclient/connection_pool.h"

#include <algorithm>
#include <utility>

namespace cairn::client {

std::optional<net::BlockingSocket> ConnectionPool::Take(const net::HostPort& address) {
  const std::lock_guard lock(mutex_);
  const Clock::TimePoint now = clock_.Now();
  std::erase_if(idle_, [&](const Idle& idle) { return now - idle.since > expiry_; });
  while (true) {
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                    [&](const Idle& idle) { return idle.address == address; });
    if (found == idle_.rend()) return std::nullopt;
    net::BlockingSocket socket = std::move(found->socket);
    idle_.erase(std::next(found).base());
    if (!socket.IsStale()) return socket;
  }
}

void ConnectionPool::Put(const net::HostPort& address, net::BlockingSocket socket) {
  const std::lock_guard lock(mutex_);
  if (connections_max_ == 0) return;
  if (static_cast<int>(idle_.size()) >= connections_max_) idle_.erase(idle_.begin());
  idle_.push_back({address, std::move(socket), clock_.Now()});
}

}  // namespace cairn::client
