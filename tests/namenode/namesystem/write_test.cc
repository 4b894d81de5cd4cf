// SPDX-License-Identifier: Apache-2.0
#include <variant>

#include "tests/namenode/namesystem/fixture.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class WriteTest : public NamesystemFixture {
 protected:
  WriteTest() {
    for (const char* name : {"dn1", "dn2", "dn3"}) AddDatanode(name);
  }

  CompleteRequest CompleteOf(const std::string& path, const LocatedBlock& last, uint64_t length,
                             const std::string& client = "client-1") {
    ExtendedBlock block = last.block;
    block.block.length = length;
    return {.path = path, .client_name = client, .last = block};
  }

  CreateRequest CreateOf(const std::string& path, const std::string& client) {
    return {.path = path,
            .mode = {.masked = 0644},
            .client_name = client,
            .flags = kCreateFlagCreate,
            .create_parent = true,
            .replication = 3,
            .block_size = kBlockSize};
  }

  static ExtendedBlock WithLength(ExtendedBlock block, uint64_t length) {
    block.block.length = length;
    return block;
  }

  std::optional<RecoverBlocksCommand::Item> RecoveryOrder(DatanodeRegistration* leader) {
    for (const DatanodeRegistration& node : nodes_) {
      for (const DatanodeCommand& command : Beat(node).commands) {
        if (const auto* recover = std::get_if<RecoverBlocksCommand>(&command)) {
          *leader = node;
          return recover->items.front();
        }
      }
    }
    return std::nullopt;
  }

  CommitBlockSynchronizationRequest Commit(const LocatedBlock& block, GenerationStamp stamp,
                                           uint64_t length) {
    CommitBlockSynchronizationRequest request{.block = block.block,
                                              .new_generation_stamp = stamp,
                                              .new_length = length,
                                              .close_file = true};
    for (const DatanodeRegistration& node : nodes_) {
      request.new_targets.push_back(node.id);
      request.new_target_storages.push_back(VolumeOf(node).uuid);
    }
    return request;
  }
};

TEST_F(WriteTest, AFileOfTwoBlocksIsWrittenAndRead) {
  const FileStatus created = Create("/d/f");
  EXPECT_EQ(created.replication, 3u);
  EXPECT_EQ(created.length, 0u);
  LocatedBlock first = AddBlock("/d/f", std::nullopt);
  EXPECT_EQ(first.locations.size(), 3u);
  EXPECT_EQ(first.offset, 0u);
  ReportReceived(first, kBlockSize);
  LocatedBlock second = AddBlock("/d/f", WithLength(first.block, kBlockSize));
  EXPECT_EQ(second.offset, kBlockSize);
  EXPECT_GT(second.block.block.id, first.block.block.id);
  EXPECT_GT(second.block.block.generation_stamp, first.block.block.generation_stamp);

  // Nobody has the second block yet.
  EXPECT_FALSE(ns_->Complete(Super(), CompleteOf("/d/f", second, 100)).value());
  ReportReceived(second, 100);
  EXPECT_TRUE(ns_->Complete(Super(), CompleteOf("/d/f", second, 100)).value());
  // The answer got lost: the client asks again.
  EXPECT_TRUE(ns_->Complete(Super(), CompleteOf("/d/f", second, 100)).value());
  EXPECT_TRUE(ns_->IsFileClosed(Super(), "/d/f").value());

  EXPECT_EQ(Stat("/d/f")->length, kBlockSize + 100);
  Outcome<LocatedBlocks> read = ns_->GetBlockLocations(Super(), "/d/f", kBlockSize, 10);
  ASSERT_TRUE(read.ok()) << Why(read);
  EXPECT_EQ(read->file_length, kBlockSize + 100);
  ASSERT_EQ(read->blocks.size(), 1u);
  EXPECT_EQ(read->blocks[0].block.block.id, second.block.block.id);
  EXPECT_EQ(read->blocks[0].locations.size(), 3u);
  EXPECT_TRUE(read->last_block_complete);
  EXPECT_FALSE(read->under_construction);
  EXPECT_EQ(ns_->GetBlockLocations(Super(), "/d/f", 0, UINT64_MAX)->blocks.size(), 2u);
  EXPECT_EQ(Why(ns_->GetBlockLocations(Super(), "/d", 0, 1)),
            "not found: Path is not a file: /d");
}

