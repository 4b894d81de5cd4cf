// SPDX-License-Identifier: Apache-2.0
#include "common/wire/data_transfer.h"

#include <gtest/gtest.h>

#include "common/util/bytes.h"
#include "common/wire/message_codec.h"
#include "common/wire/proto/datatransfer.pb.h"

namespace cairn::wire {
namespace {

namespace pb = ::hadoop::hdfs;

Result<PacketHeader> ParsePacket(std::string_view bytes) {
  CAIRN_ASSIGN(const PacketLengths lengths, ParsePacketLengths(bytes));
  if (bytes.size() != kPacketLengthsBytes + lengths.header_bytes) {
    return Status(Code::kEndOfFile, "short");
  }
  return ParsePacketHeader(bytes.substr(kPacketLengthsBytes), lengths.body_bytes);
}

std::string LengthsOf(uint32_t payload, uint16_t header) {
  std::string out;
  PutU32(out, payload);
  PutU16(out, header);
  return out;
}

// The message behind its varint length.
std::string_view Message(const std::string& delimited) {
  ByteReader reader(delimited);
  auto message = TakeDelimited(reader);
  EXPECT_TRUE(message.ok());
  EXPECT_EQ(reader.remaining(), 0u);
  return *message;
}

TEST(OpPrefix, IsVersionAndOpcode) {
  EXPECT_EQ(EncodeOpPrefix(Op::kReadBlock), std::string("\0\x1c\x51", 3));
  EXPECT_EQ(*ParseOpPrefix(std::string("\0\x1c\x50", 3)), Op::kWriteBlock);
  EXPECT_EQ(*ParseOpPrefix(std::string("\0\x1c\x7f", 3)), Op::kCustom);
}

TEST(OpPrefix, OtherVersionsAndOpcodesAreRefused) {
  EXPECT_EQ(ParseOpPrefix(std::string("\0\x1b\x50", 3)).status().code(), Code::kIncorrectVersion);
  EXPECT_EQ(ParseOpPrefix(std::string("\0\x1c\x01", 3)).status().code(), Code::kUnsupported);
  EXPECT_EQ(ParseOpPrefix(std::string("\0\x1c", 2)).status().code(), Code::kEndOfFile);
}

TEST(Packet, HeaderHasTheBytesOfTheProtocol) {
  const PacketHeader header{
      .offset_in_block = 512, .seqno = 1, .data_bytes = 1024, .checksum_bytes = 8};
  EXPECT_EQ(ToHex(EncodePacketHeader(header)),
            "0000040c" "0019"
            "090002000000000000" "110100000000000000" "1800" "2500040000");
}

TEST(Packet, HeaderComesBack) {
  const PacketHeader header{.offset_in_block = 1LL << 40,
                            .seqno = kHeartbeatSeqno,
                            .last_in_block = true,
                            .sync_block = true,
                            .data_bytes = 65536,
                            .checksum_bytes = 512};
  const std::string bytes = EncodePacketHeader(header);
  EXPECT_EQ(bytes.size(), kPacketLengthsBytes + kPacketHeaderBytesMax);
  auto parsed = ParsePacket(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  EXPECT_EQ(parsed->offset_in_block, 1LL << 40);
  EXPECT_EQ(parsed->seqno, -1);
  EXPECT_TRUE(parsed->last_in_block);
  EXPECT_TRUE(parsed->sync_block);
  EXPECT_EQ(parsed->data_bytes, 65536u);
  EXPECT_EQ(parsed->checksum_bytes, 512u);
}

TEST(Packet, IsReadByProtobuf) {
  const std::string bytes = EncodePacketHeader({.offset_in_block = 3,
                                                .seqno = 4,
                                                .last_in_block = true,
                                                .sync_block = true,
                                                .data_bytes = 5});
  pb::PacketHeaderProto proto;
  ASSERT_TRUE(ParseMessage(std::string_view(bytes).substr(kPacketLengthsBytes), &proto).ok());
  EXPECT_EQ(proto.offsetinblock(), 3);
  EXPECT_EQ(proto.seqno(), 4);
  EXPECT_TRUE(proto.lastpacketinblock());
  EXPECT_EQ(proto.datalen(), 5);
  EXPECT_TRUE(proto.syncblock());
}

TEST(Packet, LyingLengthsAreRefused) {
  EXPECT_FALSE(ParsePacketLengths(LengthsOf(3, 25)).ok());
  EXPECT_FALSE(ParsePacketLengths(LengthsOf(0xffffffff, 25)).ok());
  EXPECT_FALSE(ParsePacketLengths(LengthsOf(kPacketBytesMax, 25)).ok());
  EXPECT_FALSE(ParsePacketLengths(LengthsOf(100, 0x8000)).ok());
  EXPECT_TRUE(ParsePacketLengths(LengthsOf(kPacketBytesMax - 25, 25)).ok());
  EXPECT_EQ(ParsePacketLengths(LengthsOf(4, 25))->body_bytes, 0u);
}

TEST(Packet, DataThatDoesNotFitIsRefused) {
  const std::string bytes = EncodePacketHeader({.data_bytes = 1000});
  const std::string_view header = std::string_view(bytes).substr(kPacketLengthsBytes);
  EXPECT_TRUE(ParsePacketHeader(header, 1000).ok());
  EXPECT_EQ(ParsePacketHeader(header, 999).status().code(), Code::kCorrupt);
  pb::PacketHeaderProto negative;
  negative.set_offsetinblock(0);
  negative.set_seqno(0);
  negative.set_lastpacketinblock(false);
  negative.set_datalen(-1);
  EXPECT_EQ(ParsePacketHeader(SerializeMessage(negative), 1000).status().code(), Code::kCorrupt);
  negative.set_datalen(1);
  negative.set_offsetinblock(-1);
  EXPECT_EQ(ParsePacketHeader(SerializeMessage(negative), 1000).status().code(), Code::kCorrupt);
}

TEST(Packet, EveryTruncationIsAnError) {
  const std::string bytes = EncodePacketHeader({.seqno = 9, .data_bytes = 10});
  const std::string_view header = std::string_view(bytes).substr(kPacketLengthsBytes);
  for (size_t n = 0; n < header.size(); ++n) {
    EXPECT_EQ(ParsePacketHeader(header.substr(0, n), 10).status().code(), Code::kCorrupt) << n;
  }
  for (size_t n = 0; n < kPacketLengthsBytes; ++n) {
    EXPECT_FALSE(ParsePacketLengths(std::string_view(bytes).substr(0, n)).ok()) << n;
  }
}

TEST(Ack, HasTheBytesOfTheProtocol) {
  const PipelineAck ack{.seqno = 3,
                        .replies = {{}, {.status = OpStatus::kError, .ecn = Ecn::kSupported}},
                        .downstream_ack_time_ns = 7};
  // The second flag is 1 | 1 << 5.
  EXPECT_EQ(ToHex(EncodePipelineAck(ack)), "0c" "0806" "1000" "1001" "1807" "22020021");
}

TEST(Ack, ComesBack) {
  const PipelineAck ack{.seqno = kHeartbeatSeqno,
                        .replies = {{OpStatus::kSuccess, Ecn::kCongested, Slow::kSlow},
                                    {OpStatus::kErrorChecksum, Ecn::kSupported, Slow::kNormal}},
                        .downstream_ack_time_ns = 1'000'000};
  const std::string bytes = EncodePipelineAck(ack);
  auto parsed = ParsePipelineAck(Message(bytes));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->seqno, -1);
  EXPECT_EQ(parsed->replies, ack.replies);
  EXPECT_EQ(parsed->downstream_ack_time_ns, 1'000'000u);
  EXPECT_FALSE(parsed->AllSuccess());
}

TEST(Ack, OfAnOldDatanodeHasNoFlags) {
  pb::PipelineAckProto proto;
  proto.set_seqno(12);
  proto.add_reply(pb::SUCCESS);
  proto.add_reply(pb::ERROR_CHECKSUM);
  auto parsed = ParsePipelineAck(SerializeMessage(proto));
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->replies.size(), 2u);
  EXPECT_EQ(parsed->replies[1].status, OpStatus::kErrorChecksum);
  EXPECT_EQ(parsed->replies[1].ecn, Ecn::kDisabled);
}

TEST(Ack, UnknownStatusReadsAsError) {
  auto parsed = ParsePipelineAck(std::string_view("\x08\x02\x10\x00\x10\x63", 6));
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->replies.size(), 2u);
  EXPECT_EQ(parsed->replies[1].status, OpStatus::kError);
}

TEST(Ack, RestartIsOutOfBand) {
  PipelineAck ack{.replies = {{}, {.status = OpStatus::kOobRestart}}};
  EXPECT_EQ(ack.OutOfBand(), OpStatus::kOobRestart);
  ack.seqno = 4;
  EXPECT_FALSE(ack.OutOfBand().has_value());
}

TEST(Ack, FlagsThatDoNotMatchRepliesAreRefused) {
  EXPECT_FALSE(ParsePipelineAck(std::string_view("\x08\x02\x10\x00\x22\x02\x00\x00", 8)).ok());
}

TEST(Ack, EveryTruncationIsSurvived) {
  const std::string bytes = EncodePipelineAck({.seqno = 300, .replies = {{}, {}, {}}});
  const std::string_view message = Message(bytes);
  for (size_t n = 0; n < message.size(); ++n) (void)ParsePipelineAck(message.substr(0, n)).ok();
  EXPECT_FALSE(ParsePipelineAck("").ok());
  EXPECT_FALSE(ParsePipelineAck(message.substr(0, message.size() - 1)).ok());
}

}  // namespace
}  // namespace cairn::wire
