// SPDX-License-Identifier: Apache-2.0
#include "common/wire/data_transfer_ops.h"

#include <gtest/gtest.h>

#include "common/util/bytes.h"
#include "common/wire/message_codec.h"
#include "common/wire/proto/datatransfer.pb.h"

namespace cairn::wire {
namespace {

namespace pb = ::hadoop::hdfs;

const ExtendedBlock kBlock{.pool_id = "BP-1-127.0.0.1-2",
                           .block = {BlockId(1073741825), 100, GenerationStamp(1001)}};

// The message of an encoded operation, whose prefix must be that of `op`.
std::string MessageOf(Op op, const std::string& bytes) {
  EXPECT_EQ(*ParseOpPrefix(std::string_view(bytes).substr(0, kOpPrefixBytes)), op);
  ByteReader reader(std::string_view(bytes).substr(kOpPrefixBytes));
  auto message = TakeDelimited(reader);
  EXPECT_TRUE(message.ok());
  EXPECT_EQ(reader.remaining(), 0u);
  return std::string(*message);
}

std::string MessageOf(const std::string& bytes) {
  ByteReader reader(bytes);
  return std::string(*TakeDelimited(reader));
}

DatanodeInfo Node(const std::string& ip) {
  DatanodeInfo node;
  node.id = {.ip = ip, .host_name = "h", .uuid = "u-" + ip, .transfer_port = 9866};
  return node;
}

TEST(Ops, ReadBlockComesBack) {
  ReadBlockOp op{.block = kBlock,
                 .client_name = "DFSClient_1",
                 .offset = 10,
                 .length = 20,
                 .send_checksums = false,
                 .caching = {.drop_behind = true, .readahead_bytes = 4096}};
  const std::string message = MessageOf(Op::kReadBlock, Encode(op));
  auto parsed = ParseReadBlock(message);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->block, kBlock);
  EXPECT_EQ(parsed->client_name, "DFSClient_1");
  EXPECT_EQ(parsed->offset, 10u);
  EXPECT_EQ(parsed->length, 20u);
  EXPECT_FALSE(parsed->send_checksums);
  EXPECT_EQ(parsed->caching.drop_behind, true);
  EXPECT_EQ(parsed->caching.readahead_bytes, 4096);
}

TEST(Ops, BlockTokenIsAlwaysThereAndEmpty) {
  pb::OpReadBlockProto proto;
  ASSERT_TRUE(ParseMessage(MessageOf(Op::kReadBlock, Encode(ReadBlockOp{.block = kBlock})), &proto)
                  .ok());
  ASSERT_TRUE(proto.header().baseheader().has_token());
  EXPECT_TRUE(proto.header().baseheader().token().has_kind());
  EXPECT_EQ(proto.header().baseheader().token().identifier(), "");
}

TEST(Ops, WriteBlockComesBack) {
  WriteBlockOp op{.block = kBlock,
                  .client_name = "DFSClient_1",
                  .targets = {Node("10.0.0.2"), Node("10.0.0.3")},
                  .source = Node("10.0.0.9"),
                  .stage = BlockConstructionStage::kPipelineSetupStreamingRecovery,
                  .pipeline_size = 3,
                  .min_bytes_received = 5,
                  .max_bytes_received = 6,
                  .latest_generation_stamp = GenerationStamp(1005),
                  .checksum = {ChecksumType::kCrc32, 1024},
                  .storage_type = StorageType::kSsd,
                  .storage_uuid = "DS-1",
                  .target_storage_types = {StorageType::kSsd, StorageType::kArchive},
                  .target_storage_uuids = {"DS-2", "DS-3"},
                  .pinning = true,
                  .target_pinnings = {true, false}};
  auto parsed = ParseWriteBlock(MessageOf(Op::kWriteBlock, Encode(op)));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->targets.size(), 2u);
  EXPECT_EQ(parsed->targets[1].id, op.targets[1].id);
  EXPECT_EQ(parsed->source->id.ip, "10.0.0.9");
  EXPECT_EQ(parsed->stage, op.stage);
  EXPECT_EQ(parsed->pipeline_size, 3u);
  EXPECT_EQ(parsed->min_bytes_received, 5u);
  EXPECT_EQ(parsed->max_bytes_received, 6u);
  EXPECT_EQ(parsed->latest_generation_stamp, GenerationStamp(1005));
  EXPECT_EQ(parsed->checksum, op.checksum);
  EXPECT_EQ(parsed->storage_type, StorageType::kSsd);
  EXPECT_EQ(parsed->storage_uuid, "DS-1");
  EXPECT_EQ(parsed->target_storage_types, op.target_storage_types);
  EXPECT_EQ(parsed->target_storage_uuids, op.target_storage_uuids);
  EXPECT_EQ(parsed->target_pinnings, op.target_pinnings);
}

TEST(Ops, ListsOfTargetsAreMadeAsLongAsTargets) {
  WriteBlockOp op{.block = kBlock, .targets = {Node("10.0.0.2"), Node("10.0.0.3")}};
  op.target_storage_uuids = {"a", "b", "c"};
  auto parsed = ParseWriteBlock(MessageOf(Op::kWriteBlock, Encode(op)));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->target_storage_types, std::vector(2, StorageType::kDisk));
  EXPECT_EQ(parsed->target_storage_uuids, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(parsed->target_pinnings.size(), 2u);
}

