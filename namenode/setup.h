// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/config/configuration.h"
#include "common/config/nameservices.h"
#include "common/net/address.h"
#include "common/util/result.h"
#include "namenode/blocks/rack_resolver.h"
#include "namenode/image/checkpoint.h"
#include "namenode/journal/storage.h"
#include "namenode/namesystem/state.h"

namespace cairn::namenode {

// What the configuration says of a namenode, read before anything is started, so that a wrong
// value is named and nothing is touched.
struct NamenodeSetup {
  std::vector<NameStorage::Directory> directories;
  net::HostPort rpc;                     // Where clients find us.
  net::HostPort rpc_bind;                // Where we listen.
  std::optional<net::HostPort> service_rpc;
  net::HostPort http;
  net::HostPort http_bind;
  NamesystemOptions options;
  BlockManagerOptions blocks;
  FsLimits limits;
  uint32_t frame_bytes_max = 128 << 20;
  int io_threads = 1;
  bool caller_context_enabled = false;
  bool registration_name_check = true;
  std::string audit_log;  // Empty: none.

  // Another namenode of the nameservice.
  struct Peer {
    config::NamenodeName name;
    net::HostPort rpc;
    net::HostPort http;
  };
  struct HighAvailability {
    bool enabled = false;  // The nameservice has several namenodes.
    config::NamenodeName name;  // Ours.
    std::vector<Peer> peers;
    bool automatic = false;
    bool not_active_in_safe_mode = false;
  };
  HighAvailability ha;

  // Of this machine's namenode, with LocalConfiguration applied.
  static Result<NamenodeSetup> Read(const config::Configuration& configuration);
};

// The configuration as this namenode sees it: which of the configured ones it is, is found out by
// its names or by its address.
Result<config::Configuration> LocalConfiguration(const config::Configuration& configuration);

// "/a/b" of "file:///a/b" or "/a/b"; other schemes are refused.
Result<std::string> PathOfUri(const std::string& uri);

// By net.topology.script.file.name or net.topology.table.file.name; cached.
Result<std::unique_ptr<RackResolver>> MakeRackResolver(const config::Configuration& configuration);

}  // namespace cairn::namenode
