// SPDX-License-Identifier: Apache-2.0
#include "common/wire/converters.h"

#include <gtest/gtest.h>

#include "common/wire/message_codec.h"

namespace cairn::wire {
namespace {

// Through the wire and back: proves that all required fields are set.
template <typename Proto, typename Model>
Model RoundTrip(const Model& model) {
  Proto out;
  ToProto(model, &out);
  Proto in;
  const Status status = ParseMessage(SerializeMessage(out), &in);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return FromProto(in);
}

DatanodeInfo Node() {
  DatanodeInfo node;
  node.id = {.ip = "10.0.0.1",
             .host_name = "dn1",
             .uuid = "uuid-1",
             .transfer_port = 9866,
             .http_port = 9864,
             .https_port = 9865,
             .ipc_port = 9867};
  node.capacity = 1000;
  node.dfs_used = 300;
  node.remaining = 500;
  node.non_dfs_used = 150;
  node.block_pool_used = 290;
  node.last_update_ms = 1;
  node.last_update_monotonic_ms = 2;
  node.last_block_report_ms = 3;
  node.xceiver_count = 4;
  node.block_count = 5;
  node.location = "/rack1";
  node.admin_state = AdminState::kDecommissioned;
  node.software_version = "3.5.0";
  return node;
}

LocatedBlock Located() {
  LocatedBlock block;
  block.block = {"BP-1", {BlockId(1073741825), 77, GenerationStamp(1001)}};
  block.offset = 128;
  block.locations = {{.node = Node(), .storage_uuid = "DS-1", .storage_type = StorageType::kSsd}};
  return block;
}

TEST(Converters, BlockComesBack) {
  const Block block{BlockId(-9223372036854775792), 5, GenerationStamp(1001)};
  EXPECT_EQ(RoundTrip<pb::BlockProto>(block), block);
  const ExtendedBlock extended{"BP-1", block};
  EXPECT_EQ(RoundTrip<pb::ExtendedBlockProto>(extended), extended);
}

TEST(Converters, DatanodeComesBack) {
  const DatanodeInfo node = Node();
  const DatanodeInfo back = RoundTrip<pb::DatanodeInfoProto>(node);
  EXPECT_EQ(back.id, node.id);
  EXPECT_EQ(back.capacity, 1000u);
  EXPECT_EQ(back.dfs_used, 300u);
  EXPECT_EQ(back.remaining, 500u);
  EXPECT_EQ(back.non_dfs_used, 150u);
  EXPECT_EQ(back.block_pool_used, 290u);
  EXPECT_EQ(back.last_update_ms, 1u);
  EXPECT_EQ(back.last_update_monotonic_ms, 2u);
  EXPECT_EQ(back.last_block_report_ms, 3u);
  EXPECT_EQ(back.xceiver_count, 4u);
  EXPECT_EQ(back.block_count, 5u);
  EXPECT_EQ(back.location, "/rack1");
  EXPECT_EQ(back.admin_state, AdminState::kDecommissioned);
  EXPECT_EQ(back.software_version, "3.5.0");
}

TEST(Converters, NonDfsUsedOfAnOldDatanodeIsWhatIsLeft) {
  pb::StorageReportProto report;
  report.set_storageuuid("DS-1");
  report.set_capacity(100);
  report.set_dfsused(30);
  report.set_remaining(50);
  EXPECT_EQ(FromProto(report).non_dfs_used, 20u);
  report.set_remaining(90);
  EXPECT_EQ(FromProto(report).non_dfs_used, 0u);
  EXPECT_EQ(FromProto(report).storage.uuid, "DS-1");
}

TEST(Converters, StorageReportComesBack) {
  StorageReport report{.storage = {.uuid = "DS-1",
                                   .state = StorageState::kReadOnlyShared,
                                   .type = StorageType::kNvdimm},
                       .failed = true,
                       .capacity = 1,
                       .dfs_used = 2,
                       .remaining = 3,
                       .block_pool_used = 4,
                       .non_dfs_used = 5,
                       .mount = "/data1"};
  const StorageReport back = RoundTrip<pb::StorageReportProto>(report);
  EXPECT_EQ(back.storage, report.storage);
  EXPECT_TRUE(back.failed);
  EXPECT_EQ(back.non_dfs_used, 5u);
  EXPECT_EQ(back.mount, "/data1");
}

TEST(Converters, LocatedBlockAlwaysHasAnEmptyToken) {
  pb::LocatedBlockProto proto;
  ToProto(Located(), &proto);
  EXPECT_TRUE(proto.IsInitialized());
  EXPECT_TRUE(proto.blocktoken().has_identifier());
  EXPECT_EQ(proto.blocktoken().password(), "");
  EXPECT_EQ(proto.iscached_size(), 1);
  const LocatedBlock back = FromProto(proto);
  EXPECT_EQ(back.block, Located().block);
  EXPECT_EQ(back.locations[0].storage_uuid, "DS-1");
  EXPECT_EQ(back.locations[0].storage_type, StorageType::kSsd);
}

TEST(Converters, LocatedBlockWithShortListsIsTaken) {
  pb::LocatedBlockProto proto;
  ToProto(Located(), &proto);
  proto.clear_storageids();
  proto.clear_storagetypes();
  const LocatedBlock back = FromProto(proto);
  ASSERT_EQ(back.locations.size(), 1u);
  EXPECT_EQ(back.locations[0].storage_uuid, "");
  EXPECT_EQ(back.locations[0].storage_type, StorageType::kDisk);
}

FileStatus File() {
  FileStatus status;
  status.type = FileType::kFile;
  status.name = "caf\xe9";  // Names are bytes, not always UTF-8.
  status.length = 77;
  status.mode = 01644;
  status.owner = "alice";
  status.group = "staff";
  status.modification_time_ms = 10;
  status.access_time_ms = 11;
  status.replication = 3;
  status.block_size = 128 << 20;
  status.inode_id = InodeId(16386);
  status.children = 0;
  status.storage_policy = 7;
  status.has_acl = true;
  status.snapshot_enabled = true;
  return status;
}

TEST(Converters, FileStatusComesBack) {
  FileStatus status = File();
  status.locations = LocatedBlocks{.file_length = 77,
                                   .blocks = {Located()},
                                   .under_construction = true,
                                   .last_block = Located(),
                                   .last_block_complete = false};
  const FileStatus back = RoundTrip<pb::HdfsFileStatusProto>(status);
  EXPECT_EQ(back.type, FileType::kFile);
  EXPECT_EQ(back.name, "caf\xe9");
  EXPECT_EQ(back.length, 77u);
  EXPECT_EQ(back.mode, 01644);
  EXPECT_EQ(back.owner, "alice");
  EXPECT_EQ(back.group, "staff");
  EXPECT_EQ(back.modification_time_ms, 10u);
  EXPECT_EQ(back.access_time_ms, 11u);
  EXPECT_EQ(back.replication, 3u);
  EXPECT_EQ(back.block_size, 128u << 20);
  EXPECT_EQ(back.inode_id, InodeId(16386));
  EXPECT_EQ(back.children, 0);
  EXPECT_EQ(back.storage_policy, 7);
  EXPECT_TRUE(back.has_acl);
  EXPECT_TRUE(back.snapshot_enabled);
  ASSERT_TRUE(back.locations.has_value());
  EXPECT_TRUE(back.locations->under_construction);
  EXPECT_EQ(back.locations->blocks.size(), 1u);
  EXPECT_TRUE(back.locations->last_block.has_value());
}

TEST(Converters, AclBitOfAnOldServerIsInTheMode) {
  pb::HdfsFileStatusProto proto;
  ToProto(File(), &proto);
  proto.clear_flags();
  EXPECT_FALSE(FromProto(proto).has_acl);
  proto.mutable_permission()->set_perm(1 << 12 | 0755);
  EXPECT_TRUE(FromProto(proto).has_acl);
  EXPECT_EQ(FromProto(proto).mode, 0755);
}

TEST(Converters, SymlinkTargetIsSentForSymlinksOnly) {
  FileStatus status = File();
  pb::HdfsFileStatusProto proto;
  ToProto(status, &proto);
  EXPECT_FALSE(proto.has_symlink());
  status.type = FileType::kSymlink;
  status.symlink_target = "/target";
  EXPECT_EQ(RoundTrip<pb::HdfsFileStatusProto>(status).symlink_target, "/target");
}

TEST(Converters, ListingComesBack) {
  const DirectoryListing back =
      RoundTrip<pb::DirectoryListingProto>(DirectoryListing{.entries = {File(), File()},
                                                            .remaining = 9});
  EXPECT_EQ(back.entries.size(), 2u);
  EXPECT_EQ(back.remaining, 9u);
}

TEST(Converters, NoQuotaIsMinusOne) {
  pb::ContentSummaryProto proto;
  ToProto(ContentSummary{.length = 1, .file_count = 2, .directory_count = 3}, &proto);
  EXPECT_EQ(proto.quota(), ~0ULL);
  EXPECT_TRUE(proto.has_snapshotlength());
  const ContentSummary back = FromProto(proto);
  EXPECT_EQ(back.quota, -1);
  EXPECT_EQ(back.space_quota, -1);
  EXPECT_EQ(back.directory_count, 3u);
  EXPECT_EQ(back.erasure_coding_policy, "Replicated");
}

TEST(Converters, ServerDefaultsComeBack) {
  const ServerDefaults back = RoundTrip<pb::FsServerDefaultsProto>(
      ServerDefaults{.trash_interval_min = 60, .key_provider_uri = "kms://x"});
  EXPECT_EQ(back.block_size, 128u << 20);
  EXPECT_EQ(back.trash_interval_min, 60u);
  EXPECT_EQ(back.checksum_type, ChecksumType::kCrc32c);
  EXPECT_EQ(back.key_provider_uri, "kms://x");
  EXPECT_EQ(back.default_storage_policy, 7);
}

TEST(Converters, StatsComeBack) {
  const FsStats back = RoundTrip<pb::GetFsStatsResponseProto>(FsStats{1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_EQ(back.capacity, 1u);
  EXPECT_EQ(back.missing_replication_one_blocks, 7u);
  EXPECT_EQ(back.pending_deletion_blocks, 9u);
}

TEST(Converters, NamespaceInfoClaimsAHadoopVersionAndBufferedReports) {
  const NamespaceInfo info{.layout_version = -67,
                           .namespace_id = 123,
                           .cluster_id = "CID-1",
                           .ctime_ms = 5,
                           .block_pool_id = "BP-1"};
  pb::NamespaceInfoProto proto;
  ToProto(info, &proto);
  EXPECT_EQ(proto.softwareversion(), "3.5.0");
  EXPECT_EQ(proto.capabilities(), 1u);
  EXPECT_EQ(proto.storageinfo().layoutversion(), static_cast<uint32_t>(-67));
  EXPECT_EQ(RoundTrip<pb::NamespaceInfoProto>(info), info);
}

TEST(Converters, RegistrationHasAllRequiredFields) {
  pb::datanode::DatanodeRegistrationProto proto;
  RegistrationToProto(Node().id, NamespaceInfo{.layout_version = -57, .cluster_id = "CID-1"},
                      &proto);
  EXPECT_TRUE(proto.IsInitialized());
  EXPECT_FALSE(proto.keys().isblocktokenenabled());
  EXPECT_EQ(StorageInfoFromProto(proto.storageinfo()).layout_version, -57);
}

TEST(Converters, ChecksumComesBack) {
  const ChecksumSpec spec{ChecksumType::kCrc32, 4096};
  EXPECT_EQ(RoundTrip<pb::ChecksumProto>(spec), spec);
}

}  // namespace
}  // namespace cairn::wire
