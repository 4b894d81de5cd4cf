// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "common/config/configuration.h"
#include "common/config/nameservices.h"
#include "common/net/address.h"
#include "common/util/result.h"

namespace cairn::tools {

// One namenode of a nameservice, as `haadmin` speaks of it.
//
// Immutable.
struct HaTarget {
  config::NamenodeName name;
  net::HostPort address;  // Of its service RPC, else of its RPC.
  std::string host;       // The name of the address's host.
  bool pair = false;  // One of two that settle by themselves who is active (docs/ha.md).
  bool automatic_failover = false;  // By failover controllers; not of a pair.
  net::HostPort failover_controller;
  std::optional<std::string> fencing_methods;

  // "host:port".
  std::string HostAndPort() const;
  // "NameNode at host/ip:port"; `used`: see JavaAddress. Asks the system's resolver.
  std::string ToString(bool used = true) const;
};

// The namenode `id` of `service`, or of the only nameservice when it is empty. kInvalidArgument
// when the configuration does not have it. Asks the system's resolver.
Result<HaTarget> ResolveHaTarget(const config::Configuration& configuration,
                                 const std::string& service, const std::string& id);

// What became of a call to it, in the words of Java's exception.
std::string CallErrorText(const HaTarget& target, const Status& status);

}  // namespace cairn::tools
