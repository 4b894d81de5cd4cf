// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "common/util/path.h"
#include "tests/namenode/tree/tree_fixture.h"

namespace cairn::namenode {
namespace {

class ScaleTest : public TreeTest {
 protected:
  InodeHandle Put(InodeHandle dir, const std::string& name) {
    return *tree_.AddFile(dir, {InodeId(next_id_++), name, {"u", "g", 0644}, 1, 1},
                          {3, 128 << 20});
  }
};

TEST_F(ScaleTest, ADirectoryOfAMillionEntriesListsInPages) {
  constexpr int kFiles = 1'000'000;
  const InodeHandle dir = Dir("/big");
  std::vector<int> order(kFiles);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937(5));
  for (const int i : order) Put(dir, "file-" + std::to_string(i));
  EXPECT_EQ(tree_.ChildCount(dir), static_cast<size_t>(kFiles));

  size_t seen = 0;
  std::string after;
  for (;;) {
    const Tree::Page page = tree_.Children(dir, after, 1000);
    for (const InodeHandle child : page.children) {
      ASSERT_LT(CompareNames(after, tree_.inodes().Name(child)), 0);
      after = tree_.inodes().Name(child);
    }
    seen += page.children.size();
    ASSERT_EQ(page.remaining, kFiles - seen);
    if (page.remaining == 0) break;
  }
  EXPECT_EQ(seen, static_cast<size_t>(kFiles));

  // A late entry finds its place, and most of the others can go.
  Put(dir, "file-5000000000");
  EXPECT_EQ(Names(dir, "file-500000", 1), std::vector<std::string>{"file-5000000000"});
  Tree::Collected collected;
  for (const int i : order) {
    if (i % 1000 == 0) continue;
    const InodeHandle file = tree_.Child(dir, "file-" + std::to_string(i));
    tree_.Detach(file);
    tree_.Discard(file);
    tree_.CollectSlice(10, collected);
  }
  EXPECT_EQ(tree_.ChildCount(dir), 1001u);
  EXPECT_EQ(Names(dir).size(), 1001u);
}

TEST_F(ScaleTest, ReadersThatListAtOnceAgree) {
  const InodeHandle dir = Dir("/d");
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 500; ++i) Put(dir, std::to_string(round) + "-" + std::to_string(i));
    std::vector<std::vector<InodeHandle>> seen(4);
    std::vector<std::thread> readers;
    for (auto& mine : seen) {
      readers.emplace_back([&] { mine = tree_.Children(dir, {}, SIZE_MAX).children; });
    }
    for (std::thread& reader : readers) reader.join();
    ASSERT_EQ(seen[0].size(), static_cast<size_t>((round + 1) * 500));
    for (const auto& other : seen) ASSERT_EQ(other, seen[0]);
  }
}

TEST_F(ScaleTest, AFileTakesAboutAHundredBytes) {
  constexpr int kDirs = 1'000;
  constexpr int kFilesEach = 500;
  for (int d = 0; d < kDirs; ++d) {
    const InodeHandle dir = Dir("/dir-" + std::to_string(d));
    tree_.ReserveChildren(dir, kFilesEach);
    for (int f = 0; f < kFilesEach; ++f) {
      char name[32];
      std::snprintf(name, sizeof name, "part-%05d-%08x.data", f, d * kFilesEach + f);
      const InodeHandle file = Put(dir, std::string(name) + "xx");
      ASSERT_EQ(tree_.inodes().Name(file).size(), 26u);
      tree_.inodes().AppendBlock(file, BlockId((1LL << 30) + f));
    }
  }
  const Tree::Memory memory = tree_.MemoryBytes();
  const double files = static_cast<double>(kDirs) * kFilesEach;
  std::printf("bytes per file: records %.1f, names %.1f, ids %.1f, index %.1f, children %.1f, "
              "all %.1f\n",
              static_cast<double>(memory.inodes.records) / files,
              static_cast<double>(memory.inodes.names) / files,
              static_cast<double>(memory.inodes.ids) / files,
              static_cast<double>(memory.index) / files,
              static_cast<double>(memory.children) / files,
              static_cast<double>(memory.total()) / files);
  EXPECT_LT(static_cast<double>(memory.total()) / files, 110.0);
}

TEST_F(ScaleTest, ADeepPathAndItsDeletionTakeNoStack) {
  constexpr int kDepth = 200'000;
  InodeHandle dir = tree_.root();
  for (int i = 0; i < kDepth; ++i) dir = *tree_.AddDirectory(dir, {InodeId(next_id_++), "d"});
  FakeBlocks blocks;
  EXPECT_EQ(CountSubtree(tree_, blocks, At("/d")).names, kDepth);
  const Tree::Collected collected = Delete(At("/d"));
  EXPECT_EQ(collected.inodes, static_cast<size_t>(kDepth));
}

}  // namespace
}  // namespace cairn::namenode
