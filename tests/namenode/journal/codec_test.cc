// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/codec.h"

#include <gtest/gtest.h>

#include <limits>

#include "common/util/bytes.h"
#include "namenode/journal/op_table.h"

namespace cairn::namenode {
namespace {

std::string Encode(const EditRecord& record, int32_t layout = -67) {
  std::string out;
  const Status status = EncodeRecord(record, layout, out);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return out;
}

// Encodes, decodes and encodes again; returns what was decoded.
template <typename Op>
Op RoundTrip(const Op& op, int32_t layout = -67) {
  const std::string bytes = Encode({TxId(7), op}, layout);
  const Result<Frame> frame = PeekFrame(bytes);
  EXPECT_TRUE(frame.ok());
  EXPECT_EQ(frame->kind, Frame::Kind::kRecord);
  EXPECT_EQ(frame->size, bytes.size());
  Result<EditRecord> record = DecodeRecord(bytes, layout);
  EXPECT_TRUE(record.ok()) << record.status().ToString();
  EXPECT_EQ(record->txid, TxId(7));
  EXPECT_EQ(Encode(*record, layout), bytes);
  return std::get<Op>(record->op);
}

const RetryIdentity kRetry{std::string("0123456789abcdef"), 42};

TEST(CodecTest, EmptyOperationsOfAllKindsRoundTrip) {
  std::string out;
  ASSERT_TRUE(EncodeRecord({TxId(1), op::StartLogSegment()}, -67, out).ok());
  EXPECT_EQ(out.size(), 17u);
  RoundTrip(op::EndLogSegment());
  RoundTrip(op::Add());
  RoundTrip(op::Close());
  RoundTrip(op::AddBlock());
  RoundTrip(op::Truncate());
  RoundTrip(op::Rename());
  RoundTrip(op::AddErasureCodingPolicy());
  RoundTrip(op::UpdateMasterKey());
  RoundTrip(op::AddCachePool());
  RoundTrip(op::GetDelegationToken());
}

TEST(CodecTest, AddKeepsEveryField) {
  op::Add add;
  add.inode_id = InodeId(16400);
  add.path = "/a/b";
  add.replication = 3;
  add.mtime = 1795500027281;
  add.atime = 1795500027282;
  add.block_size = 128 << 20;
  add.blocks = {Block{BlockId(1073741829), 99, GenerationStamp(1008)}};
  add.permission = {"root", "supergroup", 0644};
  add.acl = {{AclScope::kDefault, AclType::kGroup, 5, "staff"},
             {AclScope::kAccess, AclType::kMask, 7, ""}};
  add.xattrs = {{XattrNamespace::kRaw, "k", "v"}, {XattrNamespace::kUser, "e", std::nullopt}};
  add.client_name = "DFSClient_1";
  add.client_machine = "127.0.0.1";
  add.overwrite = true;
  add.storage_policy = 7;
  add.erasure_coding_policy = 1;
  add.retry = kRetry;
  const op::Add back = RoundTrip(add);
  EXPECT_EQ(back.blocks, add.blocks);
  EXPECT_EQ(back.acl, add.acl);
  EXPECT_EQ(back.xattrs, add.xattrs);
  EXPECT_EQ(back.retry, add.retry);
  EXPECT_EQ(back.erasure_coding_policy, 1);
  // Before -64 there is no erasure coding policy in the record.
  EXPECT_EQ(RoundTrip(add, -63).erasure_coding_policy, 0);
}

TEST(CodecTest, BlocksOfAListAreStoredAsDifferences) {
  op::UpdateBlocks update;
  update.path = "/f";
  update.blocks = {Block{BlockId(-9223372036854775792), 134217728, GenerationStamp(1001)},
                   Block{BlockId(1073741826), 0, GenerationStamp(5)},
                   Block{BlockId(1073741827), 1ull << 40, GenerationStamp(1ull << 33)}};
  EXPECT_EQ(RoundTrip(update).blocks, update.blocks);
}

TEST(CodecTest, VariableNumbersCoverTheWholeRange) {
  for (const int64_t v : {int64_t{0}, int64_t{127}, int64_t{128}, int64_t{-112}, int64_t{-113},
                          int64_t{255}, int64_t{-256}, std::numeric_limits<int64_t>::max(),
                          std::numeric_limits<int64_t>::min()}) {
    op::UpdateMasterKey key;
    key.expiry = v;
    key.key = "secret";
    EXPECT_EQ(RoundTrip(key).expiry, v);
  }
}

TEST(CodecTest, StorageTypesAreNumberedAsInTheLog) {
  op::SetQuotaByStorageType quota;
  quota.path = "/q";
  quota.type = StorageType::kDisk;
  const std::string bytes = Encode({TxId(1), quota});
  // Behind the path "/q" (2 + 2 bytes) stands the order of DISK, which is 2.
  EXPECT_EQ(LoadU32(bytes.data() + 13 + 4), 2u);
  EXPECT_EQ(RoundTrip(quota).type, StorageType::kDisk);
}

TEST(CodecTest, OptionalFieldsKeepTheirAbsence) {
  op::AddCacheDirective add;
  add.directive.id = 3;
  add.directive.pool = "p";
  const op::AddCacheDirective back = RoundTrip(add);
  EXPECT_FALSE(back.directive.path.has_value());
  EXPECT_EQ(back.directive.pool, "p");
  op::ModifyCachePool modify;
  modify.pool.name = "p";
  modify.pool.limit = 5;
  EXPECT_EQ(RoundTrip(modify).pool.limit, 5);
  EXPECT_FALSE(RoundTrip(modify).pool.owner.has_value());
}

TEST(CodecTest, SnapshotTimesExistSinceLayout66) {
  op::CreateSnapshot create;
  create.path = "/s";
  create.name = "s0";
  create.mtime = 5;
  EXPECT_EQ(RoundTrip(create, -66).mtime, 5);
  EXPECT_EQ(RoundTrip(create, -65).mtime, 0);
}

TEST(CodecTest, OperationThatALayoutDoesNotHaveIsRefused) {
  std::string out = "x";
  EXPECT_EQ(EncodeRecord({TxId(1), op::Append()}, -61, out).code(), Code::kUnsupported);
  EXPECT_EQ(out, "x");
}

TEST(CodecTest, CharactersBeyondThePlaneBecomeSurrogatesAndComeBack) {
  const std::string smile = "/a\xF0\x9F\x98\x80z\xE6\x97\xA5";
  const std::string modified = ToModifiedUtf8(smile);
  EXPECT_EQ(modified, "/a\xED\xA0\xBD\xED\xB8\x80z\xE6\x97\xA5");
  EXPECT_EQ(FromModifiedUtf8(modified), smile);
  op::SetReplication set;
  set.path = smile;
  EXPECT_EQ(RoundTrip(set).path, smile);
}

TEST(CodecTest, BytesThatAreNotUtf8AreCarried) {
  for (const std::string bytes : {"\xF0\x9F", "\xED\xA0\xBD", "\xFF\xFE", "\xED\xA0\xBDx"}) {
    EXPECT_EQ(FromModifiedUtf8(ToModifiedUtf8(bytes)), bytes);
  }
}

TEST(CodecTest, StringThatIsTooLongIsRefusedAndLeavesNothing) {
  op::Delete del;
  del.path = std::string(70000, 'x');
  std::string out;
  EXPECT_EQ(EncodeRecord({TxId(1), del}, -67, out).code(), Code::kInvalidArgument);
  EXPECT_TRUE(out.empty());
}

TEST(CodecTest, FlippedBitAnywhereIsNoticed) {
  op::Mkdir mkdir;
  mkdir.path = "/a";
  mkdir.permission = {"u", "g", 0755};
  const std::string good = Encode({TxId(9), mkdir});
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 4);
    const Result<Frame> frame = PeekFrame(bad);
    EXPECT_TRUE(!frame.ok() || frame->kind != Frame::Kind::kRecord) << "byte " << i;
  }
}

