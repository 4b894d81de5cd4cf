// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/stream_reader.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>
#include <vector>

#include "datanode/transfer/packet_receiver.h"
#include "tests/datanode/transfer/test_client.h"

namespace cairn::datanode {
namespace {

class StreamReaderTest : public ::testing::Test {
 protected:
  StreamReaderTest() {
    int ends[2];
    EXPECT_EQ(0, ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    near_ = net::BlockingSocket(ends[0]);
    far_ = net::BlockingSocket(ends[1]);
  }

  net::BlockingSocket near_;
  net::BlockingSocket far_;
};

TEST_F(StreamReaderTest, PacketsOfAllSizesComeOutAsTheyWentIn) {
  const size_t sizes[] = {1, 511, 65'536, 0, 1'000'000, 3, 200'000, 65'536};
  std::thread sender([&] {
    int64_t seqno = 0;
    for (const size_t n : sizes) {
      ASSERT_TRUE(far_.WriteAll(MakePacket({.seqno = seqno++, .data = Pattern(n)})).ok());
    }
  });
  StreamReader reader(near_);
  PacketReceiver packets(reader);
  int64_t seqno = 0;
  for (const size_t n : sizes) {
    const auto packet = packets.Next();
    ASSERT_TRUE(packet.ok()) << packet.status().ToString();
    EXPECT_EQ(seqno++, packet->header.seqno);
    EXPECT_EQ(Pattern(n), packet->data);
    EXPECT_EQ(n == 0 ? "" : ComputeChecksums(kCrc32c512, Pattern(n)), packet->checksums);
    EXPECT_EQ(packet->wire_bytes.size(),
              packet->data.end() - packet->wire_bytes.begin());
  }
  sender.join();
}

TEST_F(StreamReaderTest, PacketsThatAreHeldStayWhereTheyAre) {
  const std::vector<size_t> sizes = {100'000, 70, 64'512, 200'000, 3, 90'000, 1'000'000, 64'512};
  std::thread sender([&] {
    int64_t seqno = 0;
    for (int round = 0; round < 20; ++round) {
      for (const size_t n : sizes) {
        ASSERT_TRUE(far_.WriteAll(MakePacket({.seqno = seqno++, .data = Pattern(n)})).ok());
      }
    }
  });
  StreamReader reader(near_);
  PacketReceiver packets(reader);
  size_t beside = 0;
  std::vector<Packet> held;
  for (size_t taken = 0; taken < 20 * sizes.size();) {
    held = {*packets.Next()};
    while (taken + held.size() < 20 * sizes.size() &&
           packets.following() != PacketReceiver::Following::kNothing) {
      held.push_back(*packets.NextBeside());
      ++beside;
    }
    for (size_t i = 0; i < held.size(); ++i) {
      EXPECT_EQ(static_cast<int64_t>(taken), held[i].header.seqno);
      ASSERT_EQ(Pattern(sizes[taken++ % sizes.size()]), held[i].data);
      if (i == 0) continue;
      EXPECT_EQ(held[i - 1].wire_bytes.end(), held[i].wire_bytes.begin());
    }
  }
  // A writer that never waits is ahead of who verifies.
  EXPECT_GT(beside, 0u);
  sender.join();
}

TEST_F(StreamReaderTest, MessageIsHereOnlyWhenItIsWhole) {
  std::string bytes;
  PutVarint(bytes, 5);
  bytes += "first";
  PutVarint(bytes, 300);
  ASSERT_TRUE(far_.WriteAll(bytes + "begin of the second").ok());
  StreamReader reader(near_);
  EXPECT_FALSE(reader.HasMessage());
  EXPECT_EQ("first", *reader.Message(1000));
  EXPECT_FALSE(reader.HasMessage());
}

TEST_F(StreamReaderTest, EndInTheMiddleIsToldFromBadBytes) {
  ASSERT_TRUE(far_.WriteAll(std::string_view("\x05" "abc", 4)).ok());
  far_.Close();
  StreamReader reader(near_);
  EXPECT_EQ(Code::kEndOfFile, reader.Message(100).status().code());
}

TEST_F(StreamReaderTest, MessageOverTheLimitIsRefusedBeforeItIsRead) {
  std::string bytes;
  PutVarint(bytes, 101);
  ASSERT_TRUE(far_.WriteAll(bytes).ok());
  StreamReader reader(near_);
  EXPECT_EQ(Code::kCorrupt, reader.Message(100).status().code());
}

TEST_F(StreamReaderTest, MessagesFollowEachOther) {
  std::string bytes;
  for (const std::string_view text : {"one", "", "three"}) {
    PutVarint(bytes, text.size());
    bytes += text;
  }
  ASSERT_TRUE(far_.WriteAll(bytes).ok());
  StreamReader reader(near_);
  EXPECT_EQ("one", *reader.Message(100));
  EXPECT_EQ("", *reader.Message(100));
  EXPECT_EQ("three", *reader.Message(100));
}

}  // namespace
}  // namespace cairn::datanode
