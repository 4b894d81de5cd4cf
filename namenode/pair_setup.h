// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/config/configuration.h"
#include "common/util/result.h"
#include "namenode/ha_link/driver.h"

namespace cairn::namenode {

// What the configuration says of the pair that a namenode belongs to: who the two are, where they
// hear each other, the secret that they share, and ZooKeeper. Read before anything is started.
struct PairSetup {
  ha::Driver::Options driver;
  net::HostPort peer_http;  // Where the peer's images are; set by the namenode.

  // Nothing when the namenode is no member of a pair: its nameservice has no other namenode, or
  // cairn.ha.journal-address is not set for it. kInvalidArgument when something else is missing;
  // what ReadSecretFile says of the secret. The incarnation is left open.
  static Result<std::optional<PairSetup>> Read(const config::Configuration& configuration);
};

// A namenode's place in its pair.
struct PairMember {
  PairSetup setup;
  // Ends the process, with the reason for the log. Comes on any thread.
  std::function<void(const std::string& reason)> leave;
};

}  // namespace cairn::namenode
