// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/datanode/transfer/test_client.h"

namespace cairn::datanode {
namespace {

struct Case {
  size_t first;    // Bytes before.
  size_t added;
};

class AppendTest : public ::testing::TestWithParam<Case> {};

wire::WriteBlockOp MakeAppend(const ExtendedBlock& block, const std::vector<TestDatanode*>& nodes,
                              uint64_t stamp) {
  wire::WriteBlockOp op = MakeWrite(block, nodes);
  op.stage = wire::BlockConstructionStage::kPipelineSetupAppend;
  op.latest_generation_stamp = GenerationStamp(stamp);
  op.min_bytes_received = op.max_bytes_received = block.block.length;
  return op;
}

TEST_P(AppendTest, BytesBehindAnyOffsetOfAChunkAreRightOnAllDatanodes) {
  TestDatanode nodes[2];
  const auto [first, added] = GetParam();
  const std::string data = Pattern(first + added);
  WriteWhole(MakeBlock(1), {&nodes[0], &nodes[1]}, data.substr(0, first));
  ASSERT_TRUE(nodes[1].events().WaitForReceived(1));

  TestWriter writer(MakeAppend(MakeBlock(1, first), {&nodes[0], &nodes[1]}, 1002), nodes[0]);
  ASSERT_EQ(wire::OpStatus::kSuccess, writer.answer().status) << writer.answer().message;
  writer.Write(first, data.substr(first));
  writer.Close();
  const ExtendedBlock block = MakeBlock(1, data.size(), 1002);
  for (TestDatanode& node : nodes) {
    EXPECT_EQ(data, node.Content(block));
    EXPECT_TRUE(node.VerifyOnDisk(block).ok());
    EXPECT_EQ(data, ReadWhole(node, block, data.size()));
    EXPECT_EQ(block, node.events().received().back());
  }
}

INSTANTIATE_TEST_SUITE_P(Offsets, AppendTest,
                         ::testing::Values(Case{512, 1}, Case{512, 513}, Case{513, 1},
                                           Case{513, 511}, Case{513, 5000}, Case{511, 1},
                                           Case{511, 2}, Case{1023, 513}, Case{1, 510},
                                           Case{100'000, 100'000}));

TEST(AppendTest, ReaderOfTheOldBytesIsNotDisturbed) {
  TestDatanode node;
  const std::string data = Pattern(700);
  WriteWhole(MakeBlock(1), {&node}, data.substr(0, 513));
  std::string have = data.substr(0, 513);
  TestWriter writer(MakeAppend(MakeBlock(1, 513), {&node}, 1002), node);
  ASSERT_EQ(wire::OpStatus::kSuccess, writer.answer().status);
  for (size_t at = 513; at < data.size(); ++at) {
    // Verified by ReadRange, with the stamp that the reader knew before the append.
    EXPECT_EQ(have, ReadWhole(node, MakeBlock(1), have.size()));
    writer.Write(at, data.substr(at, 1));
    have += data[at];
  }
  writer.Close();
}

TEST(AppendTest, LengthThatIsNotThereIsRefused) {
  TestDatanode node;
  WriteWhole(MakeBlock(1), {&node}, Pattern(600));
  TestWriter writer(MakeAppend(MakeBlock(1, 700), {&node}, 1002), node);
  EXPECT_EQ(wire::OpStatus::kError, writer.answer().status);
}

TEST(AppendTest, FailedAppendIsRecovered) {
  TestDatanode node;
  WriteWhole(MakeBlock(1), {&node}, Pattern(600));
  { TestWriter lost(MakeAppend(MakeBlock(1, 600), {&node}, 1002), node); }
  wire::WriteBlockOp op = MakeAppend(MakeBlock(1, 600, 1001), {&node}, 1003);
  op.stage = wire::BlockConstructionStage::kPipelineSetupAppendRecovery;
  TestWriter writer(op, node);
  ASSERT_EQ(wire::OpStatus::kSuccess, writer.answer().status) << writer.answer().message;
  writer.Write(600, "end");
  writer.Close();
  EXPECT_EQ(Pattern(600) + "end", node.Content(MakeBlock(1, 603, 1003)));
}

}  // namespace
}  // namespace cairn::datanode
