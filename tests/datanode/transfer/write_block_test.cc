// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/datanode/transfer/test_client.h"

namespace cairn::datanode {
namespace {

class WriteSizes : public ::testing::TestWithParam<size_t> {};

TEST_P(WriteSizes, WhatIsWrittenIsOnDiskWithItsChecksumsAndReadsBack) {
  TestDatanode node;
  const std::string data = Pattern(GetParam());
  const ExtendedBlock block = MakeBlock(1);
  WriteWhole(block, {&node}, data);

  EXPECT_EQ(data, node.Content(block));
  EXPECT_TRUE(node.VerifyOnDisk(block).ok());
  EXPECT_EQ(data, ReadWhole(node, block, data.size()));
  ASSERT_EQ(1u, node.events().received().size());
  EXPECT_EQ(data.size(), node.events().received()[0].block.length);
  EXPECT_EQ(1u, node.events().receiving().size());
  EXPECT_EQ(ReplicaState::kFinalized, node.store().Find(kPool, block.block.id)->state);
}

INSTANTIATE_TEST_SUITE_P(Sizes, WriteSizes,
                         ::testing::Values(0, 1, 511, 512, 513, 65536, 200'000, 1'000'001));

TEST(WriteBlockTest, FlushedBytesAreReadableBeforeTheBlockIsComplete) {
  TestDatanode node;
  const ExtendedBlock block = MakeBlock(1);
  const std::string data = Pattern(1000);
  TestWriter writer(MakeWrite(block, {&node}), node);
  writer.Write(0, data);
  EXPECT_EQ(1000u, *node.store().VisibleLength(block));
  EXPECT_EQ(data, ReadWhole(node, block, 1000));

  // The client sends the partial chunk again, longer, as Apache's does after an hflush.
  const std::string more = data.substr(512) + Pattern(700);
  ASSERT_TRUE(writer.Send({.offset = 512, .data = more}).ok());
  writer.ExpectAck(2 - 1);
  EXPECT_EQ(512 + more.size(), *node.store().VisibleLength(block));
  writer.set_end(512 + more.size());
  writer.Close();
  EXPECT_EQ(data.substr(0, 512) + more, node.Content(block));
  EXPECT_TRUE(node.VerifyOnDisk(block).ok());
}

TEST(WriteBlockTest, SyncIsDoneBeforeItIsAcknowledged) {
  TestDatanode node;
  TestWriter writer(MakeWrite(MakeBlock(1), {&node}), node);
  ASSERT_TRUE(writer.Send({.offset = 0, .data = Pattern(600), .sync = true}).ok());
  writer.ExpectAck(0);
  EXPECT_EQ(1u, node.metrics().fsync_count);
  ASSERT_TRUE(writer.Send({.offset = 600, .sync = true}).ok());
  writer.ExpectAck(1);
  EXPECT_EQ(2u, node.metrics().fsync_count);
}

TEST(WriteBlockTest, HeartbeatsAreAcknowledgedAndChangeNothing) {
  TestDatanode node;
  TestWriter writer(MakeWrite(MakeBlock(1), {&node}), node);
  writer.Write(0, Pattern(512));
  ASSERT_TRUE(writer.client().Send(MakePacket({.seqno = wire::kHeartbeatSeqno})).ok());
  writer.ExpectAck(wire::kHeartbeatSeqno);
  EXPECT_EQ(512u, *node.store().VisibleLength(MakeBlock(1)));
}

TEST(WriteBlockTest, CorruptDataIsRefusedWithAnAnswerAndNeverWritten) {
  TestDatanode node;
  TestWriter writer(MakeWrite(MakeBlock(1), {&node}), node);
  writer.Write(0, Pattern(512));
  std::string packet = MakePacket({.seqno = 1, .offset = 512, .data = Pattern(2000)});
  packet.back() = static_cast<char>(packet.back() ^ 1);
  ASSERT_TRUE(writer.client().Send(packet).ok());
  const auto ack = writer.client().ReadAck();
  ASSERT_TRUE(ack.ok()) << ack.status().ToString();
  EXPECT_EQ(1, ack->seqno);
  ASSERT_EQ(1u, ack->replies.size());
  EXPECT_EQ(wire::OpStatus::kErrorChecksum, ack->replies[0].status);
  EXPECT_TRUE(writer.client().AtEnd());
  EXPECT_EQ(512u, node.store().Find(kPool, MakeBlock(1).block.id)->bytes_on_disk);
}

// Whole packets, in one send, each of one chunk.
std::string SomePackets(int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) {
    bytes += MakePacket({.seqno = i, .offset = 512ull * i, .data = Pattern(512)});
  }
  return bytes;
}

TEST(WriteBlockTest, CorruptPacketAmongGoodOnesEndsTheStreamWhereItIs) {
  TestDatanode node;
  TestWriter writer(MakeWrite(MakeBlock(1), {&node}), node);
  std::string packets = SomePackets(3);
  packets.back() = static_cast<char>(packets.back() ^ 1);
  packets += MakePacket({.seqno = 3, .offset = 1536, .data = Pattern(512)});
  ASSERT_TRUE(writer.client().Send(packets).ok());
  writer.ExpectAck(0);
  writer.ExpectAck(1);
  const auto ack = writer.client().ReadAck();
  ASSERT_TRUE(ack.ok()) << ack.status().ToString();
  EXPECT_EQ(2, ack->seqno);
  EXPECT_EQ(wire::OpStatus::kErrorChecksum, ack->replies[0].status);
  EXPECT_TRUE(writer.client().AtEnd());
  EXPECT_EQ(1024u, node.store().Find(kPool, MakeBlock(1).block.id)->bytes_on_disk);
}

TEST(WriteBlockTest, WhatCameWholeIsWrittenAndAcknowledgedWhenTheStreamEnds) {
  for (const bool is_packet : {true, false}) {
    TestDatanode node;
    TestWriter writer(MakeWrite(MakeBlock(1), {&node}), node);
    std::string bytes = SomePackets(5);
    bytes.resize(bytes.size() - 100);
    // What is no packet is found behind good ones.
    if (!is_packet) bytes = SomePackets(4) + std::string(20, '\xff');
    ASSERT_TRUE(writer.client().Send(bytes).ok());
    writer.client().socket().ShutdownWrite();
    for (int i = 0; i < 4; ++i) writer.ExpectAck(i);
    EXPECT_TRUE(writer.client().AtEnd());
    EXPECT_EQ(2048u, node.store().Find(kPool, MakeBlock(1).block.id)->bytes_on_disk);
  }
}

TEST(WriteBlockTest, SyncAmongManyPacketsIsAnsweredAtOnce) {
  TestDatanode node;
  TestWriter writer(MakeWrite(MakeBlock(1), {&node}), node);
  // The packet behind it never comes whole: the answer does not wait for it.
  std::string packets = SomePackets(2);
  packets += MakePacket({.seqno = 2, .offset = 1024, .data = Pattern(512), .sync = true});
  packets += SomePackets(1).substr(0, 100);
  ASSERT_TRUE(writer.client().Send(packets).ok());
  for (int i = 0; i < 3; ++i) writer.ExpectAck(i);
  EXPECT_EQ(1u, node.metrics().fsync_count);
  EXPECT_EQ(1536u, node.store().Find(kPool, MakeBlock(1).block.id)->bytes_on_disk);
}

TEST(WriteBlockTest, OtherChecksumsAreStoredAsTheClientWantsThem) {
  for (const ChecksumSpec spec : {ChecksumSpec{ChecksumType::kCrc32, 512},
                                  ChecksumSpec{ChecksumType::kCrc32c, 4096},
                                  ChecksumSpec{ChecksumType::kNull, 512}}) {
    TestDatanode node;
    const ExtendedBlock block = MakeBlock(1);
    wire::WriteBlockOp op = MakeWrite(block, {&node});
    op.checksum = spec;
    TestWriter writer(op, node);
    ASSERT_TRUE(writer.Send({.offset = 0, .data = Pattern(10'000), .checksum = spec}).ok());
    writer.ExpectAck(0);
    writer.set_end(10'000);
    writer.Close();
    EXPECT_EQ(Pattern(10'000), ReadWhole(node, block, 10'000));
    EXPECT_EQ(spec, node.store().OpenForRead(block)->checksum);
    EXPECT_TRUE(node.VerifyOnDisk(block).ok());
  }
}

TEST(WriteBlockTest, SecondWriterOfABlockIsRefusedAndBlamedAlone) {
  TestDatanode node;
  TestWriter first(MakeWrite(MakeBlock(1), {&node}), node);
  TestWriter second(MakeWrite(MakeBlock(1), {&node}), node);
  EXPECT_EQ(wire::OpStatus::kError, second.answer().status);
  EXPECT_EQ(node.info().id.TransferAddress(), second.answer().first_bad_link);
  EXPECT_NE(std::string::npos, second.answer().message.find("ReplicaAlreadyExistsException"));
  first.Write(0, "still good");
  first.Close();
}

TEST(WriteBlockTest, PacketBeyondTheReceivedBytesEndsTheStream) {
  TestDatanode node;
  TestWriter writer(MakeWrite(MakeBlock(1), {&node}), node);
  ASSERT_TRUE(writer.Send({.offset = 512, .data = "gap"}).ok());
  EXPECT_TRUE(writer.client().AtEnd());
}

TEST(WriteBlockTest, StageThatIsNoSetUpIsRefused) {
  TestDatanode node;
  wire::WriteBlockOp op = MakeWrite(MakeBlock(1), {&node});
  op.stage = wire::BlockConstructionStage::kDataStreaming;
  TestWriter writer(op, node);
  EXPECT_EQ(wire::OpStatus::kError, writer.answer().status);
}

TEST(WriteBlockTest, LostClientLeavesARecoverableReplica) {
  TestDatanode node;
  const ExtendedBlock block = MakeBlock(1);
  {
    TestWriter writer(MakeWrite(block, {&node}), node);
    writer.Write(0, Pattern(3000));
  }
  wire::WriteBlockOp op = MakeWrite(block, {&node});
  op.stage = wire::BlockConstructionStage::kPipelineSetupStreamingRecovery;
  op.latest_generation_stamp = GenerationStamp(1002);
  op.min_bytes_received = 3000;
  op.max_bytes_received = 3000;
  TestWriter writer(op, node);
  ASSERT_EQ(wire::OpStatus::kSuccess, writer.answer().status) << writer.answer().message;
  writer.Write(3000, Pattern(500));
  writer.Close();
  const ExtendedBlock recovered = MakeBlock(1, 3500, 1002);
  EXPECT_EQ(Pattern(3000) + Pattern(500), node.Content(recovered));
  EXPECT_TRUE(node.VerifyOnDisk(recovered).ok());
}

TEST(WriteBlockTest, RecoveryTakesTheReplicaFromAWriterThatHangs) {
  TestDatanode node;
  const ExtendedBlock block = MakeBlock(1);
  TestWriter hanging(MakeWrite(block, {&node}), node);
  hanging.Write(0, Pattern(1024));
  wire::WriteBlockOp op = MakeWrite(block, {&node});
  op.stage = wire::BlockConstructionStage::kPipelineSetupStreamingRecovery;
  op.latest_generation_stamp = GenerationStamp(1002);
  op.min_bytes_received = 1024;
  op.max_bytes_received = 1024;
  TestWriter writer(op, node);
  ASSERT_EQ(wire::OpStatus::kSuccess, writer.answer().status) << writer.answer().message;
  EXPECT_TRUE(hanging.client().AtEnd());
  writer.Write(1024, Pattern(10));
  writer.Close();
}

TEST(WriteBlockTest, CloseRecoveryFinalizesUnderTheNewStamp) {
  TestDatanode node;
  const ExtendedBlock block = MakeBlock(1);
  {
    TestWriter writer(MakeWrite(block, {&node}), node);
    writer.Write(0, Pattern(777));
  }
  wire::WriteBlockOp op = MakeWrite(block, {&node});
  op.stage = wire::BlockConstructionStage::kPipelineCloseRecovery;
  op.latest_generation_stamp = GenerationStamp(1005);
  op.min_bytes_received = 777;
  TestWriter closing(op, node);
  EXPECT_EQ(wire::OpStatus::kSuccess, closing.answer().status) << closing.answer().message;
  ASSERT_TRUE(node.events().WaitForReceived(1));
  EXPECT_EQ(MakeBlock(1, 777, 1005), node.events().received()[0]);
}

}  // namespace
}  // namespace cairn::datanode
