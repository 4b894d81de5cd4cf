// SPDX-License-Identifier: Apache-2.0
// Broken pipelines: the part of BlockWriter that builds them again.
#include <algorithm>

#include "common/log/log.h"
#include "common/net/address.h"
#include "libclient/block_writer.h"
#include "libclient/datanode_stream.h"
#include "libclient/replace_policy.h"

namespace cairn::client {
namespace {

constexpr Milliseconds kRestartPause{4000};
constexpr int kReplaceTries = 3;

std::string NodeNames(const std::vector<DatanodeTarget>& nodes) {
  std::string names;
  for (const DatanodeTarget& target : nodes) {
    if (!names.empty()) names += ", ";
    names += NodeName(target.node);
  }
  return "[" + names + "]";
}

// The one datanode of `now` that `before` did not have.
const DatanodeTarget* FindNew(const std::vector<DatanodeTarget>& before,
                              const std::vector<DatanodeTarget>& now) {
  if (now.size() != before.size() + 1) return nullptr;
  for (const DatanodeTarget& target : now) {
    const bool known = std::any_of(before.begin(), before.end(), [&](const DatanodeTarget& old) {
      return old.node.id.uuid == target.node.id.uuid;
    });
    if (!known) return &target;
  }
  return nullptr;
}

}  // namespace

Status BlockWriter::Recover() {
  std::optional<PipelineFailure> failure = std::exchange(failure_, std::nullopt);
  LOG(kInfo, "write pipeline is built again", {"file", file_.path},
      {"block", pipeline_.block.block}, {"error", failure->why});
  connection_.reset();
  sent_ = 0;
  if (!failure->restarting && ++recoveries_ > core_.config().write.recoveries_max) {
    return failure->why.WithContext(
        "write " + file_.path + ": tried pipeline recovery " +
        std::to_string(core_.config().write.recoveries_max) + " times without success");
  }
  CAIRN_TRY(Rebuild(std::move(failure), true));
  if (stage_ != Stage::kPipelineClose) return Status();
  // In this stage the datanodes close their replicas while the pipeline is set up: nothing is left
  // for the last packet to do.
  for (PacketPtr& packet : unacked_) packets_.Put(std::move(packet));
  unacked_.clear();
  recoveries_ = 0;
  return Status();
}

Status BlockWriter::Rebuild(std::optional<PipelineFailure> failure, bool recovery) {
  if (pipeline_.locations.empty()) {
    return Status(Code::kIoError, "write " + file_.path + ": no datanode has " +
                                      BlockName(pipeline_.block));
  }
  GenerationStamp generation_stamp;
  for (;;) {
    if (failure) {
      if (!WorthWaiting(*failure)) {
        CAIRN_TRY(DropNode(*failure));
      } else if (!core_.pauser().Pause(
                     std::min(core_.config().write.restart_timeout, kRestartPause))) {
        return Status(Code::kCancelled, "the client is closed");
      }
    }
    CAIRN_TRY(ReplaceIfNeeded());
    CAIRN_ASSIGN(const ExtendedBlock renewed,
                 core_.calls().UpdateBlockForPipeline(pipeline_.block));
    generation_stamp = renewed.block.generation_stamp;
    failure = Connect(generation_stamp, recovery);
    if (!failure) break;
    recovery = true;
    LOG(kInfo, "write pipeline was not set up", {"file", file_.path},
        {"error", failure->why});
  }
  const ExtendedBlock old_block = pipeline_.block;
  pipeline_.block.block.generation_stamp = generation_stamp;
  if (stage_ != Stage::kPipelineClose) stage_ = Stage::kDataStreaming;
  return core_.calls().UpdatePipeline(old_block, pipeline_);
}

bool BlockWriter::WorthWaiting(const PipelineFailure& failure) {
  const std::string& uuid = pipeline_.locations[failure.bad_index].node.id.uuid;
  const Clock::TimePoint now = core_.clock().Now();
  if (restart_) {
    // It is refusing connections because it restarts; another failure is one like any other.
    if (restart_->uuid == uuid && now < restart_->deadline) return true;
    restart_.reset();
    return false;
  }
  if (!failure.restarting) return false;
  // Another datanode is had sooner, unless this one's replica is the only or the local one.
  const bool valuable = pipeline_.locations.size() == 1 ||
                        net::IsLocalAddress(pipeline_.locations[failure.bad_index].node.id.ip);
  if (!valuable) return false;
  restart_ = Restart{uuid, now + core_.config().write.restart_timeout};
  return true;
}

Status BlockWriter::DropNode(const PipelineFailure& failure) {
  std::vector<DatanodeTarget>& nodes = pipeline_.locations;
  if (nodes.size() <= 1) {
    return failure.why.WithContext("write " + file_.path + ": all datanodes " + NodeNames(nodes) +
                                   " are bad");
  }
  const DatanodeInfo& bad = nodes[failure.bad_index].node;
  LOG(kWarn, "datanode is left out of a write pipeline", {"file", file_.path},
      {"block", pipeline_.block.block}, {"datanode", NodeName(bad)},
      {"restarting", failure.restarting}, {"error", failure.why});
  if (failure.restarting) restarting_.insert(bad.id.uuid);
  failed_.push_back(bad);
  nodes.erase(nodes.begin() + static_cast<ptrdiff_t>(failure.bad_index));
  return Status();
}

Status BlockWriter::ReplaceIfNeeded() {
  const WriteConfig& config = core_.config().write;
  if (!NeedsReplacement(config.replace_policy, {.replication = file_.replication,
                                                .datanodes = pipeline_.locations.size(),
                                                .appending = appending_,
                                                .flushed = flushed_})) {
    return Status();
  }
  const Status status = AddDatanode();
  if (status.ok() || !config.replace_best_effort) return status;
  LOG(kWarn, "datanode was not replaced, going on with fewer", {"file", file_.path},
      {"block", pipeline_.block.block}, {"error", status});
  return Status();
}

Status BlockWriter::AddDatanode() {
  const WriteConfig& config = core_.config().write;
  std::vector<DatanodeInfo> excluded = failed_;
  Status last_error;
  for (int tried = 0; tried < kReplaceTries; ++tried) {
    CAIRN_ASSIGN(LocatedBlock wider, core_.calls().GetAdditionalDatanode(
                                         file_.path, file_.id, pipeline_, excluded));
    const DatanodeTarget* added = FindNew(pipeline_.locations, wider.locations);
    if (added == nullptr) {
      const int left = static_cast<int>(pipeline_.locations.size());
      if (config.replace_min_replication > 0 && left >= config.replace_min_replication) {
        return Status();
      }
      return Status(Code::kIoError,
                    "Failed to replace a bad datanode on the existing pipeline of " + file_.path +
                        " due to no more good datanodes being available to try (nodes left: " +
                        NodeNames(pipeline_.locations) +
                        "); dfs.client.block.write.replace-datanode-on-failure.policy decides "
                        "whether one is wanted");
    }
    const auto& sources = pipeline_.locations;
    const DatanodeInfo& source = sources[static_cast<size_t>(tried) % sources.size()].node;
    last_error = Transfer(source, *added);
    if (last_error.ok()) {
      pipeline_.locations = std::move(wider.locations);
      return Status();
    }
    LOG(kInfo, "replica was not transferred", {"file", file_.path},
        {"block", pipeline_.block.block}, {"error", last_error});
    excluded.push_back(added->node);
  }
  return last_error;
}

Status BlockWriter::Transfer(const DatanodeInfo& source, const DatanodeTarget& target) {
  const wire::TransferBlockOp op{.block = pipeline_.block,
                                 .client_name = core_.client_name(),
                                 .targets = {target.node},
                                 .target_storage_types = {target.storage_type},
                                 .target_storage_uuids = {target.storage_uuid}};
  // The answer comes when all has been copied: five seconds more for each 200 packets.
  const size_t copied = bytes_sent_ / core_.config().write.packet_bytes / 200;
  const auto run = [&]() -> Status {
    CAIRN_ASSIGN(net::BlockingSocket socket,
                 ConnectDatanode(core_.config(), source.id, 2 + copied));
    CAIRN_TRY(socket.WriteAll(wire::Encode(op)));
    CAIRN_ASSIGN(const wire::OpAnswer answer, ReadOpAnswer(socket));
    return wire::StatusOf(answer);
  };
  return run().WithContext("transfer " + BlockName(pipeline_.block) + " from datanode " +
                           NodeName(source) + " to " + NodeName(target.node));
}

}  // namespace cairn::client
