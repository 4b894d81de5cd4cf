// SPDX-License-Identifier: Apache-2.0
#include "tools/admin/java_address.h"

#include "tools/admin/dfsadmin_text.h"

namespace cairn::tools {

std::string IpOf(const std::string& host) {
  const auto addresses = net::Resolve({host, 0});
  return addresses.ok() ? addresses->front().ToHostPort().host : "";
}

std::string JavaHostName(const std::string& host) {
  return IpOf(host) == host ? HostNameOf(host) : host;
}

std::string JavaAddress(const net::HostPort& address, bool used) {
  const std::string ip = IpOf(address.host);
  const std::string name = !used && ip == address.host ? "" : JavaHostName(address.host);
  return name + "/" + (ip.empty() ? "<unresolved>" : ip) + ":" +
         std::to_string(address.port);
}

}  // namespace cairn::tools