TEST_F(WriteTest, AddBlockKnowsItsOwnRetries) {
  Create("/f");
  LocatedBlock first = AddBlock("/f", std::nullopt);
  LocatedBlock again = AddBlock("/f", std::nullopt);
  EXPECT_EQ(first.block, again.block);
  EXPECT_EQ(again.locations.size(), 3u);
  ExtendedBlock wrong = first.block;
  wrong.block.id = BlockId(wrong.block.id.value + 99);
  Outcome<LocatedBlock> refused = ns_->AddBlock(
      Super(), {.path = "/f", .client_name = "client-1", .previous = wrong});
  EXPECT_EQ(refused.status().code(), Code::kIoError);
  EXPECT_TRUE(refused.status().message().starts_with(
      "Cannot allocate block in /f: passed 'previous' block "))
      << refused.status().message();
}

TEST_F(WriteTest, TheBlockBeforeTheLastMustBeReplicatedFirst) {
  Create("/f");
  LocatedBlock first = AddBlock("/f", std::nullopt);
  LocatedBlock second = AddBlock("/f", WithLength(first.block, kBlockSize));
  EXPECT_EQ(Why(ns_->AddBlock(Super(), {.path = "/f",
                                        .client_name = "client-1",
                                        .previous = WithLength(second.block, kBlockSize)})),
            std::string(CodeName(Code::kNotReplicatedYet)) + ": Not replicated yet: /f");
  ReportReceived(first, kBlockSize);
  AddBlock("/f", WithLength(second.block, kBlockSize));
}

TEST_F(WriteTest, AFileHasAMaximumOfBlocks) {
  Create("/f");
  std::optional<ExtendedBlock> previous;
  for (int i = 0; i < 4; ++i) {
    LocatedBlock block = AddBlock("/f", previous);
    ReportReceived(block, kBlockSize);
    previous = WithLength(block.block, kBlockSize);
  }
  EXPECT_EQ(Why(ns_->AddBlock(
                Super(), {.path = "/f", .client_name = "client-1", .previous = previous})),
            "i/o error: File has reached the limit on maximum number of blocks "
            "(dfs.namenode.fs-limits.max-blocks-per-file): 4 >= 4");
}

TEST_F(WriteTest, OnlyTheLeaseHolderWrites) {
  Create("/f");
  EXPECT_EQ(Why(ns_->AddBlock(Super(), {.path = "/f", .client_name = "client-2"})),
            std::string(CodeName(Code::kLeaseExpired)) +
                ": Client (=client-2) is not the lease owner (=client-1: /f (inode 0) Holder "
                "client-2 does not have any open files.");
  EXPECT_EQ(Why(ns_->AddBlock(Super(), {.path = "/no", .client_name = "client-1"})),
            "not found: File does not exist: /no (inode 0) [Lease.  Holder: client-1, pending "
            "creates: 1]");
}

