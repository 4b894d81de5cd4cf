// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/config/configuration.h"
#include "common/model/ids.h"
#include "common/model/namespace_info.h"
#include "common/net/address.h"
#include "common/util/result.h"
#include "namenode/pair_setup.h"

namespace cairn::namenode {

// A whole namenode: reads its directories, serves Hadoop RPC and HTTP, repairs and checkpoints.
// Wiring only; several may live in one process.
//
// Owned by one thread.
class Namenode {
 public:
  // Reads the configuration, loads image and edits, opens the edit log and starts to serve.
  // `on_fatal` is called once, from a thread of the namenode's, when the edit log cannot be made
  // durable any more: the process must end then, without Stop.
  // With `member` it is one of a pair, and begins as the standby.
  static Result<std::unique_ptr<Namenode>> Start(const config::Configuration& configuration,
                                                 std::function<void(const Status&)> on_fatal,
                                                 std::optional<PairMember> member = std::nullopt);
  // Stops serving, finalizes the edit log.
  ~Namenode();
  Namenode(const Namenode&) = delete;
  Namenode& operator=(const Namenode&) = delete;

  // The addresses that are listened on, with the ports that were found where 0 was configured.
  net::HostPort rpc_address() const;
  net::HostPort http_address() const;

 private:
  class Impl;
  explicit Namenode(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct FormatRequest {
  std::string cluster_id;  // Empty: a new one.
  bool force = false;      // Erase directories that have data.
};

// Whether any directory of the configuration has data that a format would erase.
Result<bool> HasNamespace(const config::Configuration& configuration);

// Makes the configured directories those of a new, empty namespace. kAlreadyExists when one has
// data and `force` is off. Returns the cluster id.
Result<std::string> Format(const config::Configuration& configuration,
                           const FormatRequest& request);

// Where a new standby of a nameservice finds the namespace.
struct BootstrapSource {
  net::HostPort http;
  NamespaceInfo info;
  TxId image;
  std::string announcement;  // Apache's words of what is about to happen.
};

// Asks the other namenodes of the configured nameservice, in order. kInvalidArgument without HA,
// kNetwork when none answers, kIncorrectVersion for a layout that is not ours.
Result<BootstrapSource> FindBootstrapSource(const config::Configuration& configuration);

// Erases the configured directories, and fills them with the image of the source: the namenode can
// be started as its standby then.
Status Bootstrap(const config::Configuration& configuration, const BootstrapSource& source);

// Writes the first configuration of a pair into ZooKeeper, with this stopped namenode as the one
// whose log counts. kAlreadyExists when there is one and `force` is off: it may name a log that has
// more than this one, which would be lost. Returns this log's last transaction.
Result<TxId> InitializePair(const config::Configuration& configuration, bool force);

}  // namespace cairn::namenode
