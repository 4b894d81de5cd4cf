// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/loader.h"

#include <filesystem>

#include "tests/datanode/store/store_fixture.h"
#include "tests/fakes/fault_disk.h"

namespace cairn::datanode {
namespace {

class LoaderTest : public StoreTest {
 protected:
  std::string PoolDir(int i = 0) const { return Root(i) + "/current/" + kPool; }
  std::string FinalizedDir(int i = 0) const {
    return PoolDir(i) + "/current/finalized/subdir0/subdir0";
  }
  std::string RbwDir(int i = 0) const { return PoolDir(i) + "/current/rbw"; }

  // The files of a replica, put there by hand.
  void Place(const std::string& directory, uint64_t stamp, const std::string& bytes,
             const std::string& summed) {
    Store(directory + "/" + BlockFileName(kId), bytes);
    Store(directory + "/" + MetaFileName(kId, GenerationStamp(stamp)),
          EncodeMetaHeader({}) + ComputeChecksums({}, summed));
  }
};

TEST_F(LoaderTest, FinalizedReplicasAreFoundAgain) {
  for (int64_t i = 0; i < 50; ++i) {
    Put(1001, Bytes(static_cast<size_t>(i) * 37), BlockId(1073741825 + i * 7001));
  }
  const uint64_t used = store_->Volumes()[0]->Used(kPool);
  OpenStore();
  EXPECT_EQ(store_->ReplicaCount(kPool), 50u);
  EXPECT_EQ(store_->Volumes()[0]->Used(kPool), used);
  for (int64_t i = 0; i < 50; ++i) {
    const uint64_t length = static_cast<uint64_t>(i) * 37;
    EXPECT_TRUE(store_->IsValid(Name(1001, length, BlockId(1073741825 + i * 7001))));
  }
}

// HDFS-4799: what was being written must be reported as such, with its own stamp.
TEST_F(LoaderTest, ReplicaBeingWrittenIsReportedAsWaitingForRecovery) {
  {
    const std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
    ASSERT_TRUE(Write(*writer, Bytes(1000), 0, 1000).ok());
  }
  OpenStore();
  const std::vector<StorageBlocks> reports = store_->BlockReports(kPool);
  ASSERT_EQ(reports[0].blocks.size(), 1u);
  EXPECT_EQ(reports[0].blocks[0].state, ReplicaState::kRwr);
  EXPECT_EQ(reports[0].blocks[0].block, Name(1001, 1000).block);
  EXPECT_FALSE(store_->OpenForRead(Name(1001)).ok());
  EXPECT_EQ(store_->RecoverRbw(Name(1001), GenerationStamp(1002), 0, 2000, WriterOptions{})
                .status()
                .code(),
            Code::kReplicaNotFound);
}

TEST_F(LoaderTest, AnnouncedRestartKeepsTheReplicaWritable) {
  const std::string bytes = Bytes(1000);
  {
    const std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
    ASSERT_TRUE(Write(*writer, bytes, 0, 700).ok());
    writer->SetAcked(700);
    ASSERT_TRUE(store_->MarkForRestart(*writer, clock_.WallMs() + 50000).ok());
  }
  OpenStore();
  ASSERT_EQ(store_->Find(kPool, kId)->state, ReplicaState::kRbw);
  auto writer = store_->RecoverRbw(Name(1001), GenerationStamp(1002), 700, 700, WriterOptions{});
  ASSERT_TRUE(writer.ok()) << writer.status().ToString();
  ASSERT_TRUE(Write(**writer, bytes, 700, 1000).ok());
  ASSERT_TRUE(store_->MarkForRestart(**writer, clock_.WallMs() + 50000).ok());
  writer->reset();
  // Too late: then it waits for recovery.
  clock_.Advance(std::chrono::seconds(51));
  OpenStore();
  EXPECT_EQ(store_->Find(kPool, kId)->state, ReplicaState::kRwr);
}

TEST_F(LoaderTest, TemporaryReplicasAreGoneAfterARestart) {
  { ASSERT_TRUE(store_->CreateTemporary(Name(1001), {}, false, WriterOptions{}).ok()); }
  OpenStore();
  EXPECT_FALSE(store_->Find(kPool, kId));
  EXPECT_TRUE(disk_.List(PoolDir() + "/tmp")->empty());
}

TEST_F(LoaderTest, TailIsCutToWhatMatchesItsChecksum) {
  const std::string bytes = Bytes(2000);
  struct Case {
    size_t data;      // Bytes in the block file.
    size_t summed;    // Bytes that the meta file covers.
    uint64_t length;  // What is valid.
  };
  // Data is written before its checksum: the last checksum may be of a part of its chunk only.
  for (const Case& c : {Case{2000, 2000, 2000}, Case{2000, 1024, 1024}, Case{2000, 1100, 1100},
                        Case{1500, 2000, 1024}, Case{600, 0, 0}, Case{0, 0, 0},
                        Case{700, 513, 513}}) {
    store_.reset();
    Place(RbwDir(), 1001, bytes.substr(0, c.data), bytes.substr(0, c.summed));
    OpenStore();
    EXPECT_EQ(store_->Find(kPool, kId)->block.length, c.length) << c.data << " " << c.summed;
    if (c.data == 1500) continue;  // Its meta file covers bytes that are lost.
    ExpectOnDisk(bytes.substr(0, c.length), 1001);
  }
}

TEST_F(LoaderTest, UnreadableMetaFileMakesAnEmptyReplicaNotACrash) {
  store_.reset();
  Store(RbwDir() + "/blk_1073741825", "data");
  Store(RbwDir() + "/blk_1073741825_1001.meta", "garbage!");
  Store(RbwDir() + "/blk_1073741826", "no meta file at all");
  Store(RbwDir() + "/blk_1073741827", "");
  OpenStore();
  EXPECT_EQ(store_->Find(kPool, kId)->block.length, 0u);
  EXPECT_EQ(store_->Find(kPool, BlockId(1073741826))->block.generation_stamp, GenerationStamp(0));
  EXPECT_FALSE(store_->Find(kPool, BlockId(1073741827)));
}

// HDFS-8486: of two copies both were deleted.
class DuplicateTest : public LoaderTest, public ::testing::WithParamInterface<bool> {
 protected:
  DuplicateTest() { volumes_ = 2; }
};

TEST_P(DuplicateTest, ExactlyTheBetterOfTwoReplicasStays) {
  const std::string bytes = Bytes(2000);
  const std::vector<std::string> places =
      GetParam() ? std::vector{FinalizedDir(0), FinalizedDir(1)}
                 : std::vector{FinalizedDir(0), RbwDir(0)};
  for (uint64_t stamp0 : {1001u, 1002u}) {
    for (uint64_t stamp1 : {1001u, 1002u}) {
      for (size_t length0 : {1000u, 2000u}) {
        for (size_t length1 : {1000u, 2000u}) {
          store_.reset();
          for (const std::string& place : places) ASSERT_TRUE(disk_.RemoveTree(place).ok());
          Place(places[0], stamp0, bytes.substr(0, length0), bytes.substr(0, length0));
          Place(places[1], stamp1, bytes.substr(0, length1), bytes.substr(0, length1));
          OpenStore();
          const std::pair best = std::max(std::pair(stamp0, length0), std::pair(stamp1, length1));
          EXPECT_EQ(store_->ReplicaCount(kPool), 1u);
          ExpectOnDisk(bytes.substr(0, best.second), best.first);
          size_t files = 0;
          for (const std::string& place : places) files += disk_.List(place)->size();
          EXPECT_EQ(files, 2u);
          // And it is the one that stays.
          OpenStore();
          ExpectOnDisk(bytes.substr(0, best.second), best.first);
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(VolumesAndStates, DuplicateTest, ::testing::Bool());

TEST_F(LoaderTest, CopyOnWriteThatACrashInterruptedIsSettled) {
  const std::string bytes = Bytes(100);
  store_.reset();
  Place(FinalizedDir(), 1001, bytes, bytes);
  Store(FinalizedDir() + "/blk_1073741825.unlinked", "half a copy");
  ASSERT_TRUE(disk_
                  .Rename(FinalizedDir() + "/blk_1073741825_1001.meta",
                          FinalizedDir() + "/blk_1073741825_1001.meta.unlinked")
                  .ok());
  OpenStore();
  ExpectOnDisk(bytes, 1001);
  EXPECT_EQ(disk_.List(FinalizedDir())->size(), 2u);
}

TEST_F(LoaderTest, ReplicasInForeignPlacesAreLeftAlone) {
  store_.reset();
  const std::string directory = PoolDir() + "/current/finalized/subdir3/subdir3";
  Place(directory, 1001, "abc", "abc");
  OpenStore();
  EXPECT_EQ(store_->ReplicaCount(kPool), 0u);
  EXPECT_EQ(disk_.List(directory)->size(), 2u);
}

TEST_F(LoaderTest, ApachesDirectoryIsLoadedAndVerifies) {
  store_.reset();
  std::filesystem::copy(CAIRN_STORE_GOLDEN, Root(), std::filesystem::copy_options::recursive |
                                                        std::filesystem::copy_options::
                                                            overwrite_existing);
  ASSERT_TRUE(disk_.RemoveTree(Root() + "/current/" + kPool).ok());
  Result<std::unique_ptr<ReplicaStore>> store =
      ReplicaStore::Open(disk_, clock_, Options(), events_);
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  store_ = std::move(store).value();
  EXPECT_EQ(store_->datanode_uuid(), "362a51ac-fd29-44fe-b952-8af555b364c1");
  NamespaceInfo ns;
  ns.namespace_id = 1542954897;
  ns.cluster_id = "CID-a724407e-4850-4391-aa26-7cdf293cd7c2";
  ns.ctime_ms = 1795499597232;
  ns.block_pool_id = "BP-586905599-127.0.0.1-1795499597232";
  const Status added = store_->AddPool(ns);
  ASSERT_TRUE(added.ok()) << added.ToString();
  EXPECT_EQ(store_->Volumes()[0]->storage_uuid(), "DS-a8d30247-8a13-42e6-a010-549e0e07316a");
  EXPECT_EQ(store_->ReplicaCount(ns.block_pool_id), 3u);
  const std::vector<StorageBlocks> reports = store_->BlockReports(ns.block_pool_id);
  for (const auto& entry : reports[0].blocks) {
    EXPECT_EQ(entry.state, ReplicaState::kFinalized);
    const Result<std::string> bytes = Read(ExtendedBlock{ns.block_pool_id, entry.block});
    EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
  }
}

// Every crash point of writing, finalizing and appending leaves one usable replica.
class CrashTest : public ::testing::TestWithParam<io::FaultDisk::Survival> {
 protected:
  static NamespaceInfo Namespace() {
    NamespaceInfo ns;
    ns.namespace_id = 7;
    ns.cluster_id = "CID-1";
    ns.block_pool_id = kPool;
    return ns;
  }
  static constexpr char kPool[] = "BP-1";
  static constexpr BlockId kId{1073741825};

  Result<std::unique_ptr<ReplicaStore>> Open() {
    StoreOptions options;
    options.directories = {DataDirectory{StorageType::kDisk, "/data"}};
    options.spare_bytes = 0;
    CAIRN_ASSIGN(std::unique_ptr<ReplicaStore> store,
                 ReplicaStore::Open(disk_, clock_, options, events_));
    CAIRN_TRY(store->AddPool(Namespace()));
    return store;
  }

  static ExtendedBlock Name(uint64_t stamp) {
    return ExtendedBlock{kPool, Block{kId, 1 << 20, GenerationStamp(stamp)}};
  }

  // Writes a synced replica, then appends to it; how many bytes are promised to be there.
  uint64_t Run(const std::string& bytes) {
    uint64_t promised = 0;
    appending_ = false;
    Result<std::unique_ptr<ReplicaStore>> store = Open();
    if (!store.ok()) return 0;
    const auto step = [&](Result<std::unique_ptr<ReplicaWriter>> writer, uint64_t from,
                          uint64_t to) {
      if (!writer.ok()) return false;
      const std::string_view data = std::string_view(bytes).substr(from, to - from);
      if (!(*writer)->WritePacket(from, data, "").ok()) return false;
      if (!(*store)->Finalize(**writer, true).ok()) return false;
      promised = to;
      return true;
    };
    if (!step((*store)->CreateRbw(Name(1001), {}, WriterOptions{}), 0, 700)) return promised;
    appending_ = true;
    step((*store)->Append(Name(1001), GenerationStamp(1002), 700, WriterOptions{}), 700, 1500);
    return promised;
  }

  // A recovery to these bytes succeeds, and they can be read and verified.
  void ExpectRecoverable(ReplicaStore& store, const ReplicaSnapshot& replica,
                         const std::string& bytes, uint64_t crash);

  // A power cut while a chunk is rewritten may leave its new checksum with its old bytes: then this
  // replica may lose the chunk, but must not serve wrong bytes.
  bool MayLoseTheLastChunk() const {
    return GetParam() == io::FaultDisk::Survival::kTorn && appending_;
  }

  io::FaultDisk disk_;
  bool appending_ = false;
  FakeClock clock_;
  RecordedEvents events_;
};

void CrashTest::ExpectRecoverable(ReplicaStore& store, const ReplicaSnapshot& replica,
                                  const std::string& bytes, uint64_t crash) {
  const std::string when = "crash after " + std::to_string(crash);
  const Status init = store.InitReplicaRecovery(Name(1001), GenerationStamp(1009)).status();
  ASSERT_TRUE(init.ok()) << when << ": " << init.ToString();
  const ExtendedBlock as_is{kPool, Block{kId, replica.block.length, GenerationStamp(1001)}};
  const Result<FinalizedInfo> info = store.UpdateReplicaUnderRecovery(
      as_is, GenerationStamp(1009), BlockId(), bytes.size());
  if (MayLoseTheLastChunk() && info.status().code() == Code::kChecksum) return;
  ASSERT_TRUE(info.ok()) << when << ": " << info.status().ToString();
  const Result<OpenReplica> open = store.OpenForRead(Name(1009));
  ASSERT_TRUE(open.ok()) << when << ": " << open.status().ToString();
  const Status verified = VerifyFiles(*open->data, *open->meta, open->checksum, 0, bytes.size(),
                                      open->last_checksum, "crash");
  if (MayLoseTheLastChunk() && verified.code() == Code::kChecksum) return;
  EXPECT_TRUE(verified.ok()) << when << ": " << verified.ToString();
  EXPECT_TRUE(*open->data->ReadAt(0, 2000) == bytes) << when;
}

TEST_P(CrashTest, PromisedBytesAreThereAfterACrashAtAnyStep) {
  std::string bytes(1500, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  {
    Result<std::unique_ptr<ReplicaStore>> store = Open();  // Formats, which is not under test.
    ASSERT_TRUE(store.ok()) << store.status().ToString();
  }
  const uint64_t first = disk_.operations();
  uint64_t last = first;
  for (uint64_t crash = 0; crash <= last - first + 200; ++crash) {
    disk_.CrashAfter(crash);
    const uint64_t promised = Run(bytes);
    const bool done = !disk_.crashed();
    disk_.Reboot(GetParam(), static_cast<uint32_t>(crash));
    Result<std::unique_ptr<ReplicaStore>> store = Open();
    ASSERT_TRUE(store.ok()) << "crash after " << crash << ": " << store.status().ToString();
    const std::optional<ReplicaSnapshot> replica = (*store)->Find(kPool, kId);
    if (promised > 0) {
      ASSERT_TRUE(replica) << "crash after " << crash;
      const uint64_t length = std::min(promised, replica->block.length);
      EXPECT_TRUE(length == promised || MayLoseTheLastChunk()) << "crash after " << crash;
      ExpectRecoverable(**store, *replica, bytes.substr(0, length), crash);
    }
    if (replica) {
      ASSERT_TRUE((*store)
                      ->Invalidate(kPool, {(*store)->Find(kPool, kId)->block})
                      .ok());
      (*store)->DrainDeletions();
    }
    store->reset();
    if (done) return;
  }
  FAIL() << "the run never ends without a crash";
}

INSTANTIATE_TEST_SUITE_P(Survivals, CrashTest,
                         ::testing::Values(io::FaultDisk::Survival::kNothing,
                                           io::FaultDisk::Survival::kEverything,
                                           io::FaultDisk::Survival::kTorn));

}  // namespace
}  // namespace cairn::datanode
