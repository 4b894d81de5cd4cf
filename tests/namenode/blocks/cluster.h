// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/util/random.h"
#include "namenode/blocks/block_manager.h"
#include "tests/fakes/fake_clock.h"

namespace cairn::namenode {

// Datanodes with one volume each, played by a test, and the block manager that they report to.
class Cluster : public ::testing::Test {
 protected:
  static constexpr uint64_t kGiB = 1ULL << 30;
  static constexpr InodeId kFile{16390};

  explicit Cluster(BlockManagerOptions options = {}) : options_(options) {
    manager_.SetLastGenerationStamp(GenerationStamp(5000));
  }

  struct Node {
    DatanodeId id;
    DatanodeStorage storage;
    DatanodeIndex index;
  };

  static DatanodeId IdOf(int n) {
    DatanodeId id;
    id.ip = "10.0.0." + std::to_string(n);
    id.host_name = "dn" + std::to_string(n);
    id.uuid = "uuid-" + std::to_string(n);
    id.transfer_port = 9866;
    return id;
  }

  // Registers datanode `n` and lets it heartbeat.
  Node Start(int n, const std::string& rack = "/default-rack") {
    Node node{IdOf(n), {"DS-" + std::to_string(n), StorageState::kNormal, StorageType::kDisk}, {}};
    Result<DatanodeIndex> index = manager_.RegisterDatanode({node.id, rack, "3.5.0"});
    EXPECT_TRUE(index.ok()) << index.status().ToString();
    node.index = *index;
    Beat(node);
    return node;
  }

  // Starts datanodes 1 to `count`, which hold nothing.
  void StartEmpty(int count) {
    for (int n = 1; n <= count; ++n) {
      nodes_.push_back(Start(n));
      Report(nodes_.back(), {});
    }
  }

  HeartbeatArgs BeatArgs(const Node& node, uint64_t remaining = 100 * kGiB) const {
    HeartbeatArgs args;
    args.id = node.id;
    StorageReport report;
    report.storage = node.storage;
    report.capacity = 200 * kGiB;
    report.remaining = remaining;
    args.storages.push_back(report);
    return args;
  }
  std::vector<DatanodeCommand> Beat(const Node& node) {
    Result<BlockManager::HeartbeatReply> reply = manager_.Heartbeat(BeatArgs(node));
    EXPECT_TRUE(reply.ok()) << reply.status().ToString();
    return reply.ok() ? reply->commands : std::vector<DatanodeCommand>();
  }
  template <typename Command>
  std::optional<Command> BeatFor(const Node& node) {
    for (DatanodeCommand& command : Beat(node)) {
      if (auto* wanted = std::get_if<Command>(&command)) return *wanted;
    }
    return std::nullopt;
  }

  void Report(const Node& node, std::vector<ReportedBlock> lines) {
    ReportedBlockList list(std::move(lines));
    BlockManager::FullReportArgs args;
    args.id = node.id;
    args.storage = node.storage;
    Result<std::unique_ptr<FullReport>> report = manager_.BeginFullReport(args, list);
    ASSERT_TRUE(report.ok()) << report.status().ToString();
    if (*report == nullptr) return;
    for (;;) {
      Result<bool> more = (*report)->Step(3);
      ASSERT_TRUE(more.ok()) << more.status().ToString();
      if (!*more) return;
    }
  }
  void Tell(const Node& node, ReceivedStatus status, const Block& block,
            const std::string& hint = "") {
    const ReceivedDeletedBlock line{block, status, hint};
    ASSERT_TRUE(manager_.IncrementalReport(node.id, node.storage, {&line, 1}).ok());
  }
  void Receive(const Node& node, const Block& block, const std::string& hint = "") {
    Tell(node, ReceivedStatus::kReceived, block, hint);
  }

  StorageIndex Place(const Node& node) const {
    return manager_.datanodes().FindStorage(node.index, node.storage.uuid);
  }
  std::vector<StorageIndex> Places(const std::vector<Node>& nodes) const {
    std::vector<StorageIndex> places;
    for (const Node& node : nodes) places.push_back(Place(node));
    return places;
  }

  static Block MakeBlock(int64_t n, uint64_t length = 1000, uint64_t stamp = 1001) {
    return {BlockId((1LL << 30) + n), length, GenerationStamp(stamp)};
  }
  // A complete block that these datanodes hold.
  Block AddComplete(int64_t n, const std::vector<Node>& holders, uint16_t replication = 3) {
    const Block block = MakeBlock(n);
    EXPECT_TRUE(manager_.AddBlock(kFile, block, replication, BlockState::kComplete).ok());
    for (const Node& node : holders) Receive(node, block);
    return block;
  }

  // Lets `ms` pass with heartbeats of the given datanodes, and ticks.
  void Pass(std::chrono::milliseconds by, const std::vector<Node>& alive) {
    for (auto left = by; left.count() > 0; left -= std::chrono::seconds(60)) {
      clock_.Advance(std::min<std::chrono::milliseconds>(left, std::chrono::seconds(60)));
      for (const Node& node : alive) KeepAlive(node);
      Tick();
      for (const Node& node : alive) KeepAlive(node);
    }
  }
  // A heartbeat whose commands are kept for the test to look at.
  void KeepAlive(const Node& node) {
    for (DatanodeCommand& command : Beat(node)) taken_[node.id.uuid].push_back(command);
  }
  // What datanodes were told to delete in heartbeats of Pass, and to copy.
  std::vector<Block> DeletionsOf(const Node& node) {
    std::vector<Block> blocks;
    for (const DatanodeCommand& command : taken_[node.id.uuid]) {
      if (auto* invalidate = std::get_if<InvalidateCommand>(&command)) {
        blocks.insert(blocks.end(), invalidate->blocks.begin(), invalidate->blocks.end());
      }
    }
    return blocks;
  }
  std::vector<TransferCommand::Item> CopiesOf(const Node& node) {
    std::vector<TransferCommand::Item> items;
    for (const DatanodeCommand& command : taken_[node.id.uuid]) {
      if (auto* transfer = std::get_if<TransferCommand>(&command)) {
        items.insert(items.end(), transfer->items.begin(), transfer->items.end());
      }
    }
    return items;
  }
  void Tick() {
    while (manager_.Tick()) {
    }
  }

  BlockState StateOf(const Block& block) const { return manager_.Find(block.id)->state; }
  size_t CorruptOf(const Block& block) const {
    size_t count = 0;
    for (const auto& view : manager_.Replicas(block.id)) count += view.corrupt;
    return count;
  }

  const BlockManagerOptions options_;
  FakeClock clock_;
  SeededRandom random_{7};
  BlockManager manager_{options_, clock_, random_, nullptr};
  std::vector<Node> nodes_;
  std::map<std::string, std::vector<DatanodeCommand>> taken_;
};

}  // namespace cairn::namenode
