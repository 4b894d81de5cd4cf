// SPDX-License-Identifier: Apache-2.0
#include "common/net/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <memory>

namespace cairn::net {
namespace {

Result<uint16_t> ParsePort(std::string_view text, std::string_view whole) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > 65535) {
    return Status(Code::kInvalidArgument, "no valid port in address: " + std::string(whole));
  }
  return static_cast<uint16_t>(value);
}

HostPort AddressOf(int fd, int (*get)(int, sockaddr*, socklen_t*)) {
  SocketAddress address;
  address.size = sizeof(address.storage);
  if (get(fd, reinterpret_cast<sockaddr*>(&address.storage), &address.size) != 0) return {};
  address.family = address.storage.ss_family;
  return address.ToHostPort();
}

}  // namespace

std::string ToString(const HostPort& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Result<HostPort> ParseHostPort(std::string_view text, uint16_t default_port) {
  HostPort result;
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    const std::string_view rest = close == text.npos ? "" : text.substr(close + 1);
    if (close == text.npos || (!rest.empty() && rest[0] != ':')) {
      return Status(Code::kInvalidArgument, "address is not [host]:port: " + std::string(text));
    }
    result.host = text.substr(1, close - 1);
    port = rest.empty() ? rest : rest.substr(1);
  } else {
    const size_t colon = text.find(':');
    if (colon != text.npos && text.find(':', colon + 1) != text.npos) {
      return Status(Code::kInvalidArgument,
                    "an IPv6 address needs brackets: " + std::string(text));
    }
    result.host = text.substr(0, colon);
    if (colon != text.npos) port = text.substr(colon + 1);
  }
  if (result.host.empty()) {
    return Status(Code::kInvalidArgument, "address has no host: " + std::string(text));
  }
  if (port.empty() && default_port != 0) {
    result.port = default_port;
    return result;
  }
  CAIRN_ASSIGN(result.port, ParsePort(port, text));
  return result;
}

HostPort SocketAddress::ToHostPort() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(&storage);
    inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
    return {text, ntohs(in->sin_port)};
  }
  if (family != AF_INET6) return {};
  const auto* in6 = reinterpret_cast<const sockaddr_in6*>(&storage);
  // An IPv4 peer of a socket of both kinds: Apache's logs and checks know it as IPv4.
  if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
    inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], text, sizeof(text));
  } else {
    inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
  }
  return {text, ntohs(in6->sin6_port)};
}

Result<std::vector<SocketAddress>> Resolve(const HostPort& address, bool passive) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0);
  const std::string port = std::to_string(address.port);
  addrinfo* found = nullptr;
  const char* host = address.host.empty() ? nullptr : address.host.c_str();
  if (const int error = getaddrinfo(host, port.c_str(), &hints, &found); error != 0) {
    const char* why = error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error);
    return Status(Code::kNetwork, "resolve host " + address.host + ": " + why);
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, &freeaddrinfo);
  std::vector<SocketAddress> result;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    if (a->ai_addrlen > sizeof(sockaddr_storage)) continue;
    SocketAddress one;
    std::memcpy(&one.storage, a->ai_addr, a->ai_addrlen);
    one.size = a->ai_addrlen;
    one.family = a->ai_family;
    result.push_back(one);
  }
  if (result.empty()) {
    return Status(Code::kNetwork, "resolve host " + address.host + ": no address");
  }
  return result;
}

bool IsLocalAddress(const std::string& host) {
  // Only an address of this machine can be bound to.
  const auto addresses = Resolve({host, 0}, true);
  if (!addresses.ok()) return false;
  const SocketAddress& address = addresses->front();
  const int fd = ::socket(address.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool local = ::bind(fd, address.get(), address.size) == 0;
  ::close(fd);
  return local;
}

HostPort LocalAddressOf(int fd) { return AddressOf(fd, &getsockname); }
HostPort PeerAddressOf(int fd) { return AddressOf(fd, &getpeername); }

bool HasName(const std::string& address) {
  if (address.starts_with("127.") || address == "::1") return true;
  const Result<std::vector<SocketAddress>> parsed = Resolve({.host = address, .port = 0});
  if (!parsed.ok()) return false;
  char name[NI_MAXHOST];
  const SocketAddress& first = parsed->front();
  return ::getnameinfo(first.get(), first.size, name, sizeof name, nullptr, 0, NI_NAMEREQD) == 0;
}

}  // namespace cairn::net