TEST_F(WriteTest, CreateChecksWhatIsAsked) {
  CreateRequest request = CreateOf("/f", "c");
  request.block_size = 10;
  EXPECT_EQ(Why(ns_->Create(Super(), request)),
            "i/o error: Specified block size 10 is less than configured minimum value "
            "dfs.namenode.fs-limits.min-block-size=1024");
  request = CreateOf("/f", "c");
  request.replication = 600;
  EXPECT_EQ(Why(ns_->Create(Super(), request)),
            "i/o error: Requested replication factor of 600 exceeds maximum of 512 for /f, "
            "clientName=10.0.0.1");
  request = CreateOf("/no/f", "c");
  request.create_parent = false;
  EXPECT_EQ(Why(ns_->Create(Super(), request)),
            "not found: Parent directory doesn't exist: /no");
  MustMkdirs("/d");
  EXPECT_EQ(Why(ns_->Create(Super(), CreateOf("/d", "c"))),
            "already exists: /d already exists as a directory");
  WriteFile("/closed", 0);
  EXPECT_EQ(Why(ns_->Create(Super(), CreateOf("/closed", "c"))),
            "already exists: /closed for client 10.0.0.1 already exists");
}

TEST_F(WriteTest, CreateMeetsAnOpenFileInApachesWords) {
  Create("/f");
  EXPECT_EQ(Why(ns_->Create(Super(), CreateOf("/f", "client-1"))),
            std::string(CodeName(Code::kLeaseConflict)) +
                ": Failed to CREATE_FILE /f for client-1 on 10.0.0.1 because client-1 is already "
                "the current lease holder.");
  EXPECT_EQ(Why(ns_->Create(Super(), CreateOf("/f", "client-2"))),
            std::string(CodeName(Code::kLeaseConflict)) +
                ": Failed to CREATE_FILE /f for client-2 on 10.0.0.1 because this file lease is "
                "currently owned by client-1 on 10.0.0.1");
}

