// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/replica_map.h"

#include <map>

#include "tests/datanode/store/store_fixture.h"

namespace cairn::datanode {
namespace {

ReplicaEntry Entry(int64_t id, uint16_t volume = 0) {
  ReplicaEntry entry;
  entry.block = Block{BlockId(id), static_cast<uint64_t>(id) * 3, GenerationStamp(1000)};
  entry.volume = volume;
  return entry;
}

TEST(ReplicaMapTest, BehavesAsAMapUnderRandomChanges) {
  ReplicaMap map;
  std::map<int64_t, uint16_t> model;
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    const int64_t id = static_cast<int64_t>(random() % 3000) - 1500;
    const auto volume = static_cast<uint16_t>(random() % 4);
    if (random() % 3 == 0) {
      EXPECT_EQ(map.Remove(BlockId(id)), model.erase(id) == 1);
    } else {
      map.Put(Entry(id, volume));
      model[id] = volume;
    }
  }
  EXPECT_EQ(map.size(), model.size());
  for (const auto& [id, volume] : model) {
    const std::optional<ReplicaEntry> entry = map.Find(BlockId(id));
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->volume, volume);
    EXPECT_EQ(entry->block, Entry(id).block);
  }
  std::map<int64_t, uint16_t> seen;
  map.ForEach([&](const ReplicaEntry& entry) { seen[entry.block.id.value] = entry.volume; });
  EXPECT_EQ(seen, model);
}

TEST(ReplicaMapTest, AMillionReplicasTakeFewerThan64BytesEach) {
  ReplicaMap map;
  for (int64_t id = 0; id < 1000000; ++id) map.Put(Entry(1073741824 + id));
  EXPECT_LT(map.memory_bytes(), 64u * 1000000);
}

TEST(ReplicaMapTest, RemovingAVolumeLeavesTheOthers) {
  ReplicaMap map;
  for (int64_t id = 0; id < 1000; ++id) map.Put(Entry(id, static_cast<uint16_t>(id % 3)));
  EXPECT_EQ(map.RemoveVolume(1), 333u);
  EXPECT_EQ(map.size(), 667u);
  EXPECT_FALSE(map.Find(BlockId(1)));
  EXPECT_TRUE(map.Find(BlockId(2)));
}

}  // namespace
}  // namespace cairn::datanode
