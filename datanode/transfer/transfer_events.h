// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/model/block.h"
#include "common/model/datanode_info.h"
#include "common/util/status.h"

namespace cairn::datanode {

// What the data path tells the part that talks to the namenodes, and asks of it. Implemented by
// agent/, which queues the facts and reports them; no call may block on the network, except
// WaitForPool.
//
// Thread-safe.
class TransferEvents {
 public:
  virtual ~TransferEvents() = default;

  // A client's replica is open for writing on the storage.
  virtual void OnReceiving(const ExtendedBlock& block, const std::string& storage_id) = 0;

  // A replica was finalized. `delete_hint` is the uuid of the datanode whose replica the balancer
  // wants to be removed; empty otherwise.
  virtual void OnReceived(const ExtendedBlock& block, const std::string& storage_id,
                          const std::string& delete_hint) = 0;

  // A read of our own replica failed in a way that means that its bytes are bad.
  virtual void OnCorruptLocal(const ExtendedBlock& block) = 0;

  // Another datanode sent a replica whose bytes do not match its checksums.
  virtual void OnCorruptRemote(const ExtendedBlock& block, const DatanodeInfo& source) = 0;

  // Ok once the block pool is registered with a namenode; waits for it a bounded time
  // (dfs.datanode.bp-ready.timeout) and then fails.
  virtual Status WaitForPool(const std::string& pool_id) = 0;

  // This datanode as it registered: the source in what it sends to others.
  virtual DatanodeInfo Self() const = 0;
};

}  // namespace cairn::datanode
