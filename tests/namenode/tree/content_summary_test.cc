// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/content_summary.h"

#include "tests/namenode/tree/tree_fixture.h"

namespace cairn::namenode {
namespace {

class ContentSummaryTest : public TreeTest {
 protected:
  ContentSummary Sum(std::string_view path, size_t step,
                     const PermissionChecker* checker = nullptr) {
    ContentSummaryWalk walk(tree_, blocks_, At(path));
    while (!walk.done()) {
      status_ = walk.Step(step, checker);
      if (!status_.ok()) break;
    }
    return walk.summary();
  }

  FakeBlocks blocks_;
  Status status_;
};

TEST_F(ContentSummaryTest, EverythingBelowIsAddedUpWhateverTheSteps) {
  const InodeHandle a = Dir("/a");
  Dir("/a/b");
  for (int i = 0; i < 5; ++i) {
    const InodeHandle file = File("/a/b/f" + std::to_string(i));
    tree_.inodes().AppendBlock(file, BlockId(i + 1));
    blocks_.Set(BlockId(i + 1), 10);
  }
  Link("/a/link", "/x");
  SetQuota(tree_, blocks_, a, {.names = 99, .space = 5000});
  for (const size_t step : {1, 2, 1000}) {
    const ContentSummary summary = Sum("/a", step);
    EXPECT_EQ(summary.directory_count, 2u);
    EXPECT_EQ(summary.file_count, 6u);  // A link counts as a file.
    EXPECT_EQ(summary.length, 50u);
    EXPECT_EQ(summary.space_consumed, 150u);
    EXPECT_EQ(summary.quota, 99);
    EXPECT_EQ(summary.space_quota, 5000);
    EXPECT_EQ(summary.erasure_coding_policy, "");
  }
  EXPECT_EQ(Sum("/", 1000).quota, kRootNameQuota);
}

TEST_F(ContentSummaryTest, OfAFile) {
  const InodeHandle file = File("/f");
  tree_.inodes().AppendBlock(file, BlockId(1));
  blocks_.Set(BlockId(1), 7, false);
  const ContentSummary summary = Sum("/f", 10);
  EXPECT_EQ(summary.file_count, 1u);
  EXPECT_EQ(summary.directory_count, 0u);
  EXPECT_EQ(summary.length, 7u);
  EXPECT_EQ(summary.space_consumed, uint64_t{3 * 128} << 20);
  EXPECT_EQ(summary.quota, -1);
  EXPECT_EQ(summary.erasure_coding_policy, "Replicated");
}

TEST_F(ContentSummaryTest, DirectoriesThatMayNotBeReadStopIt) {
  Dir("/a");
  Dir("/a/secret", {"root", "g", 0700});
  const Caller bob{"bob", {}};
  const PermissionChecker checker(tree_, bob);
  Sum("/a", 1, &checker);
  EXPECT_EQ(status_.message(),
            "Permission denied: user=bob, access=READ_EXECUTE, "
            "inode=\"/a/secret\":root:g:drwx------");
}

TEST_F(ContentSummaryTest, ErasureCodingPoliciesAreNamed) {
  const InodeHandle a = Dir("/a");
  tree_.features().SetXattrs(a, {{XattrNamespace::kSystem, "hdfs.erasurecoding.policy",
                                  std::string("\0\0\0\x0CRS-6-3-1024k", 16)}});
  Dir("/a/b");
  EXPECT_EQ(Sum("/a/b", 10).erasure_coding_policy, "RS-6-3-1024k");
  File("/a/f", {"root", "g", 0644}, {0, 1 << 20, 0, true, 2});
  EXPECT_EQ(Sum("/a/f", 10).erasure_coding_policy, "RS-3-2-1024k");
}

}  // namespace
}  // namespace cairn::namenode
