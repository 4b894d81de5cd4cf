// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/stream_reader.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

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
