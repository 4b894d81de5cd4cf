// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/layout.h"

#include "datanode/store/properties.h"
#include "tests/datanode/store/store_fixture.h"

namespace cairn::datanode {
namespace {

TEST(LayoutTest, FinalizedReplicaIsFoundByItsId) {
  const PoolDirectories dirs = PoolDirectories::Of("/d", "BP-1");
  EXPECT_EQ(dirs.FinalizedDirectory(BlockId(1073741829)),
            "/d/current/BP-1/current/finalized/subdir0/subdir0");
  EXPECT_EQ(dirs.FinalizedDirectory(BlockId(1073741824 + (33 << 16) + (7 << 8))),
            "/d/current/BP-1/current/finalized/subdir1/subdir7");
  EXPECT_EQ(dirs.FinalizedDirectory(BlockId(-9223372036854775792)),
            "/d/current/BP-1/current/finalized/subdir0/subdir0");
}

TEST(LayoutTest, FileNamesRoundTrip) {
  const std::optional<ReplicaFileName> block = ParseReplicaFileName("blk_1073741829");
  ASSERT_TRUE(block);
  EXPECT_EQ(block->id, BlockId(1073741829));
  EXPECT_FALSE(block->generation_stamp);
  const std::optional<ReplicaFileName> meta = ParseReplicaFileName("blk_-7_1008.meta");
  ASSERT_TRUE(meta);
  EXPECT_EQ(meta->id, BlockId(-7));
  EXPECT_EQ(meta->generation_stamp, GenerationStamp(1008));
  EXPECT_EQ(MetaFileName(meta->id, *meta->generation_stamp), "blk_-7_1008.meta");
  for (const char* name : {"", "blk_", "blk_x", "blk_1x", "blk_1_2", "blk_1.meta", "blk_1_-2.meta",
                           "blk_99999999999999999999", "VERSION", "blk_1_2.meta.tmp"}) {
    EXPECT_FALSE(ParseReplicaFileName(name)) << name;
  }
}

TEST(LayoutTest, PropertiesReadAndWriteJavasEscapes) {
  const Properties properties{{"a key", " v:1=2#!\\ "}, {"tabbed", "x\ty\nz"}, {"empty", ""}};
  const std::string text = EncodeProperties(properties, 1795499668000);
  EXPECT_TRUE(text.starts_with("#Tue Nov 24 05:54:28 UTC 2026\n"));
  EXPECT_NE(text.find("a\\ key=\\ v\\:1\\=2\\#\\!\\\\ \n"), std::string::npos);
  const Result<Properties> decoded = DecodeProperties(text);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, properties);
}

TEST(LayoutTest, PropertiesReadWhatJavaReads) {
  const Result<Properties> decoded = DecodeProperties(
      "! comment\r\n\r\n  a : 1\nb 2\nc=one\\\n   two\nd\\=e=\\u0041\\u00e9\nno value\n");
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->at("a"), "1");
  EXPECT_EQ(decoded->at("b"), "2");
  EXPECT_EQ(decoded->at("c"), "onetwo");
  EXPECT_EQ(decoded->at("d=e"), "A\xc3\xa9");
  EXPECT_EQ(decoded->at("no"), "value");
  const Result<Properties> comments =
      DecodeProperties("! ends in \\\na=1\n# ends in \\\nb=2\nc=3\\\n\nd=4\\f\n");
  ASSERT_TRUE(comments.ok());
  EXPECT_EQ(*comments, (Properties{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4\f"}}));
  EXPECT_EQ(DecodeProperties("a=\\u00g1").status().code(), Code::kCorrupt);
}

TEST(LayoutTest, DataDirectoriesHaveTypeAndPath) {
  const auto parse = [](const char* text) { return ParseDataDirectory(text); };
  EXPECT_EQ(*parse("/data/1"), (DataDirectory{StorageType::kDisk, "/data/1"}));
  EXPECT_EQ(*parse("[SSD]file:///data/2/"), (DataDirectory{StorageType::kSsd, "/data/2"}));
  EXPECT_EQ(*parse("[ram_disk]file:/mnt"), (DataDirectory{StorageType::kRamDisk, "/mnt"}));
  EXPECT_EQ(*parse("[ARCHIVE]/old"), (DataDirectory{StorageType::kArchive, "/old"}));
  for (const char* bad :
       {"", "[SSD]", "[SSD/data", "[FLOPPY]/a", "hdfs://nn/a", "[DISK]s3://b/c"}) {
    EXPECT_EQ(parse(bad).status().code(), Code::kInvalidArgument) << bad;
  }
}

TEST(LayoutTest, UuidsAreRandomAndOfVersion4) {
  const std::string a = NewUuid();
  EXPECT_EQ(a.size(), 36u);
  EXPECT_EQ(a[14], '4');
  EXPECT_NE(a, NewUuid());
  EXPECT_TRUE(NewStorageId().starts_with("DS-"));
}

class HandshakeTest : public StoreTest {};

TEST_F(HandshakeTest, NewDirectoryIsFormattedAsApacheDoes) {
  const Result<StorageVersion> storage = ReadStorageVersion(disk_, Root());
  ASSERT_TRUE(storage.ok()) << storage.status().ToString();
  EXPECT_EQ(storage->cluster_id, "CID-1");
  EXPECT_EQ(storage->datanode_uuid, store_->datanode_uuid());
  EXPECT_EQ(storage->ctime_ms, 0);
  EXPECT_EQ(storage->layout_version, -57);
  const Result<PoolVersion> pool = ReadPoolVersion(disk_, Root(), kPool);
  ASSERT_TRUE(pool.ok());
  EXPECT_EQ(*pool, (PoolVersion{77, kPool, 5, -57}));
  for (const char* directory : {"tmp", "current/rbw", "current/finalized"}) {
    EXPECT_TRUE(disk_.IsDirectory(Root() + "/current/" + kPool + "/" + directory)) << directory;
  }
  EXPECT_TRUE(disk_.Exists(Root() + "/in_use.lock"));
}

TEST_F(HandshakeTest, DirectoryKeepsItsIdentityOverARestart) {
  const std::string uuid = store_->datanode_uuid();
  const std::string storage = store_->Volumes()[0]->storage_uuid();
  OpenStore();
  EXPECT_EQ(store_->datanode_uuid(), uuid);
  EXPECT_EQ(store_->Volumes()[0]->storage_uuid(), storage);
}

TEST_F(HandshakeTest, NamenodeOfAnotherClusterNamespaceOrTimeIsRefused) {
  store_.reset();
  const auto refused = [&](const NamespaceInfo& ns, const std::string& text) {
    Result<std::unique_ptr<ReplicaStore>> store =
        ReplicaStore::Open(disk_, clock_, Options(), events_);
    ASSERT_TRUE(store.ok());
    const Status s = (*store)->AddPool(ns);
    EXPECT_EQ(s.code(), Code::kIncorrectVersion);
    EXPECT_NE(s.message().find(text), std::string::npos) << s.ToString();
  };
  NamespaceInfo ns = Namespace();
  ns.cluster_id = "CID-2";
  refused(ns, "Incompatible clusterIDs");
  ns = Namespace();
  ns.namespace_id = 78;
  refused(ns, "Incompatible namespaceIDs");
  ns = Namespace();
  ns.ctime_ms = 6;
  refused(ns, "Incompatible CTime");
}

TEST_F(HandshakeTest, DirectoryInUseIsRefused) {
  const Result<std::unique_ptr<ReplicaStore>> second =
      ReplicaStore::Open(disk_, clock_, Options(), events_);
  EXPECT_EQ(second.status().code(), Code::kAlreadyExists);
}

TEST_F(HandshakeTest, OtherLayoutIsRefused) {
  store_.reset();
  Store(Root() + "/current/VERSION",
        "storageID=DS-1\nclusterID=CID-1\ncTime=0\ndatanodeUuid=u\nstorageType=DATA_NODE\n"
        "layoutVersion=-58\n");
  EXPECT_EQ(ReplicaStore::Open(disk_, clock_, Options(), events_).status().code(),
            Code::kIncorrectVersion);
}

TEST_F(HandshakeTest, PoolIdsThatLeaveTheDirectoryAreRefused) {
  NamespaceInfo ns = Namespace();
  ns.block_pool_id = "BP-1/../../x";
  EXPECT_EQ(store_->AddPool(ns).code(), Code::kInvalidArgument);
}

TEST_F(HandshakeTest, SecondPoolLivesBesideTheFirst) {
  Put(1001, Bytes(100));
  NamespaceInfo ns = Namespace();
  ns.block_pool_id = "BP-2-127.0.0.1-3";
  ns.namespace_id = 78;
  ASSERT_TRUE(store_->AddPool(ns).ok());
  EXPECT_EQ(store_->ReplicaCount(kPool), 1u);
  EXPECT_EQ(store_->ReplicaCount(ns.block_pool_id), 0u);
  EXPECT_EQ(store_->DeletePool(kPool, true).code(), Code::kIoError);
  store_->RemovePool(kPool);
  EXPECT_EQ(store_->DeletePool(kPool, false).code(), Code::kIoError);
  EXPECT_TRUE(store_->DeletePool(kPool, true).ok());
  EXPECT_FALSE(disk_.Exists(Root() + "/current/" + kPool));
}

}  // namespace
}  // namespace cairn::datanode
