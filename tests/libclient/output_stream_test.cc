// SPDX-License-Identifier: Apache-2.0
#include "libclient/output_stream.h"

#include <gtest/gtest.h>

#include <string>

#include "libclient/dfs.h"
#include "tests/libclient/fake_cluster.h"

namespace cairn::client {
namespace {

using wire::BlockConstructionStage;
using wire::OpStatus;

std::string Pattern(size_t n) {
  std::string bytes(n, '\0');
  for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<char>(i * 7 + i / 251);
  return bytes;
}

class OutputStreamTest : public ::testing::Test {
 protected:
  void Connect(std::initializer_list<std::pair<const char*, const char*>> settings = {}) {
    config::Configuration configuration = cluster_.Configuration();
    for (const auto& [key, value] : settings) configuration.Set(key, value);
    auto client = Client::Connect(configuration, "", "alice");
    ASSERT_TRUE(client.ok()) << client.status().ToString();
    client_ = std::move(*client);
  }
  // Creates, writes and closes.
  Status Put(std::string_view bytes) {
    CAIRN_ASSIGN(const std::unique_ptr<OutputStream> out, client_->Create("/f"));
    CAIRN_TRY(out->Write(bytes));
    return out->Close();
  }
  std::string Stored() const {
    std::string all;
    for (const auto& [id, bytes] : cluster_.blocks) all += bytes;
    return all;
  }

