// SPDX-License-Identifier: Apache-2.0
#include "libclient/packet.h"

#include <gtest/gtest.h>

#include <string>

#include "common/util/bytes.h"
#include "common/util/crc.h"
#include "common/wire/data_transfer.h"
#include "libclient/checksum.h"

namespace cairn::client {
namespace {

const ChecksumSpec kSpec{};

TEST(PacketTest, DataOfAPacketIsWholeChunks) {
  EXPECT_EQ(PacketDataBytes(kSpec, 65536), 126u * 512);  // As Apache's client cuts them.
  EXPECT_EQ(PacketDataBytes(kSpec, 1), 512u);
  EXPECT_EQ(PacketDataBytes({ChecksumType::kCrc32, 4096}, 65536), 15u * 4096);
}

TEST(PacketTest, BytesAreLengthsHeaderChecksumsAndData) {
  Packet packet(kSpec, 2048);
  packet.Reset(4096, 2048);
  const std::string data(600, 'x');
  EXPECT_EQ(packet.Append(data.data(), data.size()), 600u);
  packet.Seal(7, {.sync_block = true});
  const std::string_view bytes = packet.bytes();
  const auto lengths = wire::ParsePacketLengths(bytes.substr(0, wire::kPacketLengthsBytes));
  ASSERT_TRUE(lengths.ok());
  EXPECT_EQ(lengths->body_bytes, 608u);
  const auto header = wire::ParsePacketHeader(
      bytes.substr(wire::kPacketLengthsBytes, lengths->header_bytes), lengths->body_bytes);
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->offset_in_block, 4096);
  EXPECT_EQ(header->seqno, 7);
  EXPECT_TRUE(header->sync_block);
  EXPECT_FALSE(header->last_in_block);
  EXPECT_EQ(header->data_bytes, 600u);
  const std::string_view body = bytes.substr(wire::kPacketLengthsBytes + lengths->header_bytes);
  ASSERT_EQ(body.size(), 608u);
  EXPECT_EQ(LoadU32(body.data()), Crc32c(0, data.data(), 512));
  EXPECT_EQ(LoadU32(body.data() + 4), Crc32c(0, data.data(), 88));
  EXPECT_EQ(body.substr(8), data);
  EXPECT_EQ(packet.end_offset(), 4696u);
}

TEST(PacketTest, TakesNoMoreThanItsLimit) {
  Packet packet(kSpec, 1024);
  packet.Reset(700, 324);
  const std::string data(1000, 'y');
  EXPECT_EQ(packet.Append(data.data(), data.size()), 324u);
  EXPECT_TRUE(packet.full());
  EXPECT_EQ(packet.Append(data.data(), 1), 0u);
  packet.Seal(0, {});
  EXPECT_EQ(packet.data(), std::string(324, 'y'));
}

TEST(PacketTest, WithoutChecksumsThereAreNone) {
  Packet packet({ChecksumType::kNull, 512}, 1024);
  packet.Reset(0, 1024);
  packet.Append("abc", 3);
  packet.Seal(0, {});
  const auto lengths = wire::ParsePacketLengths(packet.bytes().substr(0, 6));
  EXPECT_EQ(lengths->body_bytes, 3u);
}

TEST(PacketTest, HeartbeatHasItsOwnNumber) {
  const std::string_view bytes = HeartbeatPacket();
  const auto lengths = wire::ParsePacketLengths(bytes.substr(0, 6));
  ASSERT_TRUE(lengths.ok());
  EXPECT_EQ(wire::ParsePacketHeader(bytes.substr(6), 0)->seqno, -1);
}

TEST(PacketTest, PoolGivesBackWhatWasUsedLast) {
  PacketPool pool(kSpec, 512);
  PacketPtr a = pool.Take();
  PacketPtr b = pool.Take();
  Packet* const last = b.get();
  pool.Put(std::move(a));
  pool.Put(std::move(b));
  EXPECT_EQ(pool.Take().get(), last);
}

TEST(ChecksumTest, MismatchIsFoundInItsChunk) {
  std::string data(1300, 'z');
  std::string sums(ChecksumBytes(kSpec, data.size()), '\0');
  ASSERT_EQ(sums.size(), 12u);
  ComputeChecksums(kSpec, data.data(), data.size(), sums.data());
  EXPECT_FALSE(FindMismatch(kSpec, data.data(), data.size(), sums.data()));
  data[1299] = 'a';
  EXPECT_EQ(FindMismatch(kSpec, data.data(), data.size(), sums.data()), 1024u);
  data[3] = 'a';
  EXPECT_EQ(FindMismatch(kSpec, data.data(), data.size(), sums.data()), 0u);
}

}  // namespace
}  // namespace cairn::client