TEST(CodecTest, EveryPrefixAsksForMore) {
  // An OP_ADD begins with zeros.
  op::Add add{};
  add.path = "/a/b/c";
  for (const EditOp& operation : {EditOp(op::Delete{"/a/b/c", 5, kRetry}), EditOp(add)}) {
    const std::string bytes = Encode({TxId(9), operation});
    for (size_t n = 1; n < bytes.size(); ++n) {
      const Result<Frame> frame = PeekFrame(std::string_view(bytes).substr(0, n));
      ASSERT_TRUE(frame.ok());
      EXPECT_EQ(frame->kind, Frame::Kind::kMore);
    }
  }
}

TEST(CodecTest, AddOfLengthZeroIsTheEnd) {
  const Result<Frame> frame = PeekFrame(std::string(100, '\0'));
  ASSERT_TRUE(frame.ok());
  EXPECT_EQ(frame->kind, Frame::Kind::kEnd);
  EXPECT_EQ(PeekFrame("\xFF")->kind, Frame::Kind::kEnd);
  EXPECT_EQ(PeekFrame("")->kind, Frame::Kind::kEnd);
}

TEST(CodecTest, LengthsOutOfBoundsAreRefusedBeforeMemoryIsTaken) {
  std::string bytes(64, '\0');
  bytes[0] = 3;
  StoreU32(bytes.data() + 1, 0x7FFFFFFF);
  EXPECT_EQ(PeekFrame(bytes).status().code(), Code::kCorrupt);
  StoreU32(bytes.data() + 1, 11);
  EXPECT_EQ(PeekFrame(bytes).status().code(), Code::kCorrupt);
}

TEST(CodecTest, CountBeyondTheRecordIsRefused) {
  // An update of blocks that claims 2^31 - 1 of them in a body of a few bytes.
  std::string frame;
  PutU8(frame, 25);
  PutU32(frame, 0);
  PutU64(frame, 1);
  PutU16(frame, 2);
  frame += "/f";
  frame += "\x8C\x7F\xFF\xFF\xFF";
  frame += "\0\0\0\0";
  EXPECT_EQ(DecodeRecord(frame + std::string(4, '\0'), -67).status().code(), Code::kCorrupt);
}

TEST(CodecTest, BodyCutAnywhereOrTooLongIsCorrupt) {
  const std::string good = Encode({TxId(9), op::Rename{"/a", "/b", 5, {}, kRetry}});
  for (size_t n = 17; n < good.size(); ++n) {
    EXPECT_FALSE(DecodeRecord(good.substr(0, n), -67).ok()) << n;
  }
  EXPECT_FALSE(DecodeRecord(good + "x", -67).ok());
}

TEST(CodecTest, HeaderOfAnUnknownLayoutIsRefused) {
  EXPECT_EQ(*ParseSegmentHeader(SegmentHeader(-67)), -67);
  EXPECT_EQ(ParseSegmentHeader(SegmentHeader(-68)).status().code(), Code::kIncorrectVersion);
  EXPECT_EQ(ParseSegmentHeader(SegmentHeader(-55)).status().code(), Code::kIncorrectVersion);
  EXPECT_EQ(ParseSegmentHeader("\xFF\xFF").status().code(), Code::kEndOfFile);
}

TEST(CodecTest, OpcodesAreUnique) {
  for (size_t i = 0; i < kOps.size(); ++i) EXPECT_EQ(OpIndexOfCode(kOps[i].code), i);
}

}  // namespace
}  // namespace cairn::namenode
