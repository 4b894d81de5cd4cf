// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/datanode/transfer/test_client.h"
#include "datanode/transfer/bad_peer_log.h"
#include "tests/fakes/fake_clock.h"

namespace cairn::datanode {
namespace {

TEST(TransferServerTest, GarbageEndsItsOwnStreamOnly) {
  TestDatanode node;
  WriteWhole(MakeBlock(1), {&node}, "good");
  std::string long_message = wire::EncodeOpPrefix(wire::Op::kReadBlock);
  PutVarint(long_message, 1ull << 40);
  std::string endless_varint = wire::EncodeOpPrefix(wire::Op::kReadBlock) + std::string(20, '\xff');
  std::string no_message = wire::EncodeOpPrefix(wire::Op::kWriteBlock);
  PutVarint(no_message, 5);
  no_message += "\xff\xff\xff\xff\xff";
  const std::string inputs[] = {
      "GET / HTTP/1.1\r\n\r\n",
      std::string(100'000, '\0'),
      std::string(100'000, '\xff'),
      std::string("\0\x1b\x50", 3),                     // Version 27.
      std::string("\0\x1c\x01", 3),                     // No such operation.
      wire::EncodeOpPrefix(wire::Op::kReadMetadata) + std::string(1, '\0'),
      wire::EncodeOpPrefix(wire::Op::kCustom) + std::string(1, '\0'),
      std::string("\xde\xad\xbe\xef", 4),               // SASL.
      long_message,
      endless_varint,
      no_message,
  };
  for (const std::string& input : inputs) {
    TestClient client(node.port());
    (void)client.Send(input);
    EXPECT_TRUE(client.AtEnd()) << ToHex(input.substr(0, 8));
    EXPECT_EQ("good", ReadWhole(node, MakeBlock(1), 4));
  }
}

TEST(TransferServerTest, PacketsThatLieAboutLengthsEndTheStream) {
  TestDatanode node;
  std::string huge;
  PutU32(huge, 0x7fffffff);
  PutU16(huge, 25);
  std::string negative;
  PutU32(negative, 0xffffffff);
  PutU16(negative, 25);
  std::string small;
  PutU32(small, 3);
  PutU16(small, 25);
  std::string no_header;
  PutU32(no_header, 100);
  PutU16(no_header, 0xffff);
  int64_t id = 1;
  for (const std::string& bytes : {huge, negative, small, no_header}) {
    TestWriter writer(MakeWrite(MakeBlock(id++), {&node}), node);
    (void)writer.client().Send(bytes + std::string(200'000, 'x'));
    EXPECT_TRUE(writer.client().AtEnd());
  }
}

TEST(TransferServerTest, StreamsBeyondTheLimitAreClosed) {
  TransferOptions options = TestDatanode::Defaults();
  options.streams_max = 2;
  TestDatanode node(options);
  TestWriter one(MakeWrite(MakeBlock(1), {&node}), node);
  TestWriter two(MakeWrite(MakeBlock(2), {&node}), node);
  TestClient three(node.port());
  EXPECT_TRUE(three.AtEnd());
  EXPECT_EQ(1u, node.metrics().refused_streams);
  EXPECT_EQ(2u, node.server().active_streams());
  one.Write(0, "still served");
}

TEST(TransferServerTest, IdleConnectionIsClosedAfterTheKeepalive) {
  TransferOptions options = TestDatanode::Defaults();
  options.keepalive_ms = 50;
  TestDatanode node(options);
  WriteWhole(MakeBlock(1), {&node}, "data");
  TestClient client(node.port());
  ASSERT_TRUE(ReadRange(client, MakeRead(MakeBlock(1), 0, 4)).ok());
  EXPECT_TRUE(client.AtEnd());
}

TEST(TransferServerTest, WithoutKeepaliveAConnectionServesOnce) {
  TransferOptions options = TestDatanode::Defaults();
  options.keepalive_ms = 0;
  TestDatanode node(options);
  WriteWhole(MakeBlock(1), {&node}, "data");
  TestClient client(node.port());
  ASSERT_TRUE(ReadRange(client, MakeRead(MakeBlock(1), 0, 4)).ok());
  EXPECT_TRUE(client.AtEnd());
}

TEST(TransferServerTest, StopEndsStreamsThatWait) {
  TestDatanode node;
  TestClient idle(node.port());
  TestWriter writer(MakeWrite(MakeBlock(1), {&node}), node);
  writer.Write(0, "half");
  node.server().Stop();
  EXPECT_TRUE(idle.AtEnd());
  EXPECT_TRUE(writer.client().AtEnd());
  EXPECT_EQ(0u, node.server().active_streams());
}

TEST(TransferServerTest, EvictionEndsWritersAndSparesReaders) {
  TestDatanode node;
  WriteWhole(MakeBlock(1), {&node}, "data");
  TestClient reader(node.port());
  ASSERT_TRUE(ReadRange(reader, MakeRead(MakeBlock(1), 0, 4)).ok());
  TestWriter writer(MakeWrite(MakeBlock(2), {&node}), node);
  writer.Write(0, "half");
  node.server().StopWriters();
  EXPECT_TRUE(writer.client().AtEnd());
  EXPECT_TRUE(ReadRange(reader, MakeRead(MakeBlock(1), 0, 4)).ok());
}

TEST(TransferServerTest, StreamsTellWhatTheyDo) {
  TestDatanode node;
  TestWriter writer(MakeWrite(MakeBlock(1), {&node}), node);
  writer.Write(0, "x");
  const std::vector<std::string> names = node.server().StreamNames();
  ASSERT_EQ(1u, names.size());
  EXPECT_NE(std::string::npos, names[0].find("WRITE_BLOCK BP-1-127.0.0.1-1:blk_1073741825_1001"));
}

TEST(TransferServerTest, PoolThatIsNotServedIsRefused) {
  TestDatanode node;
  TestClient client(node.port());
  wire::ReadBlockOp op = MakeRead(MakeBlock(1), 0, 1);
  op.block.pool_id = "BP-other";
  ASSERT_TRUE(client.Send(wire::Encode(op)).ok());
  const auto answer = client.ReadAnswer();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(wire::OpStatus::kError, answer->status);
}

TEST(TransferServerTest, ShortCircuitIsAnsweredAsUnsupportedAndTheConnectionGoesOn) {
  TestDatanode node;
  WriteWhole(MakeBlock(1), {&node}, "data");
  TestClient client(node.port());
  wire::RequestShortCircuitFdsOp fds;
  fds.block = MakeBlock(1);
  ASSERT_TRUE(client.Send(wire::Encode(fds)).ok());
  auto answer = client.ReadAnswer();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(wire::OpStatus::kErrorUnsupported, answer->status);

  ASSERT_TRUE(client.Send(wire::Encode(wire::RequestShortCircuitShmOp{"client"})).ok());
  const auto shm = wire::ParseShmAnswer(*client.ReadMessage());
  ASSERT_TRUE(shm.ok());
  EXPECT_EQ(wire::OpStatus::kErrorUnsupported, shm->status);

  EXPECT_TRUE(ReadRange(client, MakeRead(MakeBlock(1), 0, 4)).ok());
}

TEST(TransferServerTest, TakenPortIsNamed) {
  TestDatanode node;
  TransferOptions options = TestDatanode::Defaults();
  options.listen_port = node.port();
  SystemClock clock;
  RecordingEvents events;
  TransferMetrics metrics;
  TransferServer second({node.store(), events, clock, metrics}, options);
  EXPECT_EQ(Code::kAlreadyExists, second.Start().code());
}

TEST(BadPeerLogTest, OneLineAMinuteForEachHost) {
  FakeClock clock;
  BadPeerLog log(clock);
  const Status why(Code::kBadRequest, "test");
  EXPECT_TRUE(log.Report("10.0.0.1", "10.0.0.1:1", why));
  EXPECT_FALSE(log.Report("10.0.0.1", "10.0.0.1:2", why));
  EXPECT_TRUE(log.Report("10.0.0.2", "10.0.0.2:1", why));
  clock.Advance(std::chrono::minutes(1));
  EXPECT_TRUE(log.Report("10.0.0.1", "10.0.0.1:3", why));
}

}  // namespace
}  // namespace cairn::datanode
