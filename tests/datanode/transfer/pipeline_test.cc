// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <thread>

#include "tests/datanode/transfer/test_client.h"

namespace cairn::datanode {
namespace {

class PipelineTest : public ::testing::Test {
 protected:
  std::vector<TestDatanode*> all() { return {&nodes_[0], &nodes_[1], &nodes_[2]}; }

  TestDatanode nodes_[3];
};

TEST_F(PipelineTest, ThreeReplicasAreTheSame) {
  const std::string data = Pattern(700'123);
  const ExtendedBlock block = MakeBlock(1);
  WriteWhole(block, all(), data);
  for (TestDatanode& node : nodes_) {
    ASSERT_TRUE(node.events().WaitForReceived(1));
    EXPECT_EQ(data, node.Content(block));
    EXPECT_TRUE(node.VerifyOnDisk(block).ok());
  }
}

TEST_F(PipelineTest, ManyPacketsUnderWayAreAcknowledgedInOrder) {
  TestWriter writer(MakeWrite(MakeBlock(1), all()), nodes_[0]);
  const std::string piece = Pattern(5120);
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(writer.Send({.offset = i * 5120ull, .data = piece}).ok());
  }
  for (int i = 0; i < 60; ++i) writer.ExpectAck(i);
  writer.set_end(60 * 5120);
  writer.Close();
}

TEST_F(PipelineTest, PacketsThatComeAtOnceAreAllPassedOnAndAcknowledged) {
  TestWriter writer(MakeWrite(MakeBlock(1), all()), nodes_[0]);
  const std::string data = Pattern(3'000'000);
  const std::string_view view = data;
  // More than a datanode holds, by a sender that never waits for it.
  std::thread sender([&] {
    std::string bytes;
    for (size_t at = 0; at < data.size(); at += 64'512) {
      bytes += MakePacket({.seqno = static_cast<int64_t>(at / 64'512), .offset = at,
                           .data = std::string(view.substr(at, 64'512))});
    }
    ASSERT_TRUE(writer.client().Send(bytes).ok());
  });
  const int64_t packets = static_cast<int64_t>((data.size() + 64'511) / 64'512);
  for (int64_t seqno = 0; seqno < packets; ++seqno) writer.ExpectAck(seqno);
  sender.join();
  for (TestDatanode& node : nodes_) {
    EXPECT_EQ(3'000'000u, *node.store().VisibleLength(MakeBlock(1)));
    EXPECT_EQ(data, ReadWhole(node, MakeBlock(1), data.size()));
  }
}

TEST_F(PipelineTest, OnlyWhatAllHaveIsVisible) {
  TestWriter writer(MakeWrite(MakeBlock(1), all()), nodes_[0]);
  writer.Write(0, Pattern(1500));
  for (TestDatanode& node : nodes_) {
    EXPECT_EQ(1500u, *node.store().VisibleLength(MakeBlock(1)));
    EXPECT_EQ(Pattern(1500), ReadWhole(node, MakeBlock(1), 1500));
  }
}

TEST_F(PipelineTest, DatanodeThatCannotBeReachedIsNamed) {
  nodes_[2].server().Stop();
  TestWriter writer(MakeWrite(MakeBlock(1), all()), nodes_[0]);
  EXPECT_EQ(wire::OpStatus::kError, writer.answer().status);
  EXPECT_EQ(nodes_[2].info().id.TransferAddress(), writer.answer().first_bad_link);
}

TEST_F(PipelineTest, DatanodeThatRefusesTheSetUpIsNamed) {
  const TestWriter other(MakeWrite(MakeBlock(1), {&nodes_[1]}), nodes_[1]);
  TestWriter writer(MakeWrite(MakeBlock(1), all()), nodes_[0]);
  EXPECT_EQ(wire::OpStatus::kError, writer.answer().status);
  EXPECT_EQ(nodes_[1].info().id.TransferAddress(), writer.answer().first_bad_link);
}

// What the client learns when one datanode of three dies while data flows.
class LostDatanode : public PipelineTest, public ::testing::WithParamInterface<size_t> {};

TEST_P(LostDatanode, IsTheOneThatTheErrorPointsAt) {
  const size_t lost = GetParam();
  TestWriter writer(MakeWrite(MakeBlock(1), all()), nodes_[0]);
  writer.Write(0, Pattern(2048));
  nodes_[lost].server().Stop();
  // The first datanode's end is the end of the client's own stream.
  (void)writer.client().Send(MakePacket({.seqno = 1, .offset = 2048, .data = Pattern(512)}));
  const auto ack = writer.client().ReadAck();
  if (lost == 0) {
    EXPECT_FALSE(ack.ok());
    return;
  }
  ASSERT_TRUE(ack.ok()) << ack.status().ToString();
  EXPECT_EQ(wire::kUnknownSeqno, ack->seqno);
  ASSERT_EQ(lost + 1, ack->replies.size());
  for (size_t i = 0; i < lost; ++i) EXPECT_EQ(wire::OpStatus::kSuccess, ack->replies[i].status);
  EXPECT_EQ(wire::OpStatus::kError, ack->replies[lost].status);
  // What was acknowledged is still there with the others.
  EXPECT_EQ(2048u, *nodes_[0].store().VisibleLength(MakeBlock(1)));
}

INSTANTIATE_TEST_SUITE_P(EachPlace, LostDatanode, ::testing::Values(0, 1, 2));

TEST_F(PipelineTest, RebuiltWithoutTheLostDatanodeTheBlockIsWhole) {
  const std::string data = Pattern(5000);
  {
    TestWriter writer(MakeWrite(MakeBlock(1), all()), nodes_[0]);
    writer.Write(0, data.substr(0, 2100));
    nodes_[1].server().Stop();
    const auto ack = writer.client().ReadAck();
    ASSERT_TRUE(ack.ok());
    EXPECT_FALSE(ack->AllSuccess());
  }
  wire::WriteBlockOp op = MakeWrite(MakeBlock(1), {&nodes_[0], &nodes_[2]});
  op.stage = wire::BlockConstructionStage::kPipelineSetupStreamingRecovery;
  op.latest_generation_stamp = GenerationStamp(1002);
  op.min_bytes_received = 2100;
  op.max_bytes_received = 2100;
  TestWriter writer(op, nodes_[0]);
  ASSERT_EQ(wire::OpStatus::kSuccess, writer.answer().status) << writer.answer().message;
  writer.Write(2100, data.substr(2100));
  writer.Close();
  for (TestDatanode* node : {&nodes_[0], &nodes_[2]}) {
    EXPECT_EQ(data, node->Content(MakeBlock(1, 5000, 1002)));
    EXPECT_TRUE(node->VerifyOnDisk(MakeBlock(1, 5000, 1002)).ok());
  }
}

// HDFS-3875: bytes that turned bad on their way to the first datanode are found by the last. The
// one that handed them over is blamed, not the one that found them.
TEST_F(PipelineTest, CorruptDataBlamesTheSenderNotTheFinder) {
  TestWriter writer(MakeWrite(MakeBlock(1), all()), nodes_[0]);
  writer.Write(0, Pattern(1024));
  std::string packet = MakePacket({.seqno = 1, .offset = 1024, .data = Pattern(3000)});
  packet.back() = static_cast<char>(packet.back() ^ 1);
  ASSERT_TRUE(writer.client().Send(packet).ok());
  const auto ack = writer.client().ReadAck();
  ASSERT_TRUE(ack.ok()) << ack.status().ToString();
  ASSERT_EQ(2u, ack->replies.size());
  EXPECT_EQ(wire::OpStatus::kSuccess, ack->replies[0].status);
  EXPECT_EQ(wire::OpStatus::kError, ack->replies[1].status);  // The sender to the last one.
  // Nothing of it may ever be read.
  for (TestDatanode& node : nodes_) {
    EXPECT_EQ(1024u, *node.store().VisibleLength(MakeBlock(1)));
  }
}

TEST_F(PipelineTest, SenderOfCorruptDataToTheOnlyOtherDatanodeBlamesItself) {
  TestWriter writer(MakeWrite(MakeBlock(1), {&nodes_[0], &nodes_[1]}), nodes_[0]);
  std::string packet = MakePacket({.seqno = 0, .offset = 0, .data = Pattern(3000)});
  packet.back() = static_cast<char>(packet.back() ^ 1);
  ASSERT_TRUE(writer.client().Send(packet).ok());
  // No answer: the client takes the first datanode for the bad one.
  EXPECT_FALSE(writer.client().ReadAck().ok());
}

TEST_F(PipelineTest, RestartIsAnnouncedFromWhereItHappens) {
  TestWriter writer(MakeWrite(MakeBlock(1), all()), nodes_[0]);
  writer.Write(0, Pattern(600));
  std::thread restart([this] { nodes_[1].server().StopForRestart(); });
  const auto ack = writer.client().ReadAck();
  ASSERT_TRUE(ack.ok()) << ack.status().ToString();
  EXPECT_EQ(wire::kUnknownSeqno, ack->seqno);
  ASSERT_EQ(2u, ack->replies.size());
  EXPECT_EQ(wire::OpStatus::kSuccess, ack->replies[0].status);
  EXPECT_EQ(wire::OpStatus::kOobRestart, ack->replies[1].status);
  restart.join();
}

}  // namespace
}  // namespace cairn::datanode
