// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/volume.h"

#include "tests/datanode/store/store_fixture.h"

namespace cairn::datanode {
namespace {

class VolumeTest : public StoreTest {
 protected:
  VolumeTest() {
    volumes_ = 3;
    tolerated_ = 1;
  }
};

TEST_F(VolumeTest, NewReplicasGoToTheVolumesInTurn) {
  for (int64_t i = 0; i < 9; ++i) Put(1001, Bytes(10), BlockId(100 + i));
  for (const StorageBlocks& report : store_->BlockReports(kPool)) {
    EXPECT_EQ(report.blocks.size(), 3u) << report.storage.uuid;
  }
  OpenStore();
  EXPECT_EQ(store_->ReplicaCount(kPool), 9u);
}

TEST_F(VolumeTest, PreferredStorageIsTaken) {
  PlacementOptions place;
  place.storage_uuid = store_->Volumes()[2]->storage_uuid();
  for (int64_t i = 0; i < 4; ++i) {
    const auto writer = store_->CreateRbw(Name(1001, 10, BlockId(i)), place, WriterOptions{});
    ASSERT_TRUE(writer.ok());
    EXPECT_EQ((*writer)->storage_uuid(), place.storage_uuid);
  }
}

TEST_F(VolumeTest, VolumeOfAnotherTypeIsNotTaken) {
  PlacementOptions place;
  place.type = StorageType::kSsd;
  const Status s = store_->CreateRbw(Name(1001), place, WriterOptions{}).status();
  EXPECT_EQ(s.code(), Code::kDiskOutOfSpace);
  EXPECT_EQ(s.message(), "No more available volumes");
}

TEST_F(VolumeTest, BlockThatFitsNowhereIsRefused) {
  const Status s = store_->CreateRbw(Name(1001, uint64_t{1} << 50), {}, WriterOptions{}).status();
  EXPECT_EQ(s.code(), Code::kDiskOutOfSpace);
  EXPECT_TRUE(s.message().starts_with("Out of space: The volume with the most available space (="));
}

TEST_F(VolumeTest, ReservedSpaceIsNeitherCapacityNorRemaining) {
  Volume::Options options;
  options.reserved_bytes = uint64_t{1} << 30;
  const Result<std::unique_ptr<Volume>> volume =
      Volume::Open(disk_, DataDirectory{StorageType::kDisk, dir_.path() + "/r"}, options);
  ASSERT_TRUE(volume.ok());
  const StorageReport report = (*volume)->Report(kPool);
  EXPECT_EQ(report.capacity, (uint64_t{1} << 40) - (uint64_t{1} << 30));
  // Others use more than the reservation, so what is free is free.
  EXPECT_EQ(report.remaining, uint64_t{1} << 39);
  EXPECT_EQ(report.non_dfs_used, (uint64_t{1} << 39) - (uint64_t{1} << 30));
}

TEST_F(VolumeTest, SickVolumeIsDroppedAlone) {
  for (int64_t i = 0; i < 9; ++i) Put(1001, Bytes(10), BlockId(100 + i));
  disk_.Break(Root(1));
  int unreadable = 0;
  for (int64_t i = 0; i < 9; ++i) {
    if (!store_->OpenForRead(Name(1001, 0, BlockId(100 + i))).ok()) ++unreadable;
  }
  EXPECT_EQ(unreadable, 3);
  EXPECT_EQ(events_.failed(), std::vector{std::pair(Root(1), false)});
  EXPECT_EQ(store_->ReplicaCount(kPool), 6u);
  EXPECT_EQ(store_->StorageReports(kPool).size(), 2u);
  EXPECT_EQ(store_->Failures().roots, std::vector{Root(1)});
  for (int64_t i = 0; i < 6; ++i) Put(1001, Bytes(10), BlockId(200 + i));
}

TEST_F(VolumeTest, WriterOnASickVolumeFailsAndTheRestGoesOn) {
  PlacementOptions place;
  place.storage_uuid = store_->Volumes()[0]->storage_uuid();
  const auto writer = store_->CreateRbw(Name(1001, 1000), place, WriterOptions{});
  ASSERT_TRUE(writer.ok());
  disk_.Break(Root(0));
  EXPECT_EQ(Write(**writer, Bytes(100), 0, 100).code(), Code::kIoError);
  EXPECT_EQ(events_.failed(), std::vector{std::pair(Root(0), false)});
  EXPECT_FALSE(store_->Finalize(**writer, false).ok());
  EXPECT_TRUE(store_->CreateRbw(Name(1001, 1000), place, WriterOptions{}).ok());
}

TEST_F(VolumeTest, MoreFailuresThanToleratedAreFatal) {
  for (int64_t i = 0; i < 3; ++i) Put(1001, Bytes(10), BlockId(100 + i));
  for (int i = 0; i < 2; ++i) {
    disk_.Break(Root(i));
    for (int64_t b = 0; b < 3; ++b) store_->ReportIoError(Name(1001, 0, BlockId(100 + b)));
  }
  EXPECT_EQ(events_.failed(), (std::vector{std::pair(Root(0), false), std::pair(Root(1), true)}));
}

TEST_F(VolumeTest, StartToleratesAsManyFailuresAsConfigured) {
  store_.reset();
  disk_.Break(Root(2));
  OpenStore();
  EXPECT_EQ(store_->Volumes().size(), 2u);
  EXPECT_EQ(store_->Failures().roots, std::vector{Root(2)});
  store_.reset();
  tolerated_ = 0;
  EXPECT_EQ(ReplicaStore::Open(disk_, clock_, Options(), events_).status().code(),
            Code::kDiskError);
}

TEST_F(VolumeTest, VolumeThatFailsWhileLoadingIsDropped) {
  for (int64_t i = 0; i < 9; ++i) Put(1001, Bytes(10), BlockId(100 + i));
  store_.reset();
  disk_.Break(Root(1) + "/current/" + kPool + "/current/finalized");
  OpenStore();
  EXPECT_EQ(store_->ReplicaCount(kPool), 6u);
  EXPECT_EQ(events_.failed(), std::vector{std::pair(Root(1), false)});
}

}  // namespace
}  // namespace cairn::datanode
