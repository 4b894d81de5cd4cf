// SPDX-License-Identifier: Apache-2.0
// The edit log of an Apache namenode, with what Apache's own viewer says of it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/io/disk.h"
#include "namenode/journal/codec.h"
#include "namenode/journal/edit_stream.h"
#include "namenode/journal/segment_reader.h"
#include "namenode/journal/version_file.h"

namespace cairn::namenode {
namespace {

const std::string kCurrent = CAIRN_GOLDEN_DIR "/image/nn/current/";

std::string ReadAll(const std::string& path) {
  io::PosixDisk disk;
  Result<std::string> bytes = disk.ReadFile(path, 64 << 20);
  EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
  return *bytes;
}

// Texts between <tag> and </tag>, in order.
std::vector<std::string> TagTexts(const std::string& xml, const std::string& tag) {
  std::vector<std::string> texts;
  for (size_t at = 0; (at = xml.find("<" + tag + ">", at)) != std::string::npos;) {
    at += tag.size() + 2;
    texts.push_back(xml.substr(at, xml.find("</" + tag + ">", at) - at));
  }
  return texts;
}

class GoldenSegmentTest : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenSegmentTest, RecordsComeBackToTheSameBytes) {
  const std::string bytes = ReadAll(kCurrent + GetParam());
  Result<std::unique_ptr<SegmentReader>> reader = SegmentReader::OnBytes(bytes, GetParam());
  ASSERT_TRUE(reader.ok()) << reader.status().ToString();
  std::string again = SegmentHeader((*reader)->layout_version());
  for (;;) {
    Result<std::optional<EditRecord>> record = (*reader)->Next();
    ASSERT_TRUE(record.ok()) << record.status().ToString();
    if (!*record) break;
    ASSERT_TRUE(EncodeRecord(**record, (*reader)->layout_version(), again).ok());
    ASSERT_EQ(again, bytes.substr(0, again.size())) << OpName((*record)->op);
  }
  EXPECT_EQ((*reader)->offset(), again.size());
}

INSTANTIATE_TEST_SUITE_P(All, GoldenSegmentTest,
                         ::testing::Values("edits_0000000000000000001-0000000000000000026",
                                           "edits_0000000000000000027-0000000000000000075",
                                           "edits_0000000000000000076-0000000000000000077",
                                           "edits_0000000000000000078-0000000000000000124",
                                           "edits_0000000000000000125-0000000000000000133",
                                           "edits_inprogress_0000000000000000134"));

TEST(GoldenTest, OperationsAndIdsAreThoseOfApachesViewer) {
  for (const char* name : {"edits_0000000000000000001-0000000000000000026",
                           "edits_0000000000000000027-0000000000000000075",
                           "edits_0000000000000000078-0000000000000000124",
                           "edits_0000000000000000125-0000000000000000133"}) {
    const std::string xml = ReadAll(std::string(CAIRN_GOLDEN_DIR "/image/") + name + ".xml");
    const std::vector<std::string> opcodes = TagTexts(xml, "OPCODE");
    const std::vector<std::string> txids = TagTexts(xml, "TXID");
    io::PosixDisk disk;
    Result<std::unique_ptr<SegmentReader>> reader = SegmentReader::Open(disk, kCurrent + name);
    ASSERT_TRUE(reader.ok());
    size_t i = 0;
    for (;; ++i) {
      Result<std::optional<EditRecord>> record = (*reader)->Next();
      ASSERT_TRUE(record.ok());
      if (!*record) break;
      ASSERT_LT(i, opcodes.size());
      EXPECT_EQ(OpName((*record)->op), opcodes[i]);
      EXPECT_EQ(ToString((*record)->txid), txids[i]);
    }
    EXPECT_EQ(i, opcodes.size()) << name;
  }
}

TEST(GoldenTest, FieldsAreThoseOfApachesViewer) {
  io::PosixDisk disk;
  EditStream stream(disk,
                    {{TxId(78), TxId(124), {kCurrent + "edits_0000000000000000078-"
                                                       "0000000000000000124"}}},
                    TxId(82));
  Result<std::optional<EditRecord>> record = stream.Next();
  ASSERT_TRUE(record.ok() && *record);
  const auto& add = std::get<op::Add>((*record)->op);
  EXPECT_EQ((*record)->txid, TxId(83));
  EXPECT_EQ(add.inode_id, InodeId(16399));
  EXPECT_EQ(add.path, "/g/dir/f3m._COPYING_");
  EXPECT_EQ(add.replication, 1);
  EXPECT_EQ(add.mtime, 1795500027281);
  EXPECT_EQ(add.block_size, 134217728);
  EXPECT_EQ(add.client_name, "DFSClient_NONMAPREDUCE_848874138_1");
  EXPECT_TRUE(add.overwrite);
  EXPECT_EQ(add.permission, (PermissionStatus{"root", "supergroup", 420}));
  EXPECT_EQ(add.retry.call_id, 5);
  EXPECT_EQ(add.retry.client_id.size(), 16u);
  for (int i = 84; i < 87; ++i) ASSERT_TRUE(stream.Next().ok());
  record = stream.Next();
  ASSERT_TRUE(record.ok() && *record);
  const auto& close = std::get<op::Close>((*record)->op);
  EXPECT_EQ(close.blocks,
            (std::vector<Block>{{BlockId(1073741829), 3000000, GenerationStamp(1008)}}));
}

TEST(GoldenTest, VersionFileIsRead) {
  const Result<NamespaceInfo> info = ParseVersion(ReadAll(kCurrent + "VERSION"));
  ASSERT_TRUE(info.ok()) << info.status().ToString();
  EXPECT_EQ(info->namespace_id, 1542954897u);
  EXPECT_EQ(info->cluster_id, "CID-a724407e-4850-4391-aa26-7cdf293cd7c2");
  EXPECT_EQ(info->block_pool_id, "BP-586905599-127.0.0.1-1795499597232");
  EXPECT_EQ(info->ctime_ms, 1795499597232);
  EXPECT_EQ(info->layout_version, -67);
  EXPECT_EQ(*ParseVersion(FormatVersion(*info)), *info);
}

}  // namespace
}  // namespace cairn::namenode
