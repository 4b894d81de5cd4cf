// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

#include "common/io/disk.h"
#include "datanode/agent/agent.h"
#include "tests/datanode/agent/fake_namenode.h"
#include "tests/fakes/temp_dir.h"

namespace cairn::datanode {

inline ExtendedBlock MakeBlock(int64_t id, uint64_t length = 0, uint64_t stamp = 1001) {
  return {kPool, Block{BlockId((1LL << 30) + id), length, GenerationStamp(stamp)}};
}

// An agent with a real store and a real transfer server.
class TestAgent {
 public:
  static AgentOptions Options(std::vector<net::HostPort> namenodes) {
    AgentOptions options;
    options.namenodes = std::move(namenodes);
    options.user = "tester";
    options.host_name = "dn.example";
    options.heartbeat_interval = std::chrono::milliseconds(20);
    options.pool_ready_limit = std::chrono::milliseconds(50);
    options.retry_first = std::chrono::milliseconds(5);
    options.retry_max = std::chrono::milliseconds(20);
    return options;
  }

  explicit TestAgent(const AgentOptions& options) : agent_(options, clock_, random_) {
    StoreOptions store_options;
    for (const char* name : {"/v1", "/v2"}) {
      store_options.directories.push_back({StorageType::kDisk, dir_.path() + name});
    }
    store_options.spare_bytes = 0;
    auto store = ReplicaStore::Open(disk_, clock_, store_options, agent_);
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    store_ = std::move(*store);
    TransferOptions transfer_options;
    transfer_options.listen_host = "127.0.0.1";
    transfer_options.listen_port = 0;
    transfer_ = std::make_unique<TransferServer>(
        TransferServer::Collaborators{*store_, agent_, clock_, metrics_}, transfer_options);
    EXPECT_TRUE(transfer_->Start().ok());
  }
  ~TestAgent() { Stop(); }

  void Start() {
    agent_.Start({.store = *store_,
                  .transfer = *transfer_,
                  .scanner = nullptr,
                  .id = {.ip = "0.0.0.0",
                         .host_name = "dn.example",
                         .uuid = store_->datanode_uuid(),
                         .transfer_port = transfer_->port(),
                         .http_port = 3,
                         .https_port = 0,
                         .ipc_port = 2},
                  .on_end = [this](const Status& why) { ended_.set_value(why); }});
  }
  void Stop() {
    transfer_->Stop();
    agent_.Stop();
  }
  // Ok when it has not ended after ten seconds.
  Status WaitForEnd() {
    auto future = ended_.get_future();
    if (future.wait_for(std::chrono::seconds(10)) != std::future_status::ready) return Status();
    return future.get();
  }

  // A finalized replica of `data`.
  ExtendedBlock AddReplica(int64_t id, const std::string& data) {
    auto writer = store_->CreateRbw(MakeBlock(id), {}, {.checksum = {}});
    EXPECT_TRUE(writer.ok()) << writer.status().ToString();
    EXPECT_TRUE((*writer)->WritePacket(0, data, "").ok());
    const auto done = store_->Finalize(**writer, false);
    EXPECT_TRUE(done.ok()) << done.status().ToString();
    return done->block;
  }
  // A replica of `data` that is being written; its writer has gone.
  ExtendedBlock AddOpenReplica(int64_t id, const std::string& data) {
    auto writer = store_->CreateRbw(MakeBlock(id), {}, {.checksum = {}});
    EXPECT_TRUE(writer.ok()) << writer.status().ToString();
    EXPECT_TRUE((*writer)->WritePacket(0, data, "").ok());
    return {kPool, (*writer)->block()};
  }
  std::string StorageId(size_t volume = 0) { return store_->Volumes()[volume]->storage_uuid(); }

  DatanodeAgent& agent() { return agent_; }
  ReplicaStore& store() { return *store_; }
  TransferServer& transfer() { return *transfer_; }
  std::string root(const std::string& name) const { return dir_.path() + name; }

 private:
  TempDir dir_;
  io::PosixDisk disk_;
  SystemClock clock_;
  SeededRandom random_{1};
  TransferMetrics metrics_;
  std::promise<Status> ended_;
  DatanodeAgent agent_;
  std::unique_ptr<ReplicaStore> store_;
  std::unique_ptr<TransferServer> transfer_;
};

class AgentTest : public ::testing::Test {
 protected:
  using Changes = std::vector<FakeNamenode::Change>;
  static constexpr int kReceiving = 1;
  static constexpr int kReceived = 2;
  static constexpr int kDeleted = 3;
  static int64_t IdOf(int64_t id) { return MakeBlock(id).block.id.value; }

  // Until the datanode is registered and its first full report has been sent.
  void StartAndSettle() {
    datanode_.Start();
    ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 1));
  }

  FakeNamenode namenode_;
  TestAgent datanode_{TestAgent::Options({namenode_.address()})};
};

}  // namespace cairn::datanode
