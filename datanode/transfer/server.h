// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/model/block.h"
#include "common/model/datanode_info.h"
#include "common/util/clock.h"
#include "common/util/status.h"
#include "datanode/transfer/metrics.h"
#include "datanode/transfer/transfer_events.h"
#include "datanode/transfer/transfer_options.h"

namespace cairn::datanode {

class ReplicaStore;

// The server of Apache's DataTransferProtocol: one listening thread ("xfer.accept"), and one
// blocking thread ("xfer.stream") for each connection, up to `streams_max`; connections beyond are
// closed with a log line. A pipeline with datanodes downstream has a second thread for their
// acknowledgements ("xfer.acks"). StreamNames() says what each stream does.
//
// Lifecycle: construct, Start, Stop. Stop unblocks every stream and waits for its thread, so that
// collaborators may go away after it.
//
// Thread-safe.
class TransferServer {
 public:
  struct Collaborators {
    ReplicaStore& store;
    TransferEvents& events;
    const Clock& clock;
    TransferMetrics& metrics;
  };

  // All collaborators must outlive this object.
  TransferServer(const Collaborators& collaborators, const TransferOptions& options);
  ~TransferServer();

  TransferServer(const TransferServer&) = delete;
  TransferServer& operator=(const TransferServer&) = delete;

  // Binds, so that port() is known before registration, and serves.
  Status Start();

  // Closes the listener, breaks every stream and joins all threads. Idempotent.
  void Stop();

  // What `dfsadmin -shutdownDatanode … upgrade` asks for: tells the client of each pipeline, by
  // an out-of-band ack, that this datanode restarts, and leaves a restart marker beside the replica
  // so that it stays writable after the restart. Then as Stop.
  void StopForRestart();

  // Breaks every stream that writes (`dfsadmin -evictWriters`).
  void StopWriters();

  uint16_t port() const;

  // Sends a finalized replica to `targets[0]`, which passes it on to the others: the namenode's
  // TRANSFER command. Returns at once; the work is a stream of its own. kTooManyItems when all
  // streams are taken.
  Status Replicate(const ExtendedBlock& block, const std::vector<DatanodeTarget>& targets);

  // Streams that are served or sent now: the heartbeat's xceiverCount.
  uint32_t active_streams() const;
  // Replicas being sent to other datanodes: the heartbeat's xmitsInProgress.
  uint32_t transfers_in_progress() const;
  // One line a stream, for dumps: "127.0.0.1:4711 WRITE_BLOCK blk_7_1001".
  std::vector<std::string> StreamNames() const;

  // The balancer's limit in bytes a second (`dfsadmin -setBalancerBandwidth`).
  void SetBalancerBandwidth(uint64_t bytes_per_second);
  uint64_t balancer_bandwidth() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::datanode
