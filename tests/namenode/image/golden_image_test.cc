// SPDX-License-Identifier: Apache-2.0
// The image of an Apache namenode: snapshots, references, ACLs, attributes, quotas, cache pools.
#include "tests/namenode/image/image_fixture.h"

namespace cairn::namenode {
namespace {

const std::string kImage = CAIRN_GOLDEN_DIR "/image/nn/current/fsimage_0000000000000000124";
const std::string kOlderImage = CAIRN_GOLDEN_DIR "/image/nn/current/fsimage_0000000000000000077";

class GoldenImageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const Status status = ns_.Load(posix_, kImage);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }

  io::PosixDisk posix_;
  TestNamespace ns_;
};

TEST_F(GoldenImageTest, ChecksumIsRight) {
  EXPECT_TRUE(VerifyImageMd5(posix_, kImage).ok());
  EXPECT_TRUE(VerifyImageMd5(posix_, kOlderImage).ok());
  EXPECT_EQ(VerifyImageMd5(posix_, kImage + ".md5").code(), Code::kNotFound);
}

TEST_F(GoldenImageTest, NumbersAreThoseOfApachesViewer) {
  EXPECT_EQ(ns_.image.txid, TxId(124));
  EXPECT_EQ(ns_.image.layout_version, -67);
  EXPECT_EQ(ns_.image.namespace_id, 1542954897u);
  EXPECT_EQ(ns_.image.inodes, 10u);
  EXPECT_EQ(ns_.image.ids.last_inode_id, InodeId(16402));
  EXPECT_EQ(ns_.image.ids.last_block_id, BlockId(1073741831));
  EXPECT_EQ(ns_.image.ids.generation_stamp, GenerationStamp(1011));
  EXPECT_EQ(ns_.image.ids.generation_stamp_v1, GenerationStamp(1000));
}

TEST_F(GoldenImageTest, AttributesAreThoseOfApachesViewer) {
  const InodeTable& inodes = ns_.tree.inodes();
  const Features& features = ns_.tree.features();
  const InodeHandle a = ns_.At("/a");
  ASSERT_NE(a, kNoInode);
  EXPECT_EQ(inodes.Permission(a), (PermissionStatus{"x", "y", 0770}));
  EXPECT_EQ(*features.Acl(a), (std::vector<AclEntry>{{AclScope::kAccess, AclType::kUser, 7, "bob"},
                                                     {AclScope::kAccess, AclType::kGroup, 0, ""}}));
  EXPECT_EQ(features.FindXattr(a, XattrNamespace::kUser, "z")->value, "q");
  const InodeHandle dir = ns_.At("/g/dir");
  ASSERT_NE(dir, kNoInode);
  EXPECT_EQ(inodes.Permission(dir).mode, 01777);
  EXPECT_EQ(features.Acl(dir)->size(), 8u);
  EXPECT_EQ(features.Quota(dir)->limits.names, 100);
  EXPECT_EQ(features.Quota(dir)->limits.space, 1073741824);
  EXPECT_EQ(features.Quota(dir)->limits.by_type[static_cast<size_t>(StorageType::kSsd)],
            10737418240);
  const InodeHandle file = ns_.At("/g/dir/small.xml");
  ASSERT_NE(file, kNoInode);
  EXPECT_EQ(inodes.Permission(file), (PermissionStatus{"alice", "staff", 0644}));
  EXPECT_EQ(inodes.ModificationTimeMs(file), 1795500035688u);
  EXPECT_EQ(inodes.Layout(file).block_size, 134217728u);
  EXPECT_EQ(features.FindXattr(file, XattrNamespace::kUser, "color")->value, "blue");
  EXPECT_EQ(features.FindXattr(ns_.At("/g/ec"), XattrNamespace::kSystem,
                               "hdfs.erasurecoding.policy")->value,
            std::string("\0\0\0", 3) + "\x0DXOR-2-1-1024k");
  const std::optional<BlockView> block = ns_.blocks.Find(BlockId(1073741831));
  ASSERT_TRUE(block);
  EXPECT_EQ(block->block.length, 50u);
  EXPECT_EQ(block->owner, InodeId(16400));
}

