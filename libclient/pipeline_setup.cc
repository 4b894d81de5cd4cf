// SPDX-License-Identifier: Apache-2.0
// Pipelines of new blocks: the part of BlockWriter that asks for blocks.
#include "common/log/log.h"
#include "libclient/block_writer.h"
#include "libclient/datanode_stream.h"
#include "libclient/report_patience.h"

namespace cairn::client {

Status BlockWriter::OpenBlock() {
  const std::optional<ExtendedBlock> previous = block();
  Status last_error;
  for (int tried = 0; tried <= core_.config().write.block_tries; ++tried) {
    CAIRN_ASSIGN(pipeline_, AddBlock(previous));
    has_block_ = true;
    pipeline_.block.block.length = 0;
    bytes_sent_ = 0;
    if (pipeline_.locations.empty()) {
      return Status(Code::kIoError, file_.path + ": the namenode gave " +
                                        BlockName(pipeline_.block) + " without datanodes");
    }
    const auto failure = Connect(GenerationStamp(0), false);
    if (!failure) {
      stage_ = Stage::kDataStreaming;
      return Status();
    }
    last_error = failure->why;
    const DatanodeInfo bad = pipeline_.locations[failure->bad_index].node;
    LOG(kInfo, "new block is given up", {"block", pipeline_.block.block}, {"file", file_.path},
        {"datanode", NodeName(bad)}, {"error", last_error});
    const Status abandoned =
        core_.calls().AbandonBlock(file_.path, file_.id, pipeline_.block);
    excluded_[bad.id.uuid] = {bad, core_.clock().Now()};
    has_block_ = previous.has_value();
    pipeline_ = {};
    if (previous) pipeline_.block = *previous;
    CAIRN_TRY(abandoned);
  }
  return last_error.WithContext("Unable to create new block of " + file_.path);
}

Result<LocatedBlock> BlockWriter::AddBlock(const std::optional<ExtendedBlock>& previous) {
  ReportPatience patience(core_.config().write);
  const BlockCalls::AddBlockArgs args{.previous = previous,
                                      .excluded = ExcludedNodes(),
                                      .no_local_write = file_.no_local_write};
  for (;;) {
    auto block = core_.calls().AddBlock(file_.path, file_.id, args);
    if (block.ok() || block.status().code() != Code::kNotReplicatedYet) return block;
    const auto pause = patience.NextPause();
    if (!pause) return block;
    LOG(kInfo, "replicas of the file are too few yet", {"file", file_.path},
        {"pause_ms", pause->count()});
    if (!core_.pauser().Pause(*pause)) return Status(Code::kCancelled, "the client is closed");
  }
}

std::vector<DatanodeInfo> BlockWriter::ExcludedNodes() {
  const Clock::TimePoint now = core_.clock().Now();
  std::erase_if(excluded_, [&](const auto& entry) {
    return now - entry.second.second > core_.config().write.exclude_expiry;
  });
  std::vector<DatanodeInfo> nodes;
  for (const auto& [uuid, entry] : excluded_) nodes.push_back(entry.first);
  return nodes;
}

std::optional<PipelineFailure> BlockWriter::Connect(GenerationStamp generation_stamp,
                                                    bool recovery) {
  const std::vector<DatanodeTarget>& nodes = pipeline_.locations;
  wire::WriteBlockOp op;
  op.block = pipeline_.block;
  // Here the length is how long the block may become.
  op.block.block.length = file_.block_size;
  op.client_name = core_.client_name();
  op.stage = recovery ? static_cast<Stage>(static_cast<uint8_t>(stage_) | 1) : stage_;
  op.pipeline_size = static_cast<uint32_t>(nodes.size());
  op.min_bytes_received = pipeline_.block.block.length;
  op.max_bytes_received = bytes_sent_;
  op.latest_generation_stamp = generation_stamp;
  op.checksum = file_.checksum;
  op.storage_type = nodes[0].storage_type;
  op.storage_uuid = nodes[0].storage_uuid;
  op.allow_lazy_persist = file_.lazy_persist;
  for (size_t i = 1; i < nodes.size(); ++i) {
    op.targets.push_back(nodes[i].node);
    op.target_storage_types.push_back(nodes[i].storage_type);
    op.target_storage_uuids.push_back(nodes[i].storage_uuid);
  }
  persist_ = true;
  auto opened = Pipeline::Open(core_.config(), core_.clock(), nodes, op);
  if (auto* failure = std::get_if<PipelineFailure>(&opened)) return std::move(*failure);
  connection_ = std::move(std::get<std::unique_ptr<Pipeline>>(opened));
  silent_since_ = core_.clock().Now();
  restart_.reset();
  // Datanodes that were left out only because they restarted may be used again.
  std::erase_if(failed_, [this](const DatanodeInfo& node) {
    return restarting_.contains(node.id.uuid);
  });
  restarting_.clear();
  return std::nullopt;
}

}  // namespace cairn::client
