// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/block_map.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <set>

#include "common/util/random.h"

namespace cairn::namenode {
namespace {

Block MakeBlock(int64_t id, uint64_t length = 10, uint64_t stamp = 1001) {
  return {BlockId(id), length, GenerationStamp(stamp)};
}

TEST(BlockMapTest, FindsBlocksByDenseSparseAndNegativeIds) {
  BlockMap map;
  const int64_t ids[] = {(1LL << 30) + 1, (1LL << 30) + 700, 5, -8231, INT64_MAX, INT64_MIN,
                         (1LL << 30) + (1LL << 40)};
  for (int64_t id : ids) {
    ASSERT_TRUE(map.Add(InodeId(7), MakeBlock(id), 3, BlockState::kComplete).ok()) << id;
  }
  for (int64_t id : ids) {
    const BlockHandle block = map.Find(BlockId(id));
    ASSERT_NE(block, kNoBlock) << id;
    EXPECT_EQ(map.Id(block), BlockId(id));
  }
  EXPECT_EQ(map.Find(BlockId((1LL << 30) + 2)), kNoBlock);
  EXPECT_EQ(map.Find(BlockId(6)), kNoBlock);
  EXPECT_EQ(map.complete_count(), 7u);
}

TEST(BlockMapTest, RefusesASecondBlockWithTheSameIdAndValuesThatDoNotFit) {
  BlockMap map;
  ASSERT_TRUE(map.Add(InodeId(7), MakeBlock(1), 3, BlockState::kComplete).ok());
  EXPECT_EQ(map.Add(InodeId(7), MakeBlock(1), 3, BlockState::kComplete).status().code(),
            Code::kAlreadyExists);
  EXPECT_EQ(map.Add(InodeId(7), MakeBlock(2, 1ULL << 48), 3, BlockState::kComplete)
                .status()
                .code(),
            Code::kInvalidArgument);
  EXPECT_EQ(map.size(), 1u);
}

TEST(BlockMapTest, KeepsEveryFieldOfARecord) {
  BlockMap map;
  const Block block = MakeBlock(1LL << 31, (1ULL << 48) - 1, (1ULL << 48) - 1);
  const BlockHandle handle =
      *map.Add(InodeId((1ULL << 48) - 1), block, 65535, BlockState::kUnderRecovery);
  EXPECT_EQ(map.Get(handle), block);
  EXPECT_EQ(map.Owner(handle).value, (1ULL << 48) - 1);
  EXPECT_EQ(map.Replication(handle), 65535);
  EXPECT_EQ(map.State(handle), BlockState::kUnderRecovery);
  ASSERT_NE(map.Construction(handle), nullptr);
  map.SetState(handle, BlockState::kComplete);
  EXPECT_EQ(map.Construction(handle), nullptr);
  EXPECT_EQ(map.complete_count(), 1u);
}

TEST(BlockMapTest, ReusesARemovedRecordWithoutItsPast) {
  BlockMap map;
  const BlockHandle first = *map.Add(InodeId(7), MakeBlock(1), 3, BlockState::kUnderConstruction);
  for (uint32_t s = 0; s < 9; ++s) map.AddReplica(first, StorageIndex(s));
  map.SetFlag(first, BlockMap::kHasCorrupt, true);
  map.Remove(first);
  EXPECT_FALSE(map.IsUsed(first));
  const BlockHandle second = *map.Add(InodeId(8), MakeBlock(2), 1, BlockState::kComplete);
  EXPECT_EQ(second, first);
  EXPECT_EQ(map.ReplicaCount(second), 0u);
  EXPECT_FALSE(map.HasFlags(second));
  EXPECT_EQ(map.StorageSize(StorageIndex(3)), 0u);
}

// Both directions must agree whatever is added and removed, with few and many replicas.
TEST(BlockMapTest, BlocksAndVolumesAgreeAfterManyRandomChanges) {
  constexpr uint32_t kStorages = 12;
  BlockMap map;
  SeededRandom random(3);
  std::map<uint32_t, std::set<uint32_t>> model;
  for (int64_t i = 0; i < 300; ++i) {
    model[map.Add(InodeId(7), MakeBlock(i), 3, BlockState::kComplete).value().value];
  }
  for (int i = 0; i < 60000; ++i) {
    const BlockHandle block(static_cast<uint32_t>(random.Below(300)));
    const StorageIndex storage(static_cast<uint32_t>(random.Below(kStorages)));
    std::set<uint32_t>& expected = model[block.value];
    if (random.Below(2) == 0) {
      EXPECT_EQ(map.AddReplica(block, storage), expected.insert(storage.value).second);
    } else {
      EXPECT_EQ(map.RemoveReplica(block, storage), expected.erase(storage.value) > 0);
    }
  }
  std::map<uint32_t, std::set<uint32_t>> by_storage;
  for (const auto& [block, storages] : model) {
    ASSERT_EQ(map.ReplicaCount(BlockHandle(block)), storages.size());
    for (uint32_t s : storages) {
      EXPECT_TRUE(map.HasReplica(BlockHandle(block), StorageIndex(s)));
      by_storage[s].insert(block);
    }
  }
  for (uint32_t s = 0; s < kStorages; ++s) {
    std::set<uint32_t> listed;
    for (uint32_t p = 0; p < map.StorageSize(StorageIndex(s)); ++p) {
      listed.insert(map.StorageAt(StorageIndex(s), p).value);
    }
    EXPECT_EQ(listed, by_storage[s]);
  }
}

TEST(BlockMapTest, MarksFollowReplicasThatMoveInTheirList) {
  BlockMap map;
  const StorageIndex storage(0);
  std::vector<BlockHandle> blocks;
  for (int64_t i = 0; i < 200; ++i) {
    blocks.push_back(*map.Add(InodeId(7), MakeBlock(i), 3, BlockState::kComplete));
    map.AddReplica(blocks.back(), storage);
  }
  map.StartMarking(storage);
  for (int i = 100; i < 200; ++i) EXPECT_TRUE(map.MarkReplica(blocks[i], storage));
  for (int i = 0; i < 50; ++i) map.RemoveReplica(blocks[i], storage);
  const BlockHandle late = *map.Add(InodeId(7), MakeBlock(900), 3, BlockState::kComplete);
  map.AddReplica(late, storage);
  uint32_t marked = 0;
  for (uint32_t p = 0; p < map.StorageSize(storage); ++p) {
    const bool expected = map.Id(map.StorageAt(storage, p)).value >= 100;
    EXPECT_EQ(map.HasMark(storage, p), expected);
    marked += expected;
  }
  EXPECT_EQ(marked, 101u);
}

TEST(BlockMapTest, ABlockWithThreeReplicasTakesAtMostSeventyBytes) {
  constexpr int64_t kBlocks = 1'000'000;
  constexpr uint32_t kStorages = 36;
  BlockMap map;
  map.Reserve(kBlocks);
  for (int64_t i = 0; i < kBlocks; ++i) {
    const BlockHandle block = *map.Add(InodeId(static_cast<uint64_t>(16386 + i)),
                                       MakeBlock((1LL << 30) + 1 + i), 3, BlockState::kComplete);
    for (uint32_t r = 0; r < 3; ++r) {
      map.AddReplica(block, StorageIndex(static_cast<uint32_t>((i * 7 + r * 12) % kStorages)));
    }
  }
  const double each = static_cast<double>(map.MemoryBytes()) / kBlocks;
  std::printf("memory per block with three replicas: %.1f bytes\n", each);
  // At ten million the last, partly used slab weighs a tenth of what it does here.
  EXPECT_LE(each, 72.0);
}

}  // namespace
}  // namespace cairn::namenode