TEST(Ops, TheOthersComeBack) {
  auto transfer = ParseTransferBlock(
      MessageOf(Op::kTransferBlock, Encode(TransferBlockOp{.block = kBlock,
                                                           .client_name = "c",
                                                           .targets = {Node("10.0.0.2")},
                                                           .target_storage_uuids = {"DS-7"}})));
  ASSERT_TRUE(transfer.ok());
  EXPECT_EQ(transfer->target_storage_uuids, std::vector<std::string>{"DS-7"});
  EXPECT_EQ(transfer->target_storage_types, std::vector{StorageType::kDisk});

  auto replace = ParseReplaceBlock(
      MessageOf(Op::kReplaceBlock, Encode(ReplaceBlockOp{.block = kBlock,
                                                         .delete_hint = "u-1",
                                                         .source = Node("10.0.0.4"),
                                                         .storage_type = StorageType::kArchive})));
  ASSERT_TRUE(replace.ok());
  EXPECT_EQ(replace->delete_hint, "u-1");
  EXPECT_EQ(replace->storage_type, StorageType::kArchive);

  auto copy = ParseCopyBlock(MessageOf(Op::kCopyBlock, Encode(CopyBlockOp{kBlock})));
  ASSERT_TRUE(copy.ok());
  EXPECT_EQ(copy->block, kBlock);

  auto checksum = ParseBlockChecksum(MessageOf(
      Op::kBlockChecksum,
      Encode(BlockChecksumOp{.block = kBlock, .kind = BlockChecksumKind::kCompositeCrc})));
  ASSERT_TRUE(checksum.ok());
  EXPECT_EQ(checksum->kind, BlockChecksumKind::kCompositeCrc);
}

TEST(Ops, ShortCircuitComesBack) {
  const ShortCircuitSlot slot{.shm_id_high = -5, .shm_id_low = 6, .slot = 7};
  auto fds = ParseRequestShortCircuitFds(MessageOf(
      Op::kRequestShortCircuitFds,
      Encode(RequestShortCircuitFdsOp{.block = kBlock,
                                      .max_version = 1,
                                      .slot = slot,
                                      .supports_receipt_verification = true})));
  ASSERT_TRUE(fds.ok());
  EXPECT_EQ(fds->slot->shm_id_high, -5);
  EXPECT_EQ(fds->slot->slot, 7);
  EXPECT_TRUE(fds->supports_receipt_verification);
  auto release = ParseReleaseShortCircuitFds(
      MessageOf(Op::kReleaseShortCircuitFds, Encode(ReleaseShortCircuitFdsOp{slot})));
  ASSERT_TRUE(release.ok());
  EXPECT_EQ(release->slot.shm_id_low, 6);
  auto shm = ParseRequestShortCircuitShm(
      MessageOf(Op::kRequestShortCircuitShm, Encode(RequestShortCircuitShmOp{"client"})));
  ASSERT_TRUE(shm.ok());
  EXPECT_EQ(shm->client_name, "client");
  auto answer = ParseShmAnswer(MessageOf(Encode(ShmAnswer{.shm = slot})));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->shm->shm_id_low, 6);
  auto released =
      ParseReleaseAnswer(MessageOf(Encode(ReleaseAnswer{.status = OpStatus::kErrorInvalid})));
  ASSERT_TRUE(released.ok());
  EXPECT_EQ(released->status, OpStatus::kErrorInvalid);
}

TEST(Ops, EveryTruncationIsAnErrorOrAWholeOperation) {
  const std::string message = MessageOf(
      Op::kWriteBlock, Encode(WriteBlockOp{.block = kBlock, .targets = {Node("10.0.0.2")}}));
  for (size_t n = 0; n < message.size(); ++n) {
    auto parsed = ParseWriteBlock(std::string_view(message).substr(0, n));
    if (parsed.ok()) {
      EXPECT_EQ(parsed->block, kBlock);
    }
  }
  EXPECT_FALSE(ParseWriteBlock("").ok());
}

TEST(Answers, OfAReadAndOfAChecksumComeBack) {
  OpAnswer answer{.read = ReadAnswer{.checksum = {}, .chunk_offset = 1024},
                  .block_checksum = BlockChecksumAnswer{.bytes_per_crc = 512,
                                                        .crcs_per_block = 9,
                                                        .checksum = "0123456789abcdef",
                                                        .kind = BlockChecksumKind::kMd5OfCrcs},
                  .short_circuit_version = 1};
  auto parsed = ParseOpAnswer(MessageOf(Encode(answer)));
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(StatusOf(*parsed).ok());
  EXPECT_EQ(parsed->read->chunk_offset, 1024u);
  EXPECT_EQ(parsed->block_checksum->checksum, "0123456789abcdef");
  EXPECT_EQ(parsed->block_checksum->crcs_per_block, 9u);
  EXPECT_EQ(parsed->short_circuit_version, 1u);
}

TEST(Answers, FailureSaysWhatTheDatanodeSays) {
  OpAnswer answer{.status = OpStatus::kErrorAccessToken,
                  .message = "block token expired",
                  .first_bad_link = "10.0.0.3:9866"};
  auto parsed = ParseOpAnswer(MessageOf(Encode(answer)));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->first_bad_link, "10.0.0.3:9866");
  EXPECT_EQ(StatusOf(*parsed).code(), Code::kInvalidToken);
  EXPECT_EQ(StatusOf(*parsed).message(),
            "datanode answered ERROR_ACCESS_TOKEN: block token expired");
}

TEST(Answers, ClientReadStatusComesBack) {
  const std::string bytes = EncodeClientReadStatus(OpStatus::kChecksumOk);
  EXPECT_EQ(bytes, "\x02\x08\x06");
  EXPECT_EQ(*ParseClientReadStatus(MessageOf(bytes)), OpStatus::kChecksumOk);
}

}  // namespace
}  // namespace cairn::wire
