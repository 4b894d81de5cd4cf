// SPDX-License-Identifier: Apache-2.0
#include "common/net/read_buffer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "common/util/bytes.h"

namespace cairn::net {
namespace {

// Receives as a socket would: as much as there is room for at once. Returns the largest room.
size_t Feed(ReadBuffer& buffer, std::string_view bytes) {
  size_t largest = 0;
  while (!bytes.empty()) {
    const ReadBuffer::Room room = buffer.Prepare();
    const size_t n = std::min(room.size, bytes.size());
    std::memcpy(room.data, bytes.data(), n);
    buffer.Commit(n);
    bytes.remove_prefix(n);
    largest = std::max(largest, room.size);
  }
  return largest;
}

std::string Frame(std::string_view body) {
  std::string frame;
  PutU32(frame, static_cast<uint32_t>(body.size()));
  return frame.append(body);
}

TEST(ReadBufferTest, FramesComeOutInOrderHoweverTheyArrive) {
  const std::string large(100'000, 'x');
  const std::string all = Frame("one") + Frame("") + Frame(large) + Frame("last");
  for (const size_t step : {size_t{1}, size_t{7}, size_t{4096}, all.size()}) {
    ReadBuffer buffer;
    std::vector<std::string> frames;
    for (size_t i = 0; i < all.size(); i += step) {
      Feed(buffer, std::string_view(all).substr(i, step));
      for (;;) {
        const auto frame = buffer.TakeFrame(1 << 20);
        ASSERT_TRUE(frame.ok());
        if (!*frame) break;
        frames.emplace_back(**frame);
      }
    }
    EXPECT_EQ(frames, (std::vector<std::string>{"one", "", large, "last"})) << step;
  }
}

TEST(ReadBufferTest, FrameOverTheLimitIsRefusedByItsLengthAlone) {
  ReadBuffer buffer;
  Feed(buffer, std::string_view("\x00\x01\x00\x01", 4));
  EXPECT_EQ(buffer.TakeFrame(65536).status().code(), Code::kBadRequest);
  ReadBuffer negative;
  Feed(negative, "\xff\xff\xff\xff");
  EXPECT_EQ(negative.TakeFrame(128 << 20).status().code(), Code::kBadRequest);
}

TEST(ReadBufferTest, MemoryFollowsWhatWasReceivedNotWhatIsPromised) {
  ReadBuffer buffer;
  std::string start;
  PutU32(start, 100 << 20);
  EXPECT_LE(Feed(buffer, start + std::string(1000, 'x')), 4096u);
  EXPECT_LE(Feed(buffer, std::string(60'000, 'x')), 128u << 10);
  EXPECT_FALSE(buffer.TakeFrame(128 << 20).value());
}

TEST(ReadBufferTest, RoomShrinksAgainAfterALargeFrame) {
  ReadBuffer buffer;
  Feed(buffer, Frame(std::string(1 << 20, 'x')));
  ASSERT_TRUE(buffer.TakeFrame(2 << 20).value());
  EXPECT_EQ(buffer.Prepare().size, 4096u);
}

}  // namespace
}  // namespace cairn::net
