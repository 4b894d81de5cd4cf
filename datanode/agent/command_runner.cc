// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/command_runner.h"

#include <utility>

#include "common/log/log.h"
#include "common/net/io_threads.h"

namespace cairn::datanode {
namespace {

rpc::RpcClientOptions PeerOptions(const AgentOptions& options) {
  rpc::RpcClientOptions peer = options.rpc;
  peer.call_timeout = options.peer_timeout;
  return peer;
}

// The local peer belongs to the agent.
class BorrowedPeer final : public RecoveryPeer {
 public:
  explicit BorrowedPeer(RecoveryPeer& peer) : peer_(peer) {}

  Result<std::optional<RecoveryInfo>> InitReplicaRecovery(const RecoveringBlock& block) override {
    return peer_.InitReplicaRecovery(block);
  }
  Result<std::string> UpdateReplica(const ExtendedBlock& replica, GenerationStamp recovery_id,
                                    BlockId new_block_id, uint64_t new_length) override {
    return peer_.UpdateReplica(replica, recovery_id, new_block_id, new_length);
  }

 private:
  RecoveryPeer& peer_;
};

}  // namespace

CommandRunner::CommandRunner(const AgentOptions& options, Collaborators collaborators)
    : options_(options),
      collaborators_(std::move(collaborators)),
      peers_(collaborators_.clock, PeerOptions(options)),
      thread_([this] { Run(); }),
      recovery_pool_("dn-recovery", kRecoveryThreads, kRecoveriesMax) {}

CommandRunner::~CommandRunner() { Stop(); }

void CommandRunner::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  peers_.Close();
  if (thread_.joinable()) thread_.join();
  recovery_pool_.Stop();
}

void CommandRunner::Add(size_t link, NamenodeCommand command) {
  if (std::holds_alternative<NoCommand>(command)) return;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (queue_.size() >= kCommandsMax) {
      LOG(kWarn, "too many commands wait, one is dropped", {"waiting", queue_.size()});
      return;
    }
    queue_.push_back({link, std::move(command)});
  }
  wake_.notify_all();
}

void CommandRunner::Run() {
  net::NameThisThread("dn-commands");
  for (;;) {
    Queued next;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    if (!collaborators_.is_active(next.link)) {
      LOG(kWarn, "command of a namenode that is active no more is dropped", {"link", next.link},
          {"command", next.command.index()});
      continue;
    }
    std::visit([this](const auto& one) { Do(one); }, next.command);
  }
}

void CommandRunner::Do(const TransferBlocks& command) {
  for (const TransferBlocks::Item& item : command.items) {
    const Status started = collaborators_.transfer.Replicate(item.block, item.targets);
    if (started.ok()) continue;
    const std::string name = ToString(item.block.block);
    LOG(kWarn, "replica is not sent", {"block", name}, {"reason", started});
    if (started.code() == Code::kReplicaNotFound) {
      collaborators_.report_error(DatanodeError::kInvalidBlock,
                                  "Can't send invalid block " + item.block.pool_id + ":" + name);
    }
  }
}

void CommandRunner::Do(const InvalidateBlocks& command) {
  const Status status = collaborators_.store.Invalidate(command.pool_id, command.blocks);
  if (!status.ok()) LOG(kWarn, "replicas are not deleted", {"reason", status});
}

void CommandRunner::Do(const RecoverBlocks& command) {
  for (const RecoveringBlock& block : command.blocks) {
    if (recovery_pool_.TryRun([this, block] { Recover(block); })) continue;
    LOG(kWarn, "too many recoveries wait, one is dropped", {"block", block.block.block});
  }
}

void CommandRunner::Recover(const RecoveringBlock& block) {
  if (stopping_) return;
  ++recoveries_;
  LOG(kInfo, "block recovery starts", {"block", block.block.block},
      {"recovery", block.recovery_id}, {"nodes", block.locations.size()},
      {"truncate", block.truncate_to.has_value()});
  const BlockRecovery recovery(
      {.peer_of = [this](const DatanodeId& node) { return PeerOf(node); },
       .commit = collaborators_.commit});
  const Status status = recovery.Recover(block);
  // The namenode starts it again.
  if (!status.ok()) {
    LOG(kWarn, "block recovery failed", {"block", block.block.block}, {"reason", status});
  }
}

std::shared_ptr<RecoveryPeer> CommandRunner::PeerOf(const DatanodeId& node) {
  if (node.uuid == collaborators_.uuid) {
    return std::make_shared<BorrowedPeer>(collaborators_.local_peer);
  }
  const std::string& host = options_.connect_by_host_name ? node.host_name : node.ip;
  return std::make_shared<RemoteRecoveryPeer>(peers_, net::HostPort{host, node.ipc_port},
                                              options_.user);
}

// An upgrade keeps nothing aside here, so there is nothing to let go of.
void CommandRunner::Do(const FinalizeUpgrade& command) {
  LOG(kDebug, "upgrade is finalized", {"pool", command.pool_id});
}

void CommandRunner::Do(const SetBandwidth& command) {
  if (command.bytes_per_second == 0) return;
  LOG(kInfo, "balancer's bandwidth is changed", {"bytes_per_second", command.bytes_per_second});
  collaborators_.transfer.SetBalancerBandwidth(command.bytes_per_second);
}

void CommandRunner::Do(const UnbuiltCommand& command) {
  if (!unbuilt_.insert(command.what).second) return;
  LOG(kWarn, "command is ignored: it is not built", {"command", std::string_view(command.what)});
}

}  // namespace cairn::datanode
