// SPDX-License-Identifier: Apache-2.0
// The requests of ClientProtocol and DatanodeProtocol, and the answers that a client or a datanode
// reads: parsed, then converted to the model and back. Input: a byte that chooses the message, then
// its bytes.
#include "common/wire/converters.h"
#include "common/wire/message_codec.h"
#include "common/wire/proto/encryption.pb.h"
#include "common/wire/proto/erasurecoding.pb.h"
#include "common/wire/proto/xattr.pb.h"
#include "tests/fuzz/targets.h"

namespace cairn::fuzz {
namespace {

namespace pb = ::hadoop::hdfs;
namespace dn = ::hadoop::hdfs::datanode;

// To the model, and back into a message that can be sent.
template <typename Message>
void There(const Message& message) {
  Message again;
  wire::ToProto(wire::FromProto(message), &again);
  Require(again.IsInitialized(), "a message made from the model has all required fields");
  (void)wire::SerializeMessage(again);
}

template <typename Messages>
void ThereEach(const Messages& messages) {
  for (const auto& message : messages) There(message);
}

// What a message has that is converted; nothing for those that are plain fields.
template <typename Message>
void Convert(const Message&) {}
void Convert(const pb::CreateRequestProto& m) { (void)wire::ModeFromProto(m.masked()); }
void Convert(const pb::MkdirsRequestProto& m) { (void)wire::ModeFromProto(m.masked()); }
void Convert(const pb::SetPermissionRequestProto& m) { (void)wire::ModeFromProto(m.permission()); }
void Convert(const pb::AbandonBlockRequestProto& m) { There(m.b()); }
void Convert(const pb::AddBlockRequestProto& m) {
  There(m.previous());
  ThereEach(m.excludenodes());
}
void Convert(const pb::GetAdditionalDatanodeRequestProto& m) {
  There(m.blk());
  ThereEach(m.existings());
  ThereEach(m.excludes());
}
void Convert(const pb::CompleteRequestProto& m) { There(m.last()); }
void Convert(const pb::ReportBadBlocksRequestProto& m) { ThereEach(m.blocks()); }
void Convert(const pb::UpdateBlockForPipelineRequestProto& m) { There(m.block()); }
void Convert(const pb::UpdatePipelineRequestProto& m) {
  There(m.oldblock());
  There(m.newblock());
  ThereEach(m.newnodes());
}
void Convert(const dn::DatanodeRegistrationProto& m) {
  There(m.datanodeid());
  pb::StorageInfoProto storage;
  wire::StorageInfoToProto(wire::StorageInfoFromProto(m.storageinfo()), &storage);
}
void Convert(const dn::RegisterDatanodeRequestProto& m) { Convert(m.registration()); }
void Convert(const dn::HeartbeatRequestProto& m) {
  Convert(m.registration());
  ThereEach(m.reports());
}
void Convert(const dn::BlockReportRequestProto& m) {
  Convert(m.registration());
  for (const auto& report : m.reports()) There(report.storage());
}
void Convert(const dn::BlockReceivedAndDeletedRequestProto& m) {
  Convert(m.registration());
  for (const auto& storage : m.blocks()) {
    There(storage.storage());
    for (const auto& row : storage.blocks()) There(row.block());
  }
}
void Convert(const dn::ErrorReportRequestProto& m) { Convert(m.registartion()); }
void Convert(const dn::ReportBadBlocksRequestProto& m) { ThereEach(m.blocks()); }
void Convert(const dn::CommitBlockSynchronizationRequestProto& m) {
  There(m.block());
  ThereEach(m.newtaragets());
}
// Answers.
void Convert(const pb::GetBlockLocationsResponseProto& m) { There(m.locations()); }
void Convert(const pb::GetFileInfoResponseProto& m) { There(m.fs()); }
void Convert(const pb::GetListingResponseProto& m) { There(m.dirlist()); }
void Convert(const pb::GetContentSummaryResponseProto& m) { There(m.summary()); }
void Convert(const pb::GetServerDefaultsResponseProto& m) { There(m.serverdefaults()); }
void Convert(const pb::GetFsStatsResponseProto& m) { There(m); }
void Convert(const pb::VersionResponseProto& m) { There(m.info()); }

template <typename Message>
void Parse(Input input) {
  Message message;
  if (wire::ParseMessage(input, &message).ok()) Convert(message);
}

using Parser = void (*)(Input);

// New messages come at the end: seeds and kept inputs name them by number.
constexpr Parser kParsers[] = {
    Parse<pb::GetBlockLocationsRequestProto>, Parse<pb::CreateRequestProto>,
    Parse<pb::AppendRequestProto>, Parse<pb::SetReplicationRequestProto>,
    Parse<pb::SetStoragePolicyRequestProto>, Parse<pb::SetPermissionRequestProto>,
    Parse<pb::SetOwnerRequestProto>, Parse<pb::AbandonBlockRequestProto>,
    Parse<pb::AddBlockRequestProto>, Parse<pb::GetAdditionalDatanodeRequestProto>,
    Parse<pb::CompleteRequestProto>, Parse<pb::ReportBadBlocksRequestProto>,
    Parse<pb::ConcatRequestProto>, Parse<pb::TruncateRequestProto>, Parse<pb::RenameRequestProto>,
    Parse<pb::Rename2RequestProto>, Parse<pb::DeleteRequestProto>, Parse<pb::MkdirsRequestProto>,
    Parse<pb::GetListingRequestProto>, Parse<pb::GetBatchedListingRequestProto>,
    Parse<pb::RenewLeaseRequestProto>, Parse<pb::RecoverLeaseRequestProto>,
    Parse<pb::GetFileInfoRequestProto>, Parse<pb::GetLocatedFileInfoRequestProto>,
    Parse<pb::GetContentSummaryRequestProto>, Parse<pb::SetQuotaRequestProto>,
    Parse<pb::FsyncRequestProto>, Parse<pb::SetTimesRequestProto>,
    Parse<pb::CreateSymlinkRequestProto>, Parse<pb::UpdateBlockForPipelineRequestProto>,
    Parse<pb::UpdatePipelineRequestProto>, Parse<pb::CheckAccessRequestProto>,
    Parse<pb::GetDatanodeReportRequestProto>, Parse<pb::SetSafeModeRequestProto>,
    Parse<pb::SaveNamespaceRequestProto>, Parse<pb::ListCorruptFileBlocksRequestProto>,
    Parse<pb::ListOpenFilesRequestProto>, Parse<pb::ModifyAclEntriesRequestProto>,
    Parse<pb::SetAclRequestProto>, Parse<pb::GetAclStatusRequestProto>,
    Parse<pb::SetXAttrRequestProto>, Parse<pb::GetXAttrsRequestProto>,
    Parse<pb::RemoveXAttrRequestProto>, Parse<pb::AddCacheDirectiveRequestProto>,
    Parse<pb::AddCachePoolRequestProto>, Parse<pb::CreateEncryptionZoneRequestProto>,
    Parse<pb::AddErasureCodingPoliciesRequestProto>, Parse<dn::RegisterDatanodeRequestProto>,
    Parse<dn::HeartbeatRequestProto>, Parse<dn::BlockReportRequestProto>,
    Parse<dn::CacheReportRequestProto>, Parse<dn::BlockReceivedAndDeletedRequestProto>,
    Parse<dn::ErrorReportRequestProto>, Parse<dn::ReportBadBlocksRequestProto>,
    Parse<dn::CommitBlockSynchronizationRequestProto>, Parse<dn::HeartbeatResponseProto>,
    Parse<pb::GetBlockLocationsResponseProto>, Parse<pb::GetFileInfoResponseProto>,
    Parse<pb::GetListingResponseProto>, Parse<pb::GetContentSummaryResponseProto>,
    Parse<pb::GetServerDefaultsResponseProto>, Parse<pb::GetFsStatsResponseProto>,
    Parse<pb::VersionResponseProto>,
};

// The message's bytes behind the number of its parser.
template <typename Message>
std::string Seed(const Message& message) {
  for (size_t i = 0; i < std::size(kParsers); ++i) {
    if (kParsers[i] == Parse<Message>) {
      return static_cast<char>(i) + wire::SerializeMessage(message);
    }
  }
  Require(false, "a seed's message has a parser");
  return {};
}

LocatedBlock OneBlock() {
  DatanodeInfo node;
  node.id = {.ip = "127.0.0.1", .host_name = "a", .uuid = "u", .transfer_port = 9866};
  LocatedBlock block;
  block.block = {"BP-1", {BlockId(1073741825), 4096, GenerationStamp(1001)}};
  block.locations.push_back({node, "DS-1", StorageType::kDisk});
  return block;
}

}  // namespace

void RunNamenodeRequests(Input input) {
  kParsers[TakeByte(input) % std::size(kParsers)](input);
}

Seeds NamenodeRequestsSeeds() {
  const LocatedBlock block = OneBlock();
  pb::GetFileInfoRequestProto info;
  info.set_src("/a");
  pb::AddBlockRequestProto add;
  add.set_src("/a");
  add.set_clientname("c");
  wire::ToProto(block.block, add.mutable_previous());
  wire::ToProto(block.locations[0].node, add.add_excludenodes());
  pb::ReportBadBlocksRequestProto bad;
  wire::ToProto(block, bad.add_blocks());
  dn::BlockReportRequestProto report;
  const NamespaceInfo storage{.cluster_id = "CID-1", .block_pool_id = "BP-1"};
  wire::RegistrationToProto(block.locations[0].node.id, storage, report.mutable_registration());
  report.mutable_registration()->set_softwareversion(kHadoopVersion);
  report.set_blockpoolid("BP-1");
  wire::ToProto(DatanodeStorage{"DS-1"}, report.add_reports()->mutable_storage());
  dn::HeartbeatRequestProto beat;
  *beat.mutable_registration() = report.registration();
  wire::ToProto(StorageReport{.storage = {"DS-1"}}, beat.add_reports());
  pb::GetListingResponseProto listing;
  FileStatus file{.name = "f", .length = 4096, .mode = 0644, .owner = "o", .group = "g"};
  file.locations = LocatedBlocks{};
  file.locations->blocks.push_back(block);
  wire::ToProto(DirectoryListing{.entries = {file}, .remaining = 1}, listing.mutable_dirlist());
  return {Seed(info), Seed(add), Seed(bad), Seed(report), Seed(beat), Seed(listing)};
}

}  // namespace cairn::fuzz
