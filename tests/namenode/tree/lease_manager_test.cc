// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/lease_manager.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class LeaseManagerTest : public ::testing::Test {
 protected:
  static constexpr InodeId kFile{42};
  static constexpr InodeId kOther{7};

  FakeClock clock_;
  LeaseManager leases_{clock_, {.soft = 60s, .hard = 1200s}};
};

TEST_F(LeaseManagerTest, SoftLimitEndsOneMomentAfterIt) {
  leases_.Acquire(kFile, "alice");
  clock_.Advance(60s);
  EXPECT_FALSE(leases_.SoftExpired("alice"));
  clock_.Advance(1ms);
  EXPECT_TRUE(leases_.SoftExpired("alice"));
  EXPECT_FALSE(leases_.HardExpired("alice"));
  EXPECT_TRUE(leases_.SoftExpired("nobody"));
}

TEST_F(LeaseManagerTest, RenewalKeepsAllFilesOfTheClient) {
  leases_.Acquire(kFile, "alice");
  leases_.Acquire(kOther, "alice");
  clock_.Advance(1199s);
  leases_.Renew("alice");
  leases_.Renew("nobody");
  clock_.Advance(1200s);
  EXPECT_TRUE(leases_.Expired(0).empty());
  clock_.Advance(1s);
  EXPECT_EQ(leases_.Expired(0).size(), 2u);
  EXPECT_EQ(leases_.Expired(1),
            (std::vector<std::pair<InodeId, std::string>>{{kOther, "alice"}}));
}

TEST_F(LeaseManagerTest, TheLongestSilentHolderExpiresFirst) {
  leases_.Acquire(InodeId(1), "a");
  clock_.Advance(1s);
  leases_.Acquire(InodeId(2), "b");
  clock_.Advance(1s);
  leases_.Renew("a");
  clock_.Advance(1300s);
  const auto expired = leases_.Expired(0);
  ASSERT_EQ(expired.size(), 2u);
  EXPECT_EQ(expired[0].second, "b");
  EXPECT_EQ(expired[1].second, "a");
}

TEST_F(LeaseManagerTest, ALeaseEndsWithItsLastFile) {
  leases_.Acquire(kFile, "alice");
  leases_.Acquire(kOther, "alice");
  EXPECT_EQ(leases_.FilesOf("alice"), (std::vector{kOther, kFile}));
  leases_.Release(kFile);
  EXPECT_EQ(leases_.HolderOf(kFile), nullptr);
  EXPECT_TRUE(leases_.HasLease("alice"));
  leases_.Release(kOther);
  leases_.Release(kOther);
  EXPECT_FALSE(leases_.HasLease("alice"));
  EXPECT_EQ(leases_.lease_count(), 0u);
  EXPECT_EQ(leases_.file_count(), 0u);
}

TEST_F(LeaseManagerTest, RecoveryTakesAFileOver) {
  leases_.Acquire(kFile, "alice");
  leases_.Acquire(kOther, "alice");
  leases_.Acquire(kFile, "HDFS_NameNode");
  EXPECT_EQ(*leases_.HolderOf(kFile), "HDFS_NameNode");
  EXPECT_EQ(leases_.FilesOf("alice"), std::vector{kOther});
  EXPECT_EQ(leases_.lease_count(), 2u);
  EXPECT_EQ(leases_.file_count(), 2u);
}

TEST_F(LeaseManagerTest, TheSameHolderMayAcquireAgain) {
  leases_.Acquire(kFile, "alice");
  clock_.Advance(100s);
  leases_.Acquire(kFile, std::string(*leases_.HolderOf(kFile)));
  EXPECT_FALSE(leases_.SoftExpired("alice"));
  EXPECT_EQ(leases_.file_count(), 1u);
}

TEST_F(LeaseManagerTest, AStartGivesEverybodyTimeToRenew) {
  leases_.Acquire(kFile, "alice");
  clock_.Advance(2000s);
  leases_.RenewAll();
  EXPECT_TRUE(leases_.Expired(0).empty());
  leases_.Clear();
  EXPECT_EQ(leases_.file_count(), 0u);
}

TEST_F(LeaseManagerTest, OpenFilesArePagedById) {
  for (uint64_t id = 1; id <= 5; ++id) leases_.Acquire(InodeId(id), "c" + std::to_string(id % 2));
  EXPECT_EQ(leases_.OpenFiles(InodeId(2), 2), (std::vector{InodeId(3), InodeId(4)}));
  EXPECT_TRUE(leases_.OpenFiles(InodeId(5), 2).empty());
}

}  // namespace
}  // namespace cairn::namenode
