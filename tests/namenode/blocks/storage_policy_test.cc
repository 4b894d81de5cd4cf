// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/storage_policy.h"

#include <gtest/gtest.h>

namespace cairn::namenode {
namespace {

using enum StorageType;
using Types = std::vector<StorageType>;

TEST(StoragePolicyTest, KnowsApachesSuiteByIdAndName) {
  EXPECT_EQ(StoragePolicyById(10).name, "ONE_SSD");
  EXPECT_EQ(StoragePolicyById(0).name, "HOT");
  EXPECT_EQ(StoragePolicyById(99).name, "HOT");
  ASSERT_NE(FindStoragePolicy("cold"), nullptr);
  EXPECT_EQ(FindStoragePolicy("cold")->id, 2);
  EXPECT_EQ(FindStoragePolicy("TEPID"), nullptr);
  EXPECT_EQ(BlockStoragePolicies().size(), 8u);
}

TEST(StoragePolicyTest, TheLastTypeRepeats) {
  EXPECT_EQ(StoragePolicyById(10).ChooseTypes(3), (Types{kSsd, kDisk, kDisk}));
  EXPECT_EQ(StoragePolicyById(7).ChooseTypes(2), (Types{kDisk, kDisk}));
}

TEST(StoragePolicyTest, MissingTypesAreThoseThatNoReplicaHas) {
  const Types present{kDisk};
  EXPECT_EQ(StoragePolicyById(10).MissingTypes(3, present), (Types{kSsd, kDisk}));
  const Types foreign{kArchive, kDisk};
  EXPECT_EQ(StoragePolicyById(7).MissingTypes(3, foreign), (Types{kDisk}));
  const Types many{kDisk, kDisk, kDisk, kDisk};
  EXPECT_TRUE(StoragePolicyById(7).MissingTypes(3, many).empty());
}

}  // namespace
}  // namespace cairn::namenode