TEST_F(WriteTest, NumbersAndNamesThatNoRecordCouldHoldAreRefusedWithoutATrace) {
  CreateRequest request = CreateOf("/f", "client-1");
  request.block_size = uint64_t{1} << 63;
  EXPECT_EQ(ns_->Create(Super(), request).status().code(), Code::kIoError);
  EXPECT_EQ(ns_->Create(Super(), CreateOf("/f", std::string(100'000, 'c'))).status().code(),
            Code::kInvalidArgument);
  EXPECT_FALSE(Stat("/f").has_value());
  EXPECT_EQ(ns_->SetOwner(Super(), "/", std::string(100'000, 'u'), "").status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(Stat("/")->owner, "hdfs");

  Create("/f");
  LocatedBlock block = AddBlock("/f", std::nullopt);
  const uint64_t absurd = uint64_t{1} << 60;
  EXPECT_EQ(ns_->Complete(Super(), CompleteOf("/f", block, absurd)).status().code(),
            Code::kIoError);
  EXPECT_EQ(ns_->AddBlock(Super(), {.path = "/f",
                                    .client_name = "client-1",
                                    .previous = WithLength(block.block, absurd)})
                .status().code(),
            Code::kIoError);
  EXPECT_EQ(ns_->Fsync(Super(), {.path = "/f",
                                 .client_name = "client-1",
                                 .last_block_length = INT64_MAX})
                .status().code(),
            Code::kIoError);
  Sync();
  Restart();
  EXPECT_EQ(Stat("/f")->length, 0u);
}

TEST_F(WriteTest, OverwriteReplacesTheFileAndItsBlocksGo) {
  WriteFile("/f", 1000);
  const InodeId old = Stat("/f")->inode_id;
  CreateRequest request = CreateOf("/f", "client-2");
  request.flags |= kCreateFlagOverwrite;
  Outcome<FileStatus> created = ns_->Create(Super(), request);
  ASSERT_TRUE(created.ok()) << Why(created);
  EXPECT_GT(created->inode_id, old);
  EXPECT_EQ(state_->blocks.Counters().blocks, 0u);
}

TEST_F(WriteTest, AnAbandonedBlockIsForgotten) {
  Create("/f");
  LocatedBlock block = AddBlock("/f", std::nullopt);
  ASSERT_TRUE(ns_->AbandonBlock(Super(), block.block, kInvalidInodeId, "/f", "client-1").ok());
  EXPECT_FALSE(state_->blocks.Find(block.block.block.id).has_value());
  // A retry of it finds nothing to do.
  EXPECT_TRUE(ns_->AbandonBlock(Super(), block.block, kInvalidInodeId, "/f", "client-1").ok());
  LocatedBlock other = AddBlock("/f", std::nullopt);
  EXPECT_NE(other.block.block.id, block.block.block.id);
}

TEST_F(WriteTest, AFileIsKnownByItsInodeAfterARename) {
  const FileStatus created = Create("/f");
  ASSERT_TRUE(ns_->Rename(Super(), "/f", "/g").value());
  Outcome<LocatedBlock> block = ns_->AddBlock(
      Super(), {.path = "/f", .client_name = "client-1", .inode_id = created.inode_id});
  ASSERT_TRUE(block.ok()) << Why(block);
  ReportReceived(block.value(), 7);
  CompleteRequest complete = CompleteOf("/f", block.value(), 7);
  complete.inode_id = created.inode_id;
  EXPECT_TRUE(ns_->Complete(Super(), complete).value());
  EXPECT_EQ(Stat("/g")->length, 7u);
}

TEST_F(WriteTest, FsyncMakesALengthVisible) {
  Create("/f");
  LocatedBlock block = AddBlock("/f", std::nullopt);
  ASSERT_TRUE(ns_->Fsync(Super(), {.path = "/f",
                                   .client_name = "client-1",
                                   .last_block_length = 512})
                  .ok());
  EXPECT_EQ(Stat("/f")->length, 512u);
  Outcome<LocatedBlocks> read = ns_->GetBlockLocations(Super(), "/f", 0, 100);
  EXPECT_TRUE(read->under_construction);
  EXPECT_FALSE(read->last_block_complete);
  EXPECT_EQ(read->file_length, 0u);
  ASSERT_TRUE(read->last_block.has_value());
  EXPECT_EQ(read->last_block->block.block.length, 512u);
}

TEST_F(WriteTest, APipelineGoesOnWithANewGenerationStamp) {
  Create("/f");
  LocatedBlock block = AddBlock("/f", std::nullopt);
  EXPECT_EQ(ns_->UpdateBlockForPipeline(Super(), block.block, "client-2").status().code(),
            Code::kLeaseExpired);
  Outcome<LocatedBlock> bumped =
      ns_->UpdateBlockForPipeline(Super(), block.block, "client-1");
  ASSERT_TRUE(bumped.ok()) << Why(bumped);
  const ExtendedBlock fresh = WithLength(bumped->block, 100);
  EXPECT_GT(fresh.block.generation_stamp, block.block.block.generation_stamp);

  UpdatePipelineRequest update{.client_name = "client-1",
                               .old_block = block.block,
                               .new_block = fresh,
                               .new_nodes = {nodes_[0].id, nodes_[1].id},
                               .new_storage_uuids = {"DS-dn1", "DS-dn2"}};
  ASSERT_TRUE(ns_->UpdatePipeline(Super(), update).ok());
  EXPECT_EQ(state_->blocks.ExpectedPlaces(fresh.block.id).size(), 2u);
  // A second time, without the retry cache: the stamp is not newer any more.
  EXPECT_EQ(ns_->UpdatePipeline(Super(), update).status().code(), Code::kIoError);
  update.new_block.block.generation_stamp = GenerationStamp(99999);
  EXPECT_EQ(ns_->UpdatePipeline(Super(), update).status().code(), Code::kIoError);
}

TEST_F(WriteTest, AdditionalDatanodesComeWithTheOldOnes) {
  Create("/f");
  LocatedBlock block = AddBlock("/f", std::nullopt);
  AddDatanode("dn4");
  AdditionalDatanodeRequest request{.path = "/f",
                                    .block = block.block,
                                    .existing = {nodes_[0].id, nodes_[1].id},
                                    .existing_storage_uuids = {"DS-dn1", "DS-dn2"},
                                    .excludes = {nodes_[2].id},
                                    .client_name = "client-1"};
  Outcome<LocatedBlock> more = ns_->GetAdditionalDatanode(Super(), request);
  ASSERT_TRUE(more.ok()) << Why(more);
  ASSERT_EQ(more->locations.size(), 3u);
  EXPECT_EQ(more->locations[2].node.id.uuid, "dn4");
  request.excludes.push_back(nodes_[3].id);
  EXPECT_EQ(ns_->GetAdditionalDatanode(Super(), request)->locations.size(), 2u);
}

TEST_F(WriteTest, AppendReopensTheLastBlock) {
  WriteFile("/f", 1000);
  Outcome<AppendResult> opened =
      ns_->Append(Super(), {.path = "/f", .client_name = "client-2"});
  ASSERT_TRUE(opened.ok()) << Why(opened);
  ASSERT_TRUE(opened->last_block.has_value());
  EXPECT_EQ(opened->last_block->block.block.length, 1000u);
  EXPECT_EQ(opened->last_block->locations.size(), 3u);
  EXPECT_FALSE(ns_->IsFileClosed(Super(), "/f").value());

  Outcome<LocatedBlock> bumped =
      ns_->UpdateBlockForPipeline(Super(), opened->last_block->block, "client-2");
  ASSERT_TRUE(bumped.ok()) << Why(bumped);
  UpdatePipelineRequest update{.client_name = "client-2",
                               .old_block = opened->last_block->block,
                               .new_block = WithLength(bumped->block, 1000)};
  for (const DatanodeRegistration& node : nodes_) {
    update.new_nodes.push_back(node.id);
    update.new_storage_uuids.push_back(VolumeOf(node).uuid);
  }
  ASSERT_TRUE(ns_->UpdatePipeline(Super(), update).ok());
  LocatedBlock fresh = bumped.value();
  fresh.locations = opened->last_block->locations;
  ReportReceived(fresh, 1500);
  EXPECT_TRUE(ns_->Complete(Super(), CompleteOf("/f", fresh, 1500, "client-2")).value());
  EXPECT_EQ(Stat("/f")->length, 1500u);
}

TEST_F(WriteTest, AppendInANewBlockLeavesTheOldOneAlone) {
  WriteFile("/f", 1000);
  Outcome<AppendResult> opened = ns_->Append(
      Super(), {.path = "/f",
                .client_name = "client-2",
                .flags = kCreateFlagAppend | kCreateFlagNewBlock});
  ASSERT_TRUE(opened.ok()) << Why(opened);
  const ExtendedBlock old = opened->last_block->block;
  EXPECT_TRUE(opened->last_block->locations.empty());
  LocatedBlock block = AddBlock("/f", old, "client-2");
  EXPECT_EQ(block.offset, 1000u);
  ReportReceived(block, 5);
  EXPECT_TRUE(ns_->Complete(Super(), CompleteOf("/f", block, 5, "client-2")).value());
  EXPECT_EQ(Stat("/f")->length, 1005u);
}

TEST_F(WriteTest, AppendRefusesInApachesWords) {
  MustMkdirs("/d");
  EXPECT_EQ(Why(ns_->Append(Super(), {.path = "/d", .client_name = "c"})),
            "already exists: Cannot append to directory /d; already exists as a directory.");
  EXPECT_EQ(Why(ns_->Append(Super(), {.path = "/no", .client_name = "c"})),
            "not found: Failed to append to non-existent file /no for client 10.0.0.1");
}

TEST_F(WriteTest, RetriesHaveTheirEffectOnce) {
  CreateRequest request = CreateOf("/f", "client-1");
  Outcome<FileStatus> first = ns_->Create(Call("hdfs", 1), request);
  Outcome<FileStatus> second = ns_->Create(Call("hdfs", 1), request);
  ASSERT_TRUE(second.ok()) << Why(second);
  EXPECT_EQ(first->inode_id, second->inode_id);
  EXPECT_EQ(first.wait_for, second.wait_for);
  EXPECT_TRUE(ns_->Rename(Call("hdfs", 2), "/f", "/g").value());
  EXPECT_TRUE(ns_->Rename(Call("hdfs", 2), "/f", "/g").value());
  EXPECT_TRUE(ns_->Delete(Call("hdfs", 3), "/g", false).value());
  EXPECT_TRUE(ns_->Delete(Call("hdfs", 3), "/g", false).value());
  EXPECT_FALSE(ns_->Delete(Call("hdfs", 4), "/g", false).value());

  // A new namenode has it from the log.
  request.path = "/kept";
  Outcome<FileStatus> kept = ns_->Create(Call("hdfs", 5), request);
  Sync();
  Restart();
  EXPECT_EQ(ns_->Create(Call("hdfs", 5), request)->inode_id, kept->inode_id);
  EXPECT_TRUE(ns_->Delete(Call("hdfs", 3), "/g", false).value());
  EXPECT_FALSE(Stat("/f").has_value());
  clock_.Advance(601s);
  EXPECT_FALSE(ns_->Delete(Call("hdfs", 3), "/g", false).value());
}

TEST_F(WriteTest, RecoverLeaseClosesAFileWithoutOpenBlocks) {
  Create("/f");
  EXPECT_TRUE(ns_->RecoverLease(Super(), "/f", "client-2").value());
  EXPECT_TRUE(ns_->IsFileClosed(Super(), "/f").value());
  EXPECT_EQ(Why(ns_->RecoverLease(Super(), "/no", "client-2")),
            "not found: File does not exist: /no");
}

TEST_F(WriteTest, RecoverLeaseOrdersABlockRecoveryAndItsCommitClosesTheFile) {
  Create("/f");
  LocatedBlock block = AddBlock("/f", std::nullopt);
  for (const DatanodeRegistration& node : nodes_) {
    Report(node, block.block.block, ReceivedStatus::kReceiving);
  }
  EXPECT_FALSE(ns_->RecoverLease(Super(), "/f", "client-2").value());
  // The writer's lease is gone.
  EXPECT_EQ(ns_->AddBlock(Super(), {.path = "/f", .client_name = "client-1"}).status().code(),
            Code::kLeaseExpired);
  DatanodeRegistration leader;
  const auto order = RecoveryOrder(&leader);
  ASSERT_TRUE(order.has_value());
  EXPECT_EQ(order->block.id, block.block.block.id);
  EXPECT_GT(order->new_generation_stamp, block.block.block.generation_stamp);
  // Impatience does not make the order worthless.
  EXPECT_FALSE(ns_->RecoverLease(Super(), "/f", "client-2").value());

  Outcome<Done> wrong = ns_->CommitBlockSynchronization(
      Super(), Commit(block, GenerationStamp(order->new_generation_stamp.value - 1), 300));
  EXPECT_EQ(wrong.status().code(), Code::kIoError);
  EXPECT_FALSE(ns_->IsFileClosed(Super(), "/f").value());
  Outcome<Done> committed = ns_->CommitBlockSynchronization(
      Super(), Commit(block, order->new_generation_stamp, 300));
  ASSERT_TRUE(committed.ok()) << Why(committed);
  EXPECT_TRUE(ns_->IsFileClosed(Super(), "/f").value());
  EXPECT_EQ(Stat("/f")->length, 300u);
  EXPECT_TRUE(ns_->RecoverLease(Super(), "/f", "client-2").value());
  // The datanode says it again.
  EXPECT_TRUE(ns_->CommitBlockSynchronization(
                     Super(), Commit(block, order->new_generation_stamp, 300))
                  .ok());
}

TEST_F(WriteTest, ARecoveryThatFoundNothingDropsTheBlock) {
  Create("/f");
  LocatedBlock block = AddBlock("/f", std::nullopt);
  EXPECT_FALSE(ns_->RecoverLease(Super(), "/f", "client-2").value());
  DatanodeRegistration leader;
  const auto order = RecoveryOrder(&leader);
  ASSERT_TRUE(order.has_value());
  CommitBlockSynchronizationRequest request = Commit(block, order->new_generation_stamp, 0);
  request.delete_block = true;
  ASSERT_TRUE(ns_->CommitBlockSynchronization(Super(), request).ok());
  EXPECT_EQ(Stat("/f")->length, 0u);
  EXPECT_TRUE(ns_->IsFileClosed(Super(), "/f").value());
  EXPECT_FALSE(state_->blocks.Find(block.block.block.id).has_value());
}

TEST_F(WriteTest, ASoftLeaseFallsToTheNextCreator) {
  Create("/f");
  clock_.Advance(61s);
  Outcome<FileStatus> taken = ns_->Create(Super(), CreateOf("/f", "client-2"));
  EXPECT_EQ(Why(taken), "already exists: /f for client 10.0.0.1 already exists");
  EXPECT_TRUE(ns_->IsFileClosed(Super(), "/f").value());
  ASSERT_TRUE(ns_->Append(Super(), {.path = "/f", .client_name = "client-2"}).ok());
  clock_.Advance(59s);
  ASSERT_TRUE(ns_->RenewLease(Super(), "client-2").ok());
  clock_.Advance(59s);
  EXPECT_EQ(ns_->Append(Super(), {.path = "/f", .client_name = "client-3"}).status().code(),
            Code::kLeaseConflict);
}

TEST_F(WriteTest, TheNamenodeTakesFilesOfSilentWritersItself) {
  Create("/f");
  AddBlock("/f", std::nullopt);
  Create("/empty", "client-2");
  clock_.Advance(1201s);
  for (const DatanodeRegistration& node : nodes_) Beat(node);
  monitor_->Tick();
  EXPECT_TRUE(ns_->IsFileClosed(Super(), "/empty").value());
  EXPECT_FALSE(ns_->IsFileClosed(Super(), "/f").value());
  Outcome<OpenFiles> open = ns_->ListOpenFiles(Super(), InodeId(0), "/");
  ASSERT_EQ(open->entries.size(), 1u);
  EXPECT_TRUE(open->entries[0].client_name.starts_with("HDFS_NameNode-"))
      << open->entries[0].client_name;
  DatanodeRegistration leader;
  EXPECT_TRUE(RecoveryOrder(&leader).has_value());
}

TEST_F(WriteTest, SetReplicationReachesTheBlocks) {
  WriteFile("/f", 1000);
  EXPECT_TRUE(ns_->SetReplication(Super(), "/f", 2).value());
  EXPECT_EQ(Stat("/f")->replication, 2u);
  MustMkdirs("/d");
  EXPECT_FALSE(ns_->SetReplication(Super(), "/d", 2).value());
  EXPECT_FALSE(ns_->SetReplication(Super(), "/no", 2).value());
  EXPECT_EQ(Why(ns_->SetReplication(Super(), "/f", 0)),
            "i/o error: Requested replication factor of 0 is less than the required minimum of "
            "1 for /f");
}

TEST_F(WriteTest, DeletedReplicasAreOrderedAwayOnlyAfterTheDeleteIsDurable) {
  WriteFile("/f", 1000);
  Sync();
  for (const DatanodeRegistration& node : nodes_) ReportAll(node, {});
  Outcome<bool> deleted = ns_->Delete(Super(), "/f", false);
  ASSERT_TRUE(deleted.value());
  EXPECT_EQ(state_->blocks.Counters().blocks, 0u);
}

TEST_F(WriteTest, ConcatJoinsFilesOfOneDirectory) {
  WriteFile("/d/a", 1000);
  WriteFile("/d/b", 2000);
  WriteFile("/other", 10);
  EXPECT_EQ(Why(ns_->Concat(Super(), "/d/a", {"/other"})),
            std::string(CodeName(Code::kInvalidArgument)) +
                ": Source file /other is not in the same directory with the target /d/a");
  ASSERT_TRUE(ns_->Concat(Super(), "/d/a", {"/d/b"}).ok());
  EXPECT_EQ(Stat("/d/a")->length, 3000u);
  EXPECT_FALSE(Stat("/d/b").has_value());
  EXPECT_EQ(ns_->GetBlockLocations(Super(), "/d/a", 0, 5000)->blocks.size(), 2u);
}

TEST_F(WriteTest, TruncateAtABoundaryIsDoneAtOnceAndElsewhereARecovery) {
  Create("/f");
  LocatedBlock first = AddBlock("/f", std::nullopt);
  ReportReceived(first, kBlockSize);
  LocatedBlock second = AddBlock("/f", WithLength(first.block, kBlockSize));
  ReportReceived(second, 100);
  ASSERT_TRUE(ns_->Complete(Super(), CompleteOf("/f", second, 100)).value());
  EXPECT_EQ(ns_->Truncate(Super(), "/f", kBlockSize * 3, "c").status().code(),
            Code::kInvalidArgument);
  EXPECT_TRUE(ns_->Truncate(Super(), "/f", kBlockSize, "client-2").value());
  EXPECT_EQ(Stat("/f")->length, kBlockSize);
  EXPECT_FALSE(ns_->Truncate(Super(), "/f", 500, "client-2").value());
  DatanodeRegistration leader;
  const auto order = RecoveryOrder(&leader);
  ASSERT_TRUE(order.has_value());
  ASSERT_TRUE(order->truncate_block.has_value());
  EXPECT_EQ(order->truncate_block->length, 500u);
  LocatedBlock cut = first;
  ASSERT_TRUE(ns_->CommitBlockSynchronization(
                     Super(), Commit(cut, order->new_generation_stamp, 500))
                  .ok());
  EXPECT_EQ(Stat("/f")->length, 500u);
  EXPECT_TRUE(ns_->IsFileClosed(Super(), "/f").value());
}

TEST_F(WriteTest, SpaceQuotasCountReplicasAndGiveBackWhatABlockDidNotNeed) {
  MustMkdirs("/q");
  ASSERT_TRUE(
      ns_->SetQuota(Super(), {.path = "/q", .space_quota = 4 * static_cast<int64_t>(kBlockSize)})
          .ok());
  WriteFile("/q/f", 1000);
  EXPECT_EQ(ns_->GetQuotaUsage(Super(), "/q")->space_consumed, 3000u);
  Create("/q/g");
  AddBlock("/q/g", std::nullopt);
  EXPECT_EQ(ns_->GetQuotaUsage(Super(), "/q")->space_consumed, 3000 + 3 * kBlockSize);
  Create("/q/h");
  EXPECT_EQ(ns_->AddBlock(Super(), {.path = "/q/h", .client_name = "client-1"}).status().code(),
            Code::kSpaceQuota);
  ASSERT_TRUE(ns_->Delete(Super(), "/q/g", false).value());
  EXPECT_EQ(ns_->GetQuotaUsage(Super(), "/q")->space_consumed, 3000u);
  ASSERT_TRUE(ns_->Delete(Super(), "/q/h", false).value());
  ASSERT_TRUE(ns_->Delete(Super(), "/q/f", false).value());
  EXPECT_EQ(ns_->GetQuotaUsage(Super(), "/q")->space_consumed, 0u);
  const DirectoryQuota* root = state_->tree.features().Quota(state_->tree.root());
  EXPECT_EQ(root->usage.space, 0);
  EXPECT_EQ(root->usage.names, 2);
}

}  // namespace
}  // namespace cairn::namenode
