// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/util/random.h"
#include "datanode/agent/active_namenode.h"
#include "datanode/agent/agent_options.h"
#include "datanode/agent/command_runner.h"
#include "datanode/agent/namenode_link.h"
#include "datanode/agent/status.h"
#include "datanode/store/replica_store.h"
#include "datanode/store/scanner.h"
#include "datanode/transfer/server.h"
#include "datanode/transfer/transfer_events.h"

namespace cairn::datanode {

// Speaks for a datanode: one link to each namenode, what store and transfer report, and the
// namenodes' commands.
//
// Lifecycle: construct (so that store and transfer have somebody to report to), Start once they
// exist, Stop before they go. What is reported before Start is dropped: the first full report says
// it all.
//
// Thread-safe.
class DatanodeAgent final : public TransferEvents, public StoreEvents, private LinkHost {
 public:
  struct Parts {
    ReplicaStore& store;
    TransferServer& transfer;
    BlockScanner* scanner;  // Null when replicas are not verified.
    DatanodeId id;          // As it registers; the namenode may correct the address.
    // The datanode cannot go on: no namenode is left, or too many volumes failed. Called at most
    // once, from any thread; must not block.
    std::function<void(const Status& why)> on_end;
  };

  // `clock` and `random` must outlive this object.
  DatanodeAgent(AgentOptions options, const Clock& clock, Random& random);
  ~DatanodeAgent() override;
  DatanodeAgent(const DatanodeAgent&) = delete;
  DatanodeAgent& operator=(const DatanodeAgent&) = delete;

  // The parts must live until Stop.
  void Start(Parts parts);
  void Stop();

  // A full or incremental report now, to all namenodes or the one at `namenode`.
  void TriggerReport(bool incremental, const std::optional<net::HostPort>& namenode);
  // Null before Start. For the RPC server.
  RecoveryPeer* local_peer() { return local_peer_.get(); }
  bool registered(const std::string& pool_id) const;
  // Fills in what the agent knows.
  void AddStatus(DatanodeStatus* status) const;

  // TransferEvents.
  void OnReceiving(const ExtendedBlock& block, const std::string& storage_id) override;
  void OnReceived(const ExtendedBlock& block, const std::string& storage_id,
                  const std::string& delete_hint) override;
  void OnCorruptLocal(const ExtendedBlock& block) override;
  void OnCorruptRemote(const ExtendedBlock& block, const DatanodeInfo& source) override;
  Status WaitForPool(const std::string& pool_id) override;
  DatanodeInfo Self() const override;

  // StoreEvents.
  void OnDeleted(const ExtendedBlock& block, const DatanodeStorage& storage) override;
  void OnFound(const ExtendedBlock& block, const DatanodeStorage& storage) override;
  void OnCorrupt(const ExtendedBlock& block, const DatanodeStorage& storage) override;
  void OnVolumeFailed(const DatanodeStorage& storage, const std::string& root, const Status& why,
                      bool fatal) override;

 private:
  // LinkHost.
  Status JoinNamespace(size_t link, const NamenodeVersion& version) override;
  Registration MakeRegistration() const override;
  Status Registered(const Registration& registration) override;
  Heartbeat MakeHeartbeat() override;
  std::vector<StorageBlocks> MakeFullReport() override;
  void HandleAnswer(size_t link, HeartbeatAnswer answer) override;
  void HandleCommand(size_t link, NamenodeCommand command) override;
  void LinkEnded(size_t link, const Status& why) override;

  void Report(const ExtendedBlock& block, ReplicaEvent event, const DatanodeStorage& storage,
              const std::string& delete_hint);
  std::optional<DatanodeStorage> StorageOf(const std::string& storage_id) const;
  void ReportBad(const ExtendedBlock& block, const DatanodeTarget& where);
  void End(const Status& why);
  std::string pool_id() const;
  Status Commit(const BlockSynchronization& sync);

  const AgentOptions options_;
  const Clock& clock_;
  Random& random_;
  ActiveNamenode active_;
  std::optional<Parts> parts_;  // Set by Start, before any thread runs.
  std::unique_ptr<LocalRecoveryPeer> local_peer_;
  std::unique_ptr<CommandRunner> commands_;
  std::vector<std::unique_ptr<NamenodeLink>> links_;
  std::atomic<bool> started_{false};

  // Held while the pool is loaded: two links that start together wait for each other.
  std::mutex join_mutex_;
  mutable std::mutex mutex_;  // Guards the following.
  std::condition_variable registered_;
  std::optional<NamespaceInfo> ns_;
  std::optional<Registration> registration_;
  size_t links_ended_ = 0;
  bool stopping_ = false;
  bool ended_ = false;
};

}  // namespace cairn::datanode
