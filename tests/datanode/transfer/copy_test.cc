// SPDX-License-Identifier: Apache-2.0
// Replicas that go from one datanode to another: by order of the namenode, for a client's pipeline,
// and for the balancer.
#include <gtest/gtest.h>

#include "tests/datanode/transfer/test_client.h"

namespace cairn::datanode {
namespace {

class CopyTest : public ::testing::Test {
 protected:
  static DatanodeTarget TargetOf(TestDatanode& node) {
    DatanodeTarget target;
    target.node = node.info();
    return target;
  }

  TestDatanode nodes_[3];
  const std::string data_ = Pattern(400'123);
  const ExtendedBlock block_ = MakeBlock(1, 400'123);
};

TEST_F(CopyTest, NamenodesOrderReachesAllTargets) {
  WriteWhole(MakeBlock(1), {&nodes_[0]}, data_);
  ASSERT_TRUE(
      nodes_[0].server().Replicate(block_, {TargetOf(nodes_[1]), TargetOf(nodes_[2])}).ok());
  for (TestDatanode* node : {&nodes_[1], &nodes_[2]}) {
    ASSERT_TRUE(node->events().WaitForReceived(1));
    EXPECT_EQ(block_, node->events().received()[0]);
    EXPECT_EQ(data_, node->Content(block_));
    EXPECT_TRUE(node->VerifyOnDisk(block_).ok());
    EXPECT_TRUE(node->events().receiving().empty());
  }
}

TEST_F(CopyTest, TargetThatIsGoneDoesNotKeepTheOtherFromItsReplica) {
  WriteWhole(MakeBlock(1), {&nodes_[0]}, data_);
  const DatanodeTarget gone = TargetOf(nodes_[2]);
  nodes_[2].server().Stop();
  ASSERT_TRUE(nodes_[0].server().Replicate(block_, {TargetOf(nodes_[1]), gone}).ok());
  ASSERT_TRUE(nodes_[1].events().WaitForReceived(1));
  EXPECT_EQ(data_, nodes_[1].Content(block_));
}

TEST_F(CopyTest, ReplicaThatIsNotHereOrTooShortIsNotSent) {
  WriteWhole(MakeBlock(1), {&nodes_[0]}, data_);
  EXPECT_EQ(Code::kReplicaNotFound,
            nodes_[0].server().Replicate(MakeBlock(7), {TargetOf(nodes_[1])}).code());
  ExtendedBlock longer = block_;
  ++longer.block.length;
  EXPECT_EQ(Code::kCorrupt,
            nodes_[0].server().Replicate(longer, {TargetOf(nodes_[1])}).code());
  EXPECT_EQ(1u, nodes_[0].events().corrupt_local().size());
}

TEST_F(CopyTest, CorruptReplicaIsRefusedAndItsSourceReported) {
  WriteWhole(MakeBlock(1), {&nodes_[0]}, data_);
  nodes_[0].FlipByte(nodes_[0].BlockFile(block_), 200'000);
  ASSERT_TRUE(nodes_[0].server().Replicate(block_, {TargetOf(nodes_[1])}).ok());
  // The stream is over when the target serves nothing any more.
  for (int i = 0; i < 1000 && nodes_[1].events().corrupt_remote().empty(); ++i) {
    TestClient probe(nodes_[1].port());
    (void)ReadRange(probe, MakeRead(block_, 0, 1));
  }
  ASSERT_EQ(1u, nodes_[1].events().corrupt_remote().size());
  EXPECT_EQ(block_.block.id, nodes_[1].events().corrupt_remote()[0].block.id);
  EXPECT_TRUE(nodes_[1].events().received().empty());
}

wire::OpAnswer Transfer(TestDatanode& from, const ExtendedBlock& block, TestDatanode& to) {
  wire::TransferBlockOp op;
  op.block = block;
  op.client_name = "DFSClient_test";
  op.targets = {to.info()};
  op.target_storage_types = {StorageType::kDisk};
  op.target_storage_uuids = {""};
  TestClient client(from.port());
  EXPECT_TRUE(client.Send(wire::Encode(op)).ok());
  const auto answer = client.ReadAnswer();
  EXPECT_TRUE(answer.ok()) << answer.status().ToString();
  return answer.ok() ? *answer : wire::OpAnswer();
}

// HDFS-4660: the copied partial chunk must go on with the right checksum.
class TransferOfOpenBlock : public CopyTest, public ::testing::WithParamInterface<size_t> {};

TEST_P(TransferOfOpenBlock, NewDatanodeContinuesThePartialChunk) {
  const size_t first = GetParam();
  const std::string data = Pattern(first + 1500);
  {
    TestWriter writer(MakeWrite(MakeBlock(1), {&nodes_[0], &nodes_[1]}), nodes_[0]);
    writer.Write(0, data.substr(0, first));
    nodes_[1].server().Stop();
    EXPECT_TRUE(writer.client().ReadAck().ok());
  }
  ASSERT_EQ(wire::OpStatus::kSuccess, Transfer(nodes_[0], MakeBlock(1), nodes_[2]).status);
  EXPECT_EQ(ReplicaState::kRbw, nodes_[2].store().Find(kPool, block_.block.id)->state);

  wire::WriteBlockOp op = MakeWrite(MakeBlock(1), {&nodes_[0], &nodes_[2]});
  op.stage = wire::BlockConstructionStage::kPipelineSetupStreamingRecovery;
  op.latest_generation_stamp = GenerationStamp(1002);
  op.min_bytes_received = op.max_bytes_received = first;
  TestWriter writer(op, nodes_[0]);
  ASSERT_EQ(wire::OpStatus::kSuccess, writer.answer().status) << writer.answer().message;
  writer.Write(first, data.substr(first));
  writer.Close();
  const ExtendedBlock whole = MakeBlock(1, data.size(), 1002);
  for (TestDatanode* node : {&nodes_[0], &nodes_[2]}) {
    EXPECT_EQ(data, node->Content(whole));
    EXPECT_TRUE(node->VerifyOnDisk(whole).ok());
  }
}

INSTANTIATE_TEST_SUITE_P(Offsets, TransferOfOpenBlock, ::testing::Values(1024, 1025, 1535));

TEST_F(CopyTest, FinalizedReplicaIsTransferredForAnAppend) {
  WriteWhole(MakeBlock(1), {&nodes_[0]}, data_);
  ASSERT_EQ(wire::OpStatus::kSuccess, Transfer(nodes_[0], block_, nodes_[1]).status);
  EXPECT_EQ(ReplicaState::kFinalized, nodes_[1].store().Find(kPool, block_.block.id)->state);
  EXPECT_EQ(data_, nodes_[1].Content(block_));
}

TEST_F(CopyTest, TransferOfAnUnknownBlockIsAnsweredWithAnError) {
  EXPECT_EQ(wire::OpStatus::kError, Transfer(nodes_[0], block_, nodes_[1]).status);
}

TEST_F(CopyTest, BalancersMoveTakesTheReplicaAndNamesTheOneToGo) {
  WriteWhole(MakeBlock(1), {&nodes_[0]}, data_);
  wire::ReplaceBlockOp op;
  op.block = block_;
  op.delete_hint = nodes_[0].info().id.uuid;
  op.source = nodes_[0].info();
  TestClient client(nodes_[1].port());
  ASSERT_TRUE(client.Send(wire::Encode(op)).ok());
  const auto answer = client.ReadAnswer();
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(wire::OpStatus::kSuccess, answer->status) << answer->message;
  EXPECT_EQ(data_, nodes_[1].Content(block_));
  EXPECT_EQ(std::vector<std::string>{nodes_[0].info().id.uuid}, nodes_[1].events().hints());
  EXPECT_EQ(1u, nodes_[0].metrics().copy_block_ops);
}

TEST_F(CopyTest, BalancersMoveOfAnUnknownBlockIsAnsweredWithAnError) {
  wire::ReplaceBlockOp op;
  op.block = block_;
  op.source = nodes_[0].info();
  TestClient client(nodes_[1].port());
  ASSERT_TRUE(client.Send(wire::Encode(op)).ok());
  const auto answer = client.ReadAnswer();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(wire::OpStatus::kError, answer->status);
}

TEST(MovesMaxTest, MovesBeyondTheQuotaAreRefused) {
  TransferOptions options = TestDatanode::Defaults();
  options.balance_moves_max = 0;
  TestDatanode node(options);
  WriteWhole(MakeBlock(1), {&node}, "x");
  TestClient client(node.port());
  ASSERT_TRUE(client.Send(wire::Encode(wire::CopyBlockOp{MakeBlock(1, 1)})).ok());
  const auto answer = client.ReadAnswer();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(wire::OpStatus::kError, answer->status);
  EXPECT_NE(std::string::npos, answer->message.find("quota"));
}

}  // namespace
}  // namespace cairn::datanode