  FakeCluster cluster_{4};
  std::unique_ptr<Client> client_;
};

TEST_F(OutputStreamTest, EverySizeArrives) {
  Connect();
  for (const size_t size : {0u, 1u, 511u, 512u, 513u, 1023u, 1024u, 1025u, 4095u, 4096u, 4097u,
                            8192u, 10000u}) {
    cluster_.blocks.clear();
    ASSERT_TRUE(Put(Pattern(size)).ok());
    EXPECT_EQ(Stored(), Pattern(size)) << size;
    EXPECT_EQ(cluster_.completed.has_value(), size > 0);
    if (cluster_.completed) {
      EXPECT_EQ(cluster_.completed->block.length, (size - 1) % 4096 + 1);
    }
  }
  EXPECT_EQ(cluster_.CallsOf("updatePipeline"), 0);
}

TEST_F(OutputStreamTest, SmallWritesFillPacketsOfWholeChunks) {
  Connect();
  auto out = client_->Create("/f").value();
  const std::string bytes = Pattern(3000);
  for (size_t at = 0; at < bytes.size(); at += 7) ASSERT_TRUE(out->Write(bytes.substr(at, 7)).ok());
  ASSERT_TRUE(out->Close().ok());
  EXPECT_EQ(Stored(), bytes);
  ASSERT_EQ(cluster_.packets.size(), 4u);
  EXPECT_EQ(cluster_.packets[1].header.offset_in_block, 1024);
  EXPECT_EQ(cluster_.packets[2].header.data_bytes, 952u);
  EXPECT_TRUE(cluster_.packets[3].header.last_in_block);
  EXPECT_EQ(cluster_.packets[3].header.offset_in_block, 3000);
}

TEST_F(OutputStreamTest, DatanodeThatAnswersAnErrorIsLeftOut) {
  Connect();
  cluster_.scripts = {
      {.fail_at = 1, .replies = {OpStatus::kSuccess, OpStatus::kError, OpStatus::kSuccess}}};
  ASSERT_TRUE(Put(Pattern(3000)).ok());
  EXPECT_EQ(Stored(), Pattern(3000));
  EXPECT_EQ(cluster_.last_pipeline, (std::vector<std::string>{"node-0", "node-2"}));
  ASSERT_EQ(cluster_.writes.size(), 2u);
  const wire::WriteBlockOp& again = cluster_.writes[1];
  EXPECT_EQ(again.stage, BlockConstructionStage::kPipelineSetupStreamingRecovery);
  EXPECT_EQ(again.latest_generation_stamp.value, 1002u);
  EXPECT_EQ(again.block.block.generation_stamp.value, 1001u);
  EXPECT_EQ(again.min_bytes_received, 1024u);
  EXPECT_GE(again.max_bytes_received, 2048u);
  EXPECT_EQ(cluster_.completed->block.generation_stamp.value, 1002u);
}

TEST_F(OutputStreamTest, FurthestFailureDownstreamCounts) {
  Connect();
  cluster_.scripts = {
      {.fail_at = 0, .replies = {OpStatus::kSuccess, OpStatus::kError, OpStatus::kError}}};
  ASSERT_TRUE(Put(Pattern(100)).ok());
  EXPECT_EQ(cluster_.last_pipeline, (std::vector<std::string>{"node-0", "node-1"}));
}

TEST_F(OutputStreamTest, BrokenConnectionBlamesTheFirstDatanode) {
  Connect();
  cluster_.scripts = {{.fail_at = 2}};
  ASSERT_TRUE(Put(Pattern(4000)).ok());
  EXPECT_EQ(Stored(), Pattern(4000));
  EXPECT_EQ(cluster_.last_pipeline, (std::vector<std::string>{"node-1", "node-2"}));
}

TEST_F(OutputStreamTest, FailureDuringRecoveryIsRecoveredFrom) {
  Connect();
  cluster_.scripts = {{.fail_at = 2}, {.fail_at = 0}, {}};
  ASSERT_TRUE(Put(Pattern(4000)).ok());
  EXPECT_EQ(Stored(), Pattern(4000));
  // Two of three are gone, so the fourth takes a place: half of them or fewer were left.
  EXPECT_EQ(cluster_.last_pipeline, (std::vector<std::string>{"node-2", "node-3"}));
  ASSERT_EQ(cluster_.transfers.size(), 1u);
  EXPECT_EQ(cluster_.transfers[0].targets[0].id.uuid, "node-3");
}

TEST_F(OutputStreamTest, LastDatanodeGoneEndsTheWrite) {
  Connect();
  cluster_.addblock_nodes = {0};
  cluster_.scripts = {{.fail_at = 0}};
  const Status status = Put(Pattern(100));
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("/f"), std::string::npos);
  EXPECT_NE(status.message().find("are bad"), std::string::npos) << status.message();
}

TEST_F(OutputStreamTest, DatanodeThatCannotBeSetUpIsExcludedFromTheNextTry) {
  Connect();
  cluster_.scripts = {{.setup = wire::OpAnswer{
                           .status = OpStatus::kError,
                           .first_bad_link = cluster_.node(1).id.TransferAddress()}}};
  ASSERT_TRUE(Put(Pattern(100)).ok());
  EXPECT_EQ(cluster_.CallsOf("abandonBlock"), 1);
  EXPECT_EQ(cluster_.excluded, (std::vector<std::string>{"node-1"}));
  EXPECT_EQ(Stored(), Pattern(100));
}

TEST_F(OutputStreamTest, FailureOfTheLastPacketClosesByTheRecoveryItself) {
  Connect();
  cluster_.scripts = {{.fail_at = 1}};
  ASSERT_TRUE(Put(Pattern(100)).ok());
  ASSERT_EQ(cluster_.writes.size(), 2u);
  EXPECT_EQ(cluster_.writes[1].stage, BlockConstructionStage::kPipelineCloseRecovery);
  EXPECT_EQ(cluster_.completed->block.generation_stamp.value, 1002u);
  EXPECT_EQ(cluster_.completed->block.length, 100u);
}

TEST_F(OutputStreamTest, OnlyDatanodeThatRestartsIsWaitedFor) {
  Connect({{"dfs.client.block.write.replace-datanode-on-failure.policy", "NEVER"}});
  cluster_.addblock_nodes = {0};
  cluster_.scripts = {{.fail_at = 0, .replies = {OpStatus::kOobRestart}}};
  ASSERT_TRUE(Put(Pattern(100)).ok());
  EXPECT_EQ(cluster_.last_pipeline, (std::vector<std::string>{"node-0"}));
  EXPECT_EQ(Stored(), Pattern(100));
}

TEST_F(OutputStreamTest, PolicyAlwaysReplacesAFailedDatanode) {
  Connect({{"dfs.client.block.write.replace-datanode-on-failure.policy", "ALWAYS"}});
  cluster_.scripts = {{.fail_at = 1}};
  ASSERT_TRUE(Put(Pattern(3000)).ok());
  EXPECT_EQ(cluster_.last_pipeline, (std::vector<std::string>{"node-1", "node-2", "node-3"}));
}

TEST_F(OutputStreamTest, NoReplacementLeftFailsUnlessBestEffort) {
  cluster_.scripts = {{.fail_at = 1}, {.fail_at = 0}};
  Connect({{"dfs.client.block.write.replace-datanode-on-failure.policy", "ALWAYS"}});
  EXPECT_NE(Put(Pattern(3000)).message().find("no more good datanodes"), std::string::npos);

  cluster_.blocks.clear();
  cluster_.scripts = {{.fail_at = 1}, {.fail_at = 0}};
  Connect({{"dfs.client.block.write.replace-datanode-on-failure.policy", "ALWAYS"},
           {"dfs.client.block.write.replace-datanode-on-failure.best-effort", "true"}});
  EXPECT_TRUE(Put(Pattern(3000)).ok());
  EXPECT_EQ(Stored(), Pattern(3000));
}

TEST_F(OutputStreamTest, RecoveriesWithoutProgressEnd) {
  Connect({{"dfs.client.pipeline.recovery.max-retries", "1"},
           {"dfs.client.block.write.replace-datanode-on-failure.policy", "NEVER"}});
  cluster_.scripts = {{.fail_at = 0}, {.fail_at = 0}};
  EXPECT_NE(Put(Pattern(100)).message().find("without success"), std::string::npos);
}

TEST_F(OutputStreamTest, UnfinishedChunkIsSentAgainAfterAFlush) {
  Connect();
  auto out = client_->Create("/f").value();
  const std::string bytes = Pattern(1500);
  ASSERT_TRUE(out->Write(bytes.substr(0, 600)).ok());
  ASSERT_TRUE(out->Hflush().ok());
  EXPECT_EQ(Stored(), bytes.substr(0, 600));
  EXPECT_EQ(out->CurrentReplicas(), 3);
  ASSERT_TRUE(out->Hflush().ok());  // Nothing new: nothing is sent.
  ASSERT_EQ(cluster_.packets.size(), 1u);
  ASSERT_TRUE(out->Write(bytes.substr(600)).ok());
  ASSERT_TRUE(out->Close().ok());
  EXPECT_EQ(Stored(), bytes);
  EXPECT_EQ(cluster_.packets[1].header.offset_in_block, 512);
  EXPECT_EQ(cluster_.CallsOf("fsync"), 1);
}

TEST_F(OutputStreamTest, CloseDoesNotRepeatWhatAFlushHasSent) {
  Connect();
  auto out = client_->Create("/f").value();
  ASSERT_TRUE(out->Write(Pattern(100)).ok());
  ASSERT_TRUE(out->Hflush().ok());
  ASSERT_TRUE(out->Close().ok());
  ASSERT_EQ(cluster_.packets.size(), 2u);
  EXPECT_TRUE(cluster_.packets[1].header.last_in_block);
  EXPECT_EQ(cluster_.completed->block.length, 100u);
}

TEST_F(OutputStreamTest, SyncMarksItsPacketAndIsSentEvenWithoutData) {
  Connect();
  auto out = client_->Create("/f").value();
  ASSERT_TRUE(out->Write(Pattern(1024)).ok());  // A full packet: on its way without the mark.
  ASSERT_TRUE(out->Hsync({.update_length = true}).ok());
  ASSERT_EQ(cluster_.packets.size(), 2u);
  EXPECT_FALSE(cluster_.packets[0].header.sync_block);
  EXPECT_TRUE(cluster_.packets[1].header.sync_block);
  EXPECT_EQ(cluster_.packets[1].header.data_bytes, 0u);
  EXPECT_EQ(cluster_.packets[1].header.offset_in_block, 1024);
  ASSERT_TRUE(out->Close().ok());
}

TEST_F(OutputStreamTest, SyncCanEndTheBlock) {
  Connect();
  auto out = client_->Create("/f").value();
  ASSERT_TRUE(out->Write(Pattern(700)).ok());
  ASSERT_TRUE(out->Hsync({.end_block = true}).ok());
  ASSERT_TRUE(out->Write(Pattern(10)).ok());
  ASSERT_TRUE(out->Close().ok());
  EXPECT_EQ(cluster_.blocks.size(), 2u);
  EXPECT_EQ(Stored(), Pattern(700) + Pattern(10));
}

TEST_F(OutputStreamTest, AppendFillsTheChunkFirst) {
  Connect();
  const ExtendedBlock block{.pool_id = FakeCluster::kPool,
                            .block = {.id = BlockId(77), .length = 700,
                                      .generation_stamp = GenerationStamp(900)}};
  cluster_.blocks[77] = Pattern(700);
  cluster_.appended_to = cluster_.Locate(block, {0, 1, 2});
  auto out = client_->Append("/f").value();
  EXPECT_EQ(out->position(), 700u);
  ASSERT_TRUE(out->Write(Pattern(3000).substr(700, 50)).ok());
  ASSERT_TRUE(out->Hflush().ok());
  ASSERT_TRUE(out->Write(Pattern(3000).substr(750)).ok());
  ASSERT_TRUE(out->Close().ok());
  EXPECT_EQ(Stored(), Pattern(3000));
  EXPECT_EQ(cluster_.writes[0].stage, BlockConstructionStage::kPipelineSetupAppend);
  EXPECT_EQ(cluster_.writes[0].min_bytes_received, 700u);
  EXPECT_EQ(cluster_.packets[0].header.offset_in_block, 700);
  EXPECT_EQ(cluster_.packets[0].header.data_bytes, 50u);
  EXPECT_EQ(cluster_.packets[1].header.offset_in_block, 700);
  EXPECT_EQ(cluster_.packets[1].header.data_bytes, 324u);
  EXPECT_EQ(cluster_.packets[2].header.offset_in_block, 1024);
}

TEST_F(OutputStreamTest, TooFewReplicasAreWaitedForWhenABlockIsAddedAndAtTheEnd) {
  Connect();
  auto out = client_->Create("/f").value();
  cluster_.not_yet = 2;
  ASSERT_TRUE(out->Write(Pattern(2000)).ok());
  EXPECT_EQ(cluster_.CallsOf("addBlock"), 3);
  cluster_.not_yet = 2;
  ASSERT_TRUE(out->Close().ok());
  EXPECT_EQ(cluster_.CallsOf("complete"), 3);
}

TEST_F(OutputStreamTest, ErrorStaysAndCloseGivesIt) {
  Connect();
  cluster_.addblock_nodes = {0};
  cluster_.scripts = {{.fail_at = 0}};
  auto out = client_->Create("/f").value();
  ASSERT_TRUE(out->Write(Pattern(100)).ok());
  const Status status = out->Hflush();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(out->Write(Pattern(1)).message(), status.message());
  EXPECT_EQ(out->Close().message(), status.message());
  EXPECT_TRUE(out->Close().ok());
  EXPECT_EQ(cluster_.CallsOf("complete"), 0);
}

TEST_F(OutputStreamTest, IdlePipelineGetsHeartbeatsAndGoesOn) {
  Connect({{"dfs.client.socket-timeout", "200ms"}});
  auto out = client_->Create("/f").value();
  ASSERT_TRUE(out->Write(Pattern(100)).ok());
  ASSERT_TRUE(out->Hflush().ok());
  cluster_.WaitForHeartbeats(2);
  ASSERT_TRUE(out->Write(Pattern(200).substr(100)).ok());
  ASSERT_TRUE(out->Close().ok());
  EXPECT_EQ(Stored(), Pattern(200));
  EXPECT_EQ(cluster_.CallsOf("updatePipeline"), 0);
}

TEST_F(OutputStreamTest, AbortLeavesTheFileOpen) {
  Connect();
  auto out = client_->Create("/f").value();
  ASSERT_TRUE(out->Write(Pattern(2000)).ok());
  out->Abort();
  EXPECT_EQ(out->Write(Pattern(1)).code(), Code::kCancelled);
  out.reset();
  EXPECT_EQ(cluster_.CallsOf("complete"), 0);
}

}  // namespace
}  // namespace cairn::client
