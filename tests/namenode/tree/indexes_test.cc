// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include "namenode/tree/id_index.h"
#include "namenode/tree/interner.h"
#include "namenode/tree/name_arena.h"
#include "namenode/tree/tagged_index.h"

namespace cairn::namenode {
namespace {

TEST(NameArenaTest, NamesOfEveryLengthComeBack) {
  NameArena arena;
  std::map<uint32_t, std::string> names;
  for (size_t length : {1, 2, 3, 4, 7, 254, 255, 256, 1000, 65535}) {
    const std::string name(length, static_cast<char>('a' + length % 26));
    names[*arena.Add(name)] = name;
  }
  for (const auto& [reference, name] : names) EXPECT_EQ(arena.At(reference), name);
  EXPECT_EQ(arena.Add(""), NameArena::kEmpty);
  EXPECT_EQ(arena.At(NameArena::kEmpty), "");
  EXPECT_FALSE(arena.Add(std::string(65536, 'x')).has_value());
}

TEST(NameArenaTest, FreedPlacesAreUsedAgain) {
  NameArena arena;
  const uint32_t first = *arena.Add("twelve bytes");
  arena.Add("another");
  arena.Free(first);
  EXPECT_EQ(*arena.Add("other twelve"), first);
}

TEST(NameArenaTest, RandomNamesSurviveChurn) {
  NameArena arena;
  std::mt19937 random(1);
  std::vector<std::pair<uint32_t, std::string>> names;
  for (int i = 0; i < 200'000; ++i) {
    if (!names.empty() && random() % 3 == 0) {
      std::swap(names[random() % names.size()], names.back());
      ASSERT_EQ(arena.At(names.back().first), names.back().second);
      arena.Free(names.back().first);
      names.pop_back();
    } else {
      std::string name(1 + random() % 300, static_cast<char>('a' + random() % 26));
      names.emplace_back(*arena.Add(name), name);
    }
  }
  for (const auto& [reference, name] : names) ASSERT_EQ(arena.At(reference), name);
}

TEST(TaggedIndexTest, AgreesWithAMapUnderChurnAndCollisions) {
  TaggedIndex index(2);
  std::mt19937_64 random(2);
  std::map<uint64_t, uint32_t> model;
  std::map<uint32_t, uint64_t> key_of;
  uint32_t next = 0;
  // Few different tags, so that runs are long and many agree.
  const auto key = [&] { return (random() % 4) << 62 | (random() % 7) << 29 | random() % 50; };
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t k = key();
    const uint32_t found = index.Find(k, [&](uint32_t handle) { return key_of[handle] == k; });
    const auto it = model.find(k);
    ASSERT_EQ(found, it == model.end() ? TaggedIndex::kNone : it->second);
    if (it == model.end()) {
      key_of[next] = k;
      model[k] = next;
      index.Insert(k, next++);
    } else if (random() % 2 == 0) {
      index.Erase(k, it->second);
      model.erase(it);
    }
  }
}

TEST(IdIndexTest, AgreesWithAMapForDenseSparseAndHugeIds) {
  IdIndex index;
  std::unordered_map<uint64_t, uint32_t> model;
  std::unordered_map<uint32_t, uint64_t> id_of;
  const auto tell = [&](uint32_t handle) { return id_of.at(handle); };
  std::mt19937_64 random(3);
  uint32_t next = 0;
  uint64_t last = 16385;
  for (int i = 0; i < 200'000; ++i) {
    uint64_t id = last++;                                    // New ones, in order,
    if (i % 3 == 0) id = 2'000'000 + random() % 100'000;     // any order,
    if (i % 50 == 0) id = random() >> 1;                     // anywhere.
    if (model.contains(id)) continue;
    id_of[next] = id;
    model[id] = next;
    index.Insert(id, next++, tell);
    if (i % 2 == 0) {  // Leaves holes of all sizes.
      const auto victim = model.find(random() % last);
      if (victim != model.end()) {
        index.Erase(victim->first, victim->second);
        model.erase(victim);
      }
    }
  }
  for (const auto& [id, handle] : model) ASSERT_EQ(index.Find(id, tell), handle) << id;
  for (uint64_t id = 1; id < last; ++id) {
    if (model.contains(id)) continue;
    ASSERT_EQ(index.Find(id, tell), IdIndex::kNone) << id;
  }
  while (!model.empty()) {
    index.Erase(model.begin()->first, model.begin()->second);
    ASSERT_EQ(index.Find(model.begin()->first, tell), IdIndex::kNone);
    model.erase(model.begin());
  }
}

TEST(IdIndexTest, OldIdsDoNotCostWholePages) {
  IdIndex index;
  constexpr uint32_t kIds = 1'000'000;
  const auto tell = [](uint32_t handle) { return uint64_t{handle}; };
  for (uint32_t id = 0; id < kIds; ++id) index.Insert(id, id, tell);
  const size_t full = index.MemoryBytes();
  EXPECT_LT(full, size_t{kIds} * 6);
  for (uint32_t id = 0; id < kIds; ++id) {
    if (id % 100 != 0) index.Erase(id, id);
  }
  EXPECT_LT(index.MemoryBytes(), full / 10);
  EXPECT_EQ(index.Find(500, tell), 500u);
  EXPECT_EQ(index.Find(501, tell), IdIndex::kNone);
}

TEST(InternerTest, EqualValuesShareANumberUntilTheLastUse) {
  Interner<PermissionStatus> interner;
  const PermissionStatus a{"alice", "users", 0644};
  const uint32_t first = interner.Acquire(a);
  EXPECT_EQ(interner.Acquire(a), first);
  const uint32_t other = interner.Acquire({"bob", "users", 0644});
  EXPECT_NE(other, first);
  interner.Release(first);
  EXPECT_EQ(interner.At(first), a);
  interner.Release(first);
  EXPECT_EQ(interner.size(), 1u);
  EXPECT_EQ(interner.Acquire({"carol", "users", 0600}), first);
}

TEST(InternerTest, ManyCombinationsWork) {
  Interner<FileLayout> interner;
  std::vector<uint32_t> numbers;
  for (uint64_t i = 0; i < 100'000; ++i) numbers.push_back(interner.Acquire({1, i}));
  for (uint64_t i = 0; i < 100'000; ++i) ASSERT_EQ(interner.At(numbers[i]).block_size, i);
}

}  // namespace
}  // namespace cairn::namenode
