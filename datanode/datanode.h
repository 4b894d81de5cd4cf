// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "common/config/configuration.h"
#include "common/io/disk.h"
#include "common/net/address.h"
#include "common/util/clock.h"
#include "common/util/random.h"
#include "common/util/result.h"
#include "datanode/agent/status.h"

namespace cairn::datanode {

struct TransferMetrics;

// A datanode: store, transfer server, RPC server, HTTP server and the links to its namenodes. One
// process may hold several.
//
// Lifecycle: Create (opens and locks the directories), Start (binds its ports and begins to look
// for its namenodes), Wait, Stop. Ports that are configured as 0 are known after Start.
//
// Thread-safe, except that Start and Stop belong to the owner.
class Datanode final : public DatanodeStatusSource {
 public:
  // What the world gives; all of it must outlive the datanode.
  struct Environment {
    io::Disk& disk;
    const Clock& clock;
    Random& random;
  };

  // Fails when a value of the configuration is wrong, or when more directories cannot be used than
  // are tolerated. `configuration` is copied.
  static Result<std::unique_ptr<Datanode>> Create(const config::Configuration& configuration,
                                                  const Environment& environment);
  ~Datanode() override;

  Status Start();
  // Returns when the datanode should be stopped: after RequestStop, when an administrator asked
  // (ok), or when it cannot go on.
  Status Wait();
  // Any thread; not a signal handler.
  void RequestStop();
  // Ends all streams and threads and unlocks the directories. Idempotent.
  void Stop();

  // After Start.
  net::HostPort transfer_address() const;
  net::HostPort rpc_address() const;
  net::HostPort http_address() const;
  // Once a namenode has registered it.
  bool registered() const;

  DatanodeStatus Snapshot() const override;
  const TransferMetrics& metrics() const;

 private:
  struct Parts;
  explicit Datanode(std::unique_ptr<Parts> parts);

  Status StartServers();
  Status StartHttp();
  void EndWith(const Status& why, bool for_restart);

  std::unique_ptr<Parts> parts_;

  std::mutex mutex_;  // Guards the following.
  std::condition_variable ended_;
  bool ending_ = false;
  bool for_restart_ = false;
  Status end_status_;
};

}  // namespace cairn::datanode
