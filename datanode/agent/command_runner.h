// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "common/net/worker_pool.h"
#include "datanode/agent/agent_options.h"
#include "datanode/agent/block_recovery.h"
#include "datanode/agent/namenode_messages.h"
#include "datanode/transfer/server.h"

namespace cairn::datanode {

// Does what the active namenode asks, in order, away from the heartbeats: on one thread, and on a
// few more for block recoveries, which wait for other datanodes.
//
// Thread-safe.
class CommandRunner {
 public:
  struct Collaborators {
    ReplicaStore& store;
    TransferServer& transfer;
    const Clock& clock;
    RecoveryPeer& local_peer;
    // The uuid of this datanode.
    std::string uuid;
    // Whether the namenode of this link is the active one.
    std::function<bool(size_t link)> is_active;
    // Tells the active namenode of a block's recovery.
    std::function<Status(const BlockSynchronization&)> commit;
    // Tells the namenodes that a command cannot be done.
    std::function<void(DatanodeError, const std::string&)> report_error;
  };

  // Collaborators and options must outlive this object.
  CommandRunner(const AgentOptions& options, Collaborators collaborators);
  ~CommandRunner();
  CommandRunner(const CommandRunner&) = delete;
  CommandRunner& operator=(const CommandRunner&) = delete;

  // Queues a command of the namenode of `link`; when too many wait it is dropped with a log line:
  // the namenode asks again. Dropped, too, when that is not the active one any more when its turn
  // comes.
  void Add(size_t link, NamenodeCommand command);
  // Drops what waits, breaks recoveries off, joins.
  void Stop();

  uint64_t recoveries() const { return recoveries_; }

 private:
  static constexpr size_t kCommandsMax = 1000;
  static constexpr int kRecoveryThreads = 4;
  static constexpr size_t kRecoveriesMax = 10'000;

  struct Queued {
    size_t link = 0;
    NamenodeCommand command;
  };

  void Run();
  void Do(const NoCommand&) {}
  void Do(const TransferBlocks& command);
  void Do(const InvalidateBlocks& command);
  void Do(const RecoverBlocks& command);
  void Do(const RegisterAgain&) {}
  void Do(const FinalizeUpgrade& command);
  void Do(const SetBandwidth& command);
  void Do(const UnbuiltCommand& command);
  void Recover(const RecoveringBlock& block);
  std::shared_ptr<RecoveryPeer> PeerOf(const DatanodeId& node);

  const AgentOptions& options_;
  const Collaborators collaborators_;
  rpc::RpcClient peers_;
  std::atomic<uint64_t> recoveries_{0};
  std::set<std::string> unbuilt_;  // Of the thread: what has been logged once.

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Queued> queue_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
  net::WorkerPool recovery_pool_;
};

}  // namespace cairn::datanode
