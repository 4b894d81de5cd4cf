// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/net/address.h"

// Addresses as Java prints them once it has used them. All ask the system's resolver.
namespace cairn::tools {

// The first address of a host, or "".
std::string IpOf(const std::string& host);

// A host's name; of a literal address the one that is looked up.
std::string JavaHostName(const std::string& host);

// "host/ip:port". Not `used`: as long as nobody asked for it, a literal address has no name.
std::string JavaAddress(const net::HostPort& address, bool used = true);

}  // namespace cairn::tools
