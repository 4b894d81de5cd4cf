// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/util/result.h"

namespace cairn::net {

// A host (name or literal address, without brackets) and a port, as a user writes them.
struct HostPort {
  std::string host;
  uint16_t port = 0;

  bool operator==(const HostPort&) const = default;
  auto operator<=>(const HostPort&) const = default;
};

// "host:port", "[::1]:port". Literal IPv6 addresses get brackets.
std::string ToString(const HostPort& address);

// Parses "host:port" and "[v6]:port"; a missing port becomes `default_port` (kInvalidArgument when
// that is 0). An empty host is refused.
Result<HostPort> ParseHostPort(std::string_view text, uint16_t default_port = 0);

// One address of the system's socket calls.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  int family = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  // The literal address and the port.
  HostPort ToHostPort() const;
};

// Resolves a name. Blocks as long as the system's resolver does. `passive`: an address to listen
// on, where an empty host means all interfaces. Never returns an empty list.
Result<std::vector<SocketAddress>> Resolve(const HostPort& address, bool passive = false);

// Whether an address has a name, or is this machine's own loopback. Blocks as long as the system's
// resolver does.
bool HasName(const std::string& address);

// Whether a host (name or literal address) is this machine. Blocks as long as the system's resolver
// does.
bool IsLocalAddress(const std::string& host);

// Both ends of a connected or bound socket; port 0 and an empty host when it has none.
HostPort LocalAddressOf(int fd);
HostPort PeerAddressOf(int fd);

}  // namespace cairn::net