TEST_F(GoldenImageTest, WhatOnlySnapshotsShowIsKept) {
  EXPECT_EQ(ns_.image.carried.snapshot_count, 2u);
  EXPECT_EQ(ns_.image.carried.snapshot_counter, 3u);
  // f3m was deleted and lives in s1; it must not be reachable, but its block must be known, and
  // so must the block that small.xml had before it was truncated.
  EXPECT_EQ(ns_.At("/g/dir/f3m"), kNoInode);
  EXPECT_EQ(ns_.tree.Find(InodeId(16399)), kNoInode);
  EXPECT_EQ(ns_.image.carried.snapshot_only.size(), 1u);
  EXPECT_EQ(ns_.blocks.Find(BlockId(1073741829))->owner, InodeId(16399));
  EXPECT_EQ(ns_.blocks.Find(BlockId(1073741830))->block.length, 404u);
  // empty2 was renamed under a snapshot: it is there, through a reference.
  EXPECT_NE(ns_.At("/g/dir/empty2"), kNoInode);
}

TEST_F(GoldenImageTest, ChangesUnderSnapshotsAreGuarded) {
  EXPECT_TRUE(ProtectedBySnapshot(ns_.tree, ns_.At("/g/dir")));
  EXPECT_TRUE(ProtectedBySnapshot(ns_.tree, ns_.At("/g/dir/sub")));
  EXPECT_TRUE(ProtectedBySnapshot(ns_.tree, ns_.At("/g/dir/small.xml")));
  EXPECT_FALSE(ProtectedBySnapshot(ns_.tree, ns_.At("/g")));
  EXPECT_FALSE(ProtectedBySnapshot(ns_.tree, ns_.At("/g/ec")));
  EXPECT_FALSE(ProtectedBySnapshot(ns_.tree, ns_.tree.root()));
  EXPECT_TRUE(ContainsSnapshots(ns_.tree, ns_.At("/g")));
  EXPECT_FALSE(ContainsSnapshots(ns_.tree, ns_.At("/a")));
}

TEST_F(GoldenImageTest, WrittenAgainItLosesNothing) {
  io::FaultDisk disk;
  ASSERT_TRUE(WriteImage(disk, {"/image"}, ns_.Source(TxId(124))).ok());
  TestNamespace again;
  const Status status = again.Load(disk, "/image");
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(HashTree(again.tree), HashTree(ns_.tree));
  EXPECT_EQ(again.blocks.StateHash(), ns_.blocks.StateHash());
  EXPECT_EQ(again.image.inodes, ns_.image.inodes);
  EXPECT_EQ(again.image.ids, ns_.image.ids);
  const CarriedSections& before = ns_.image.carried;
  const CarriedSections& after = again.image.carried;
  EXPECT_EQ(after.erasure_coding, before.erasure_coding);
  EXPECT_EQ(after.secret_manager, before.secret_manager);
  EXPECT_EQ(after.cache_manager, before.cache_manager);
  EXPECT_EQ(after.snapshots, before.snapshots);
  EXPECT_EQ(after.snapshot_diffs, before.snapshot_diffs);
  EXPECT_EQ(after.references, before.references);
  EXPECT_EQ(after.snapshot_only.size(), before.snapshot_only.size());
  // Numbers that the carried bytes use are still the same strings.
  for (const auto& [key, text] : before.strings.strings) {
    EXPECT_EQ(after.strings.strings.at(key), text);
  }
  EXPECT_TRUE(ProtectedBySnapshot(again.tree, again.At("/g/dir/small.xml")));
}

TEST_F(GoldenImageTest, OlderImageLoadsToo) {
  TestNamespace older;
  const Status status = older.Load(posix_, kOlderImage);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(older.image.txid, TxId(77));
}

}  // namespace
}  // namespace cairn::namenode
