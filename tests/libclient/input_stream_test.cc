// SPDX-License-Identifier: Apache-2.0
#include "libclient/input_stream.h"

#include <gtest/gtest.h>

#include <string>

#include "libclient/dfs.h"
#include "tests/libclient/fake_cluster.h"

namespace cairn::client {
namespace {

class InputStreamTest : public ::testing::Test {
 protected:
  // A file of blocks of 4,096 bytes, on the first three datanodes.
  void Store(size_t size) {
    bytes_.resize(size);
    for (size_t i = 0; i < size; ++i) bytes_[i] = static_cast<char>(i * 13 + i / 97);
    cluster_.file = {.file_length = size, .last_block_complete = true};
    for (size_t at = 0; at < size; at += FakeCluster::kBlockSize) {
      const ExtendedBlock block{
          .pool_id = FakeCluster::kPool,
          .block = {.id = BlockId(static_cast<int64_t>(100 + at)),
                    .length = std::min<uint64_t>(FakeCluster::kBlockSize, size - at),
                    .generation_stamp = GenerationStamp(1001)}};
      cluster_.blocks[block.block.id.value] = bytes_.substr(at, block.block.length);
      LocatedBlock located = cluster_.Locate(block, {0, 1, 2});
      located.offset = at;
      cluster_.file.blocks.push_back(located);
      cluster_.file.last_block = located;
    }
    auto client = Client::Connect(cluster_.Configuration(), "", "alice");
    ASSERT_TRUE(client.ok());
    client_ = std::move(*client);
  }
  std::string ReadAll(InputStream& in, size_t step) {
    std::string all;
    std::string buffer(step, '\0');
    for (;;) {
      const auto n = in.Read(buffer.data(), buffer.size());
      EXPECT_TRUE(n.ok()) << n.status().ToString();
      if (!n.ok() || *n == 0) return all;
      all.append(buffer, 0, *n);
    }
  }

  FakeCluster cluster_{4};
  std::string bytes_;
  std::unique_ptr<Client> client_;
};

TEST_F(InputStreamTest, ReadsInStepsOfAnySize) {
  Store(9999);
  for (const size_t step : {1u, 500u, 512u, 1024u, 4096u, 20000u}) {
    auto in = client_->Open("/f").value();
    EXPECT_EQ(ReadAll(*in, step), bytes_) << step;
  }
  // Connections went back to the pool: one each is enough.
  EXPECT_EQ(cluster_.connections, 1);
}

TEST_F(InputStreamTest, PositionedReadsCrossBlocksAndLeaveThePositionAlone) {
  Store(9999);
  auto in = client_->Open("/f").value();
  std::string part(6000, '\0');
  ASSERT_TRUE(in->ReadFully(3000, part.data(), part.size()).ok());
  EXPECT_EQ(part, bytes_.substr(3000, 6000));
  EXPECT_EQ(in->position(), 0u);
  EXPECT_EQ(*in->PRead(9990, part.data(), 100), 9u);
  EXPECT_EQ(*in->PRead(9999, part.data(), 100), 0u);
  EXPECT_EQ(in->ReadFully(9990, part.data(), 100).code(), Code::kEndOfFile);
}

TEST_F(InputStreamTest, SeekForwardAndBack) {
  Store(9999);
  auto in = client_->Open("/f").value();
  char byte = 0;
  for (const uint64_t at : {10u, 11u, 700u, 4000u, 4096u, 100u, 9998u, 0u}) {
    ASSERT_TRUE(in->Seek(at).ok());
    ASSERT_EQ(*in->Read(&byte, 1), 1u);
    EXPECT_EQ(byte, bytes_[at]) << at;
  }
  EXPECT_TRUE(in->Seek(9999).ok());
  EXPECT_EQ(*in->Read(&byte, 1), 0u);
  EXPECT_EQ(in->Seek(10000).code(), Code::kEndOfFile);
}

TEST_F(InputStreamTest, CorruptReplicaIsReadElsewhereAndReported) {
  Store(5000);
  cluster_.corrupt_reads["node-0"] = 1;
  auto in = client_->Open("/f").value();
  EXPECT_EQ(ReadAll(*in, 20000), bytes_);
  EXPECT_EQ(cluster_.bad_blocks, (std::vector<std::string>{"node-0"}));
  std::string part(100, '\0');
  auto other = client_->Open("/f").value();
  ASSERT_TRUE(other->ReadFully(0, part.data(), part.size()).ok());
  EXPECT_EQ(part, bytes_.substr(0, 100));
}

TEST_F(InputStreamTest, AllReplicasCorruptIsAnErrorThatIsNotReported) {
  Store(5000);
  for (const char* node : {"node-0", "node-1", "node-2"}) cluster_.corrupt_reads[node] = 1;
  auto in = client_->Open("/f").value();
  std::string buffer(5000, '\0');
  const auto n = in->Read(buffer.data(), buffer.size());
  EXPECT_EQ(n.status().code(), Code::kChecksum) << n.status().ToString();
  EXPECT_NE(n.status().message().find("file=/f"), std::string::npos);
  EXPECT_TRUE(cluster_.bad_blocks.empty());
}

TEST_F(InputStreamTest, CorruptDataIsGivenWhenNobodyWantsVerification) {
  Store(1000);
  for (const char* node : {"node-0", "node-1", "node-2"}) cluster_.corrupt_reads[node] = 1;
  auto in = client_->Open("/f", {.verify_checksums = false}).value();
  EXPECT_EQ(ReadAll(*in, 5000).size(), bytes_.size());
}

TEST_F(InputStreamTest, UnreachableDatanodeIsPassedOver) {
  Store(5000);
  for (LocatedBlock& block : cluster_.file.blocks) block.locations[0].node.id.transfer_port = 1;
  auto in = client_->Open("/f").value();
  EXPECT_EQ(ReadAll(*in, 20000), bytes_);
  EXPECT_TRUE(cluster_.bad_blocks.empty());
}

TEST_F(InputStreamTest, ShortReplicaIsPassedOver) {
  Store(3000);
  cluster_.blocks[100].resize(2000);
  auto in = client_->Open("/f").value();
  std::string buffer(3000, '\0');
  EXPECT_FALSE(in->ReadFully(0, buffer.data(), buffer.size()).ok());
}

TEST_F(InputStreamTest, BlocksTellsWhereTheyAre) {
  Store(9999);
  auto in = client_->Open("/f").value();
  const auto blocks = in->Blocks();
  ASSERT_TRUE(blocks.ok());
  ASSERT_EQ(blocks->size(), 3u);
  EXPECT_EQ((*blocks)[2].offset, 8192u);
}

}  // namespace
}  // namespace cairn::client
