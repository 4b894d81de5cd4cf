// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/quota.h"

#include "tests/namenode/tree/tree_fixture.h"

namespace cairn::namenode {
namespace {

constexpr uint64_t kMiB = 1 << 20;

class QuotaTest : public TreeTest {
 protected:
  InodeHandle FileOf(std::string_view path, BlockId block, uint64_t bytes, bool complete = true) {
    const InodeHandle file = File(path, {"root", "g", 0644}, {3, 128 * kMiB});
    tree_.inodes().AppendBlock(file, block);
    blocks_.Set(block, bytes, complete);
    return file;
  }

  const QuotaCounts& Usage(InodeHandle dir) { return tree_.features().Quota(dir)->usage; }

  FakeBlocks blocks_;
};

TEST_F(QuotaTest, TheRootAlwaysCountsItself) {
  EXPECT_EQ(Usage(tree_.root()).names, 1);
  EXPECT_EQ(tree_.features().Quota(tree_.root())->limits.names, kRootNameQuota);
  SetQuota(tree_, blocks_, tree_.root(), {});
  EXPECT_EQ(tree_.features().Quota(tree_.root())->limits.names, kRootNameQuota);
}

TEST_F(QuotaTest, SettingAQuotaCountsWhatIsThere) {
  const InodeHandle a = Dir("/a");
  Dir("/a/b");
  FileOf("/a/b/f", BlockId(1), kMiB);
  FileOf("/a/open", BlockId(2), 5, false);
  SetQuota(tree_, blocks_, a, {.names = 10});
  EXPECT_EQ(Usage(a).names, 4);
  // An open block is charged as a full one.
  EXPECT_EQ(Usage(a).space, static_cast<int64_t>(3 * kMiB + 3 * 128 * kMiB));
  SetQuota(tree_, blocks_, a, {});
  EXPECT_EQ(tree_.features().Quota(a), nullptr);
}

TEST_F(QuotaTest, NamesBeyondTheLimitAreRefusedInApachesWords) {
  const InodeHandle a = Dir("/a");
  SetQuota(tree_, blocks_, a, {.names = 2});
  EXPECT_TRUE(VerifyQuota(tree_, a, {.names = 1}).ok());
  ChargeQuota(tree_, a, {.names = 1});
  const Status status = VerifyQuota(tree_, a, {.names = 1});
  EXPECT_EQ(status.code(), Code::kNamespaceQuota);
  EXPECT_EQ(status.message(),
            "The NameSpace quota (directories and files) of directory /a is exceeded: quota=2 "
            "file count=3");
  // Giving back is always right, even above the limit.
  EXPECT_TRUE(VerifyQuota(tree_, a, {.names = -1}).ok());
}

TEST_F(QuotaTest, SpaceBeyondTheLimitIsRefusedInApachesWords) {
  const InodeHandle a = Dir("/a");
  SetQuota(tree_, blocks_, a, {.space = 1024 * 1024});
  const Status status = VerifyQuota(tree_, Dir("/a/b"), {.space = 1'600'000});
  EXPECT_EQ(status.code(), Code::kSpaceQuota);
  EXPECT_EQ(status.message(),
            "The DiskSpace quota of /a is exceeded: quota = 1048576 B = 1 MB but diskspace "
            "consumed = 1600000 B = 1.53 MB");
}

TEST_F(QuotaTest, StorageTypesHaveLimitsOfTheirOwn) {
  const InodeHandle a = Dir("/a");
  QuotaLimits limits;
  limits.by_type[static_cast<size_t>(StorageType::kSsd)] = 100;
  SetQuota(tree_, blocks_, a, limits);
  EXPECT_TRUE(VerifyQuota(tree_, a, SpaceChange(7, 1000, 0, 3)).ok());  // HOT: disks only.
  const Status status = VerifyQuota(tree_, a, SpaceChange(10, 101, 0, 3));  // ONE_SSD.
  EXPECT_EQ(status.code(), Code::kTypeQuota);
  EXPECT_EQ(status.message(),
            "Quota by storage type : SSD on path : /a is exceeded. quota = 100 B but space "
            "consumed = 101 B");
}

TEST_F(QuotaTest, ChangesOfReplicationAreCountedByType) {
  const QuotaCounts more = SpaceChange(5, 10, 1, 3);  // WARM: the first on disk, more in archive.
  EXPECT_EQ(more.space, 20);
  EXPECT_EQ(more.by_type[static_cast<size_t>(StorageType::kDisk)], 0);
  EXPECT_EQ(more.by_type[static_cast<size_t>(StorageType::kArchive)], 20);
  EXPECT_EQ(SpaceChange(0, 10, 3, 1).space, -20);
  EXPECT_EQ(StorageTypesOf(15, 2), (std::vector{StorageType::kDisk, StorageType::kDisk}));
  EXPECT_TRUE(StorageTypesOf(0, 3).empty());
}

TEST_F(QuotaTest, ARenameIsVerifiedBelowTheCommonAncestor) {
  const InodeHandle a = Dir("/a");
  const InodeHandle from = Dir("/a/from");
  const InodeHandle to = Dir("/a/to");
  SetQuota(tree_, blocks_, a, {.names = 3});
  SetQuota(tree_, blocks_, to, {.names = 5});
  const InodeHandle common = CommonAncestor(tree_, from, to);
  EXPECT_EQ(common, a);
  EXPECT_TRUE(VerifyQuota(tree_, to, {.names = 4}, common).ok());
  EXPECT_FALSE(VerifyQuota(tree_, to, {.names = 5}, common).ok());
  EXPECT_FALSE(VerifyQuota(tree_, to, {.names = 1}).ok());
  EXPECT_EQ(CommonAncestor(tree_, from, a), a);
  EXPECT_EQ(CommonAncestor(tree_, a, from), a);
}

TEST_F(QuotaTest, ChargesReachAllDirectoriesAbove) {
  const InodeHandle a = Dir("/a");
  const InodeHandle b = Dir("/a/b");
  SetQuota(tree_, blocks_, a, {.names = 10});
  ChargeQuota(tree_, b, {.names = 2, .space = 6});
  EXPECT_EQ(Usage(a), (QuotaCounts{.names = 4, .space = 6}));
  EXPECT_EQ(Usage(tree_.root()), (QuotaCounts{.names = 3, .space = 6}));
  EXPECT_EQ(tree_.features().Quota(b), nullptr);
  ChargeQuota(tree_, b, -QuotaCounts{.names = 2, .space = 6});
  EXPECT_EQ(Usage(a), (QuotaCounts{.names = 2}));
}

TEST_F(QuotaTest, CountsOfDirectoriesWithQuotasAreTrusted) {
  Dir("/a");
  const InodeHandle b = Dir("/a/b");
  File("/a/b/f");
  SetQuota(tree_, blocks_, b, {.names = 100});
  tree_.features().AddUsage(b, {.names = 40});  // Not what is there: shows that it is used.
  EXPECT_EQ(CountSubtree(tree_, blocks_, At("/a")).names, 43);
  EXPECT_EQ(CountSubtree(tree_, blocks_, b).names, 42);
}

TEST_F(QuotaTest, ARecountAfterAnImageAgreesWithTheTree) {
  const InodeHandle a = Dir("/a");
  const InodeHandle b = Dir("/a/b");
  FileOf("/a/b/f", BlockId(1), 10);
  FileOf("/top", BlockId(2), 1);
  tree_.features().EnsureQuota(a).limits.names = 5;
  tree_.features().EnsureQuota(b).limits.space = 1000;
  RecountQuotas(tree_, blocks_);
  EXPECT_EQ(Usage(a), (QuotaCounts{.names = 3, .space = 30}));
  EXPECT_EQ(Usage(b), (QuotaCounts{.names = 2, .space = 30}));
  EXPECT_EQ(Usage(tree_.root()), (QuotaCounts{.names = 5, .space = 33}));
}

TEST_F(QuotaTest, TheNearestPolicyCounts) {
  const InodeHandle a = Dir("/a");
  const InodeHandle file = File("/a/f");
  EXPECT_EQ(EffectiveStoragePolicy(tree_, file), kPolicyUnspecified);
  tree_.features().SetXattrs(
      a, {{XattrNamespace::kSystem, "hsm.block.storage.policy.id", std::string("\x0C")}});
  EXPECT_EQ(EffectiveStoragePolicy(tree_, file), 12);
  tree_.inodes().SetLayout(file, {3, 1, 2});
  EXPECT_EQ(EffectiveStoragePolicy(tree_, file), 2);
}

}  // namespace
}  // namespace cairn::namenode
