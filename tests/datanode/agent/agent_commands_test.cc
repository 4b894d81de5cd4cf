// SPDX-License-Identifier: Apache-2.0
// The namenode's commands.
#include "tests/datanode/agent/agent_fixture.h"

namespace cairn::datanode {
namespace {

namespace pb = hadoop::hdfs::datanode;
using Command = FakeNamenode::Command;

Command BlockCommand(pb::BlockCommandProto::Action action) {
  Command command;
  command.set_cmdtype(Command::BlockCommand);
  command.mutable_blkcmd()->set_action(action);
  command.mutable_blkcmd()->set_blockpoolid(kPool);
  return command;
}

Command Recovery(const ExtendedBlock& block, const std::vector<DatanodeInfo>& nodes,
                 uint64_t stamp) {
  Command command;
  command.set_cmdtype(Command::BlockRecoveryCommand);
  auto* row = command.mutable_recoverycmd()->add_blocks();
  row->set_newgenstamp(stamp);
  LocatedBlock located{.block = block};
  for (const DatanodeInfo& node : nodes) located.locations.push_back({.node = node});
  wire::ToProto(located, row->mutable_block());
  return command;
}

TEST_F(AgentTest, InvalidatedReplicasAreDeletedAndReported) {
  StartAndSettle();
  const ExtendedBlock block = datanode_.AddReplica(1, "one");
  Command command = BlockCommand(pb::BlockCommandProto::INVALIDATE);
  wire::ToProto(block.block, command.mutable_blkcmd()->add_blocks());
  namenode_.Send(command);
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.changes.size() == 1; }));
  EXPECT_EQ(namenode_.Changes()[0].block, IdOf(1));
  EXPECT_EQ(namenode_.Changes()[0].status, kDeleted);
  EXPECT_FALSE(datanode_.store().Find(kPool, block.block.id));
}

TEST_F(AgentTest, AReplicaIsSentToAnotherDatanode) {
  FakeNamenode other_namenode;
  TestAgent other(TestAgent::Options({other_namenode.address()}));
  other.Start();
  ASSERT_TRUE(other_namenode.WaitForCalls("blockReport", 1));
  StartAndSettle();
  const ExtendedBlock block = datanode_.AddReplica(1, "some bytes");
  Command command = BlockCommand(pb::BlockCommandProto::TRANSFER);
  wire::ToProto(block.block, command.mutable_blkcmd()->add_blocks());
  DatanodeInfo target;
  target.id = {.ip = "127.0.0.1",
               .host_name = "localhost",
               .uuid = other.store().datanode_uuid(),
               .transfer_port = other.transfer().port()};
  wire::ToProto(target, command.mutable_blkcmd()->add_targets()->add_datanodes());
  namenode_.Send(command);
  ASSERT_TRUE(other_namenode.WaitFor([&] { return other_namenode.changes.size() == 1; }));
  EXPECT_EQ(other_namenode.Changes()[0].status, kReceived);
  const auto copy = other.store().Find(kPool, block.block.id);
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->block, block.block);
}

TEST_F(AgentTest, AReplicaThatIsNotHereIsReportedAsInvalid) {
  StartAndSettle();
  Command command = BlockCommand(pb::BlockCommandProto::TRANSFER);
  wire::ToProto(MakeBlock(9, 5).block, command.mutable_blkcmd()->add_blocks());
  DatanodeInfo target;
  target.id.ip = "127.0.0.1";
  wire::ToProto(target, command.mutable_blkcmd()->add_targets()->add_datanodes());
  namenode_.Send(command);
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.errors.size() == 1; }));
  EXPECT_EQ(namenode_.errors[0].errorcode(), 2u);
}

TEST_F(AgentTest, ItLeadsTheRecoveryOfABlock) {
  StartAndSettle();
  const ExtendedBlock block = datanode_.AddOpenReplica(1, "written so far");
  // The second datanode cannot be reached.
  DatanodeInfo away;
  away.id = {.ip = "127.0.0.1", .uuid = "away", .ipc_port = 1};
  namenode_.Send(Recovery(block, {datanode_.agent().Self(), away}, 2000));
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.commits.size() == 1; }));
  const auto& commit = namenode_.commits[0];
  EXPECT_EQ(commit.newgenstamp(), 2000u);
  EXPECT_EQ(commit.newlength(), 14u);
  EXPECT_TRUE(commit.closefile());
  EXPECT_FALSE(commit.deleteblock());
  ASSERT_EQ(commit.newtaragets_size(), 1);
  EXPECT_EQ(commit.newtaragets(0).datanodeuuid(), datanode_.store().datanode_uuid());
  const auto replica = datanode_.store().Find(kPool, block.block.id);
  ASSERT_TRUE(replica);
  EXPECT_EQ(replica->state, ReplicaState::kFinalized);
  EXPECT_EQ(commit.newtargetstorages(0), replica->storage_uuid);
  // Told as received, too.
  ASSERT_TRUE(namenode_.WaitFor([&] { return !namenode_.changes.empty(); }));
  EXPECT_EQ(namenode_.Changes()[0].status, kReceived);
}

TEST_F(AgentTest, ABlockWithoutReplicasIsGivenUp) {
  StartAndSettle();
  namenode_.Send(Recovery(MakeBlock(5, 10), {datanode_.agent().Self()}, 2000));
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.commits.size() == 1; }));
  EXPECT_TRUE(namenode_.commits[0].deleteblock());
}

TEST_F(AgentTest, ARecoveryWhoseCommitFailsCanBeDoneAgain) {
  StartAndSettle();
  const ExtendedBlock block = datanode_.AddOpenReplica(1, "bytes");
  namenode_.Fail("commitBlockSynchronization", Status(Code::kIoError, "not now"));
  namenode_.Send(Recovery(block, {datanode_.agent().Self()}, 2000));
  ASSERT_TRUE(namenode_.WaitForCalls("commitBlockSynchronization", 1));
  namenode_.Send(Recovery(block, {datanode_.agent().Self()}, 2001));
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.commits.size() == 1; }));
  EXPECT_EQ(namenode_.commits[0].newgenstamp(), 2001u);
  EXPECT_EQ(namenode_.commits[0].newlength(), 5u);
}

TEST_F(AgentTest, CommandsThatAreNotBuiltAreIgnored) {
  StartAndSettle();
  Command cache;
  cache.set_cmdtype(Command::BlockIdCommand);
  cache.mutable_blkidcmd()->set_action(pb::BlockIdCommandProto::CACHE);
  cache.mutable_blkidcmd()->set_blockpoolid(kPool);
  Command keys;
  keys.set_cmdtype(Command::KeyUpdateCommand);
  wire::FillEmptyBlockKeys(keys.mutable_keyupdatecmd()->mutable_keys());
  Command none;
  none.set_cmdtype(Command::NullDatanodeCommand);
  Command finalize;
  finalize.set_cmdtype(Command::FinalizeCommand);
  finalize.mutable_finalizecmd()->set_blockpoolid(kPool);
  for (const Command& command : {cache, keys, none, finalize, cache,
                                 BlockCommand(pb::BlockCommandProto::SHUTDOWN)}) {
    namenode_.Send(command);
  }
  Command last;
  last.set_cmdtype(Command::BalancerBandwidthCommand);
  last.mutable_balancercmd()->set_bandwidth(4711);
  namenode_.Send(last);
  EXPECT_TRUE(
      namenode_.WaitFor([&] { return datanode_.transfer().balancer_bandwidth() == 4711u; }));
}

}  // namespace
}  // namespace cairn::datanode
