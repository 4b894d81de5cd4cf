// SPDX-License-Identifier: Apache-2.0
#include "common/wire/converters.h"

namespace cairn::wire {
namespace {

constexpr uint32_t kModeBits = 07777;

uint32_t FlagsOf(const FileStatus& status) {
  uint32_t flags = 0;
  if (status.has_acl) flags |= pb::HdfsFileStatusProto::HAS_ACL;
  if (status.snapshot_enabled) flags |= pb::HdfsFileStatusProto::SNAPSHOT_ENABLED;
  return flags;
}

bool HasAcl(const pb::HdfsFileStatusProto& in) {
  // Servers before the flags had a field of their own put them above the mode.
  constexpr uint32_t kAclBitOfMode = 1 << 12;
  if (in.has_flags()) return (in.flags() & pb::HdfsFileStatusProto::HAS_ACL) != 0;
  return (in.permission().perm() & kAclBitOfMode) != 0;
}

}  // namespace

void ModeToProto(uint16_t mode, pb::FsPermissionProto* out) { out->set_perm(mode & kModeBits); }

uint16_t ModeFromProto(const pb::FsPermissionProto& in) {
  return static_cast<uint16_t>(in.perm() & kModeBits);
}

void ToProto(const FileStatus& status, pb::HdfsFileStatusProto* out) {
  out->set_filetype(static_cast<pb::HdfsFileStatusProto::FileType>(status.type));
  out->set_path(status.name);
  out->set_length(status.length);
  ModeToProto(status.mode, out->mutable_permission());
  out->set_owner(status.owner);
  out->set_group(status.group);
  out->set_modification_time(status.modification_time_ms);
  out->set_access_time(status.access_time_ms);
  if (status.type == FileType::kSymlink) out->set_symlink(status.symlink_target);
  out->set_block_replication(status.replication);
  out->set_blocksize(status.block_size);
  if (status.locations) ToProto(*status.locations, out->mutable_locations());
  out->set_fileid(status.inode_id.value);
  out->set_childrennum(status.children);
  out->set_storagepolicy(status.storage_policy);
  out->set_flags(FlagsOf(status));
}

FileStatus FromProto(const pb::HdfsFileStatusProto& in) {
  FileStatus status;
  status.type = static_cast<FileType>(in.filetype());
  status.name = in.path();
  status.length = in.length();
  status.mode = ModeFromProto(in.permission());
  status.owner = in.owner();
  status.group = in.group();
  status.modification_time_ms = in.modification_time();
  status.access_time_ms = in.access_time();
  status.replication = in.block_replication();
  status.block_size = in.blocksize();
  status.inode_id = InodeId(in.fileid());
  status.children = in.childrennum();
  status.storage_policy = static_cast<uint8_t>(in.storagepolicy());
  status.symlink_target = in.symlink();
  status.has_acl = HasAcl(in);
  status.snapshot_enabled = (in.flags() & pb::HdfsFileStatusProto::SNAPSHOT_ENABLED) != 0;
  if (in.has_locations()) status.locations = FromProto(in.locations());
  return status;
}

void ToProto(const DirectoryListing& listing, pb::DirectoryListingProto* out) {
  out->mutable_partiallisting()->Reserve(static_cast<int>(listing.entries.size()));
  for (const FileStatus& entry : listing.entries) ToProto(entry, out->add_partiallisting());
  out->set_remainingentries(listing.remaining);
}

DirectoryListing FromProto(const pb::DirectoryListingProto& in) {
  DirectoryListing listing;
  listing.entries.reserve(static_cast<size_t>(in.partiallisting_size()));
  for (const auto& entry : in.partiallisting()) listing.entries.push_back(FromProto(entry));
  listing.remaining = in.remainingentries();
  return listing;
}

void ToProto(const ContentSummary& summary, pb::ContentSummaryProto* out) {
  out->set_length(summary.length);
  out->set_filecount(summary.file_count);
  out->set_directorycount(summary.directory_count);
  out->set_quota(static_cast<uint64_t>(summary.quota));
  out->set_spaceconsumed(summary.space_consumed);
  out->set_spacequota(static_cast<uint64_t>(summary.space_quota));
  out->set_snapshotlength(summary.snapshot_length);
  out->set_snapshotfilecount(summary.snapshot_file_count);
  out->set_snapshotdirectorycount(summary.snapshot_directory_count);
  out->set_snapshotspaceconsumed(summary.snapshot_space_consumed);
  out->set_erasurecodingpolicy(summary.erasure_coding_policy);
}

ContentSummary FromProto(const pb::ContentSummaryProto& in) {
  ContentSummary summary;
  summary.length = in.length();
  summary.file_count = in.filecount();
  summary.directory_count = in.directorycount();
  summary.quota = static_cast<int64_t>(in.quota());
  summary.space_quota = static_cast<int64_t>(in.spacequota());
  summary.space_consumed = in.spaceconsumed();
  summary.erasure_coding_policy = in.erasurecodingpolicy();
  summary.snapshot_length = in.snapshotlength();
  summary.snapshot_file_count = in.snapshotfilecount();
  summary.snapshot_directory_count = in.snapshotdirectorycount();
  summary.snapshot_space_consumed = in.snapshotspaceconsumed();
  return summary;
}

void ToProto(const ServerDefaults& defaults, pb::FsServerDefaultsProto* out) {
  out->set_blocksize(defaults.block_size);
  out->set_bytesperchecksum(defaults.bytes_per_checksum);
  out->set_writepacketsize(defaults.write_packet_size);
  out->set_replication(defaults.replication);
  out->set_filebuffersize(defaults.file_buffer_size);
  out->set_encryptdatatransfer(defaults.encrypt_data_transfer);
  out->set_trashinterval(defaults.trash_interval_min);
  out->set_checksumtype(ToProto(defaults.checksum_type));
  // Apache's namenode always sends it: absent means "ask the client's own configuration".
  out->set_keyprovideruri(defaults.key_provider_uri);
  out->set_policyid(defaults.default_storage_policy);
  out->set_snapshottrashrootenabled(false);
}

ServerDefaults FromProto(const pb::FsServerDefaultsProto& in) {
  ServerDefaults defaults;
  defaults.block_size = in.blocksize();
  defaults.bytes_per_checksum = in.bytesperchecksum();
  defaults.write_packet_size = in.writepacketsize();
  defaults.replication = in.replication();
  defaults.file_buffer_size = in.filebuffersize();
  defaults.encrypt_data_transfer = in.encryptdatatransfer();
  defaults.trash_interval_min = in.trashinterval();
  defaults.checksum_type = FromProto(in.checksumtype());
  defaults.key_provider_uri = in.keyprovideruri();
  defaults.default_storage_policy = static_cast<uint8_t>(in.policyid());
  return defaults;
}

void ToProto(const FsStats& stats, pb::GetFsStatsResponseProto* out) {
  out->set_capacity(stats.capacity);
  out->set_used(stats.used);
  out->set_remaining(stats.remaining);
  out->set_under_replicated(stats.under_replicated);
  out->set_corrupt_blocks(stats.corrupt_blocks);
  out->set_missing_blocks(stats.missing_blocks);
  out->set_missing_repl_one_blocks(stats.missing_replication_one_blocks);
  out->set_blocks_in_future(stats.blocks_in_future_bytes);
  out->set_pending_deletion_blocks(stats.pending_deletion_blocks);
}

FsStats FromProto(const pb::GetFsStatsResponseProto& in) {
  return {.capacity = in.capacity(),
          .used = in.used(),
          .remaining = in.remaining(),
          .under_replicated = in.under_replicated(),
          .corrupt_blocks = in.corrupt_blocks(),
          .missing_blocks = in.missing_blocks(),
          .missing_replication_one_blocks = in.missing_repl_one_blocks(),
          .blocks_in_future_bytes = in.blocks_in_future(),
          .pending_deletion_blocks = in.pending_deletion_blocks()};
}

void ToProto(const AclEntry& entry, pb::AclEntryProto* out) {
  out->set_type(static_cast<pb::AclEntryProto::AclEntryTypeProto>(entry.type));
  out->set_scope(static_cast<pb::AclEntryProto::AclEntryScopeProto>(entry.scope));
  out->set_permissions(static_cast<pb::AclEntryProto::FsActionProto>(entry.permission & 7));
  if (!entry.name.empty()) out->set_name(entry.name);
}

AclEntry FromProto(const pb::AclEntryProto& in) {
  return {.scope = static_cast<AclScope>(in.scope()),
          .type = static_cast<AclType>(in.type()),
          .permission = static_cast<uint8_t>(in.permissions()),
          .name = in.name()};
}

void ToProto(const Xattr& xattr, pb::XAttrProto* out) {
  out->set_namespace_(static_cast<pb::XAttrProto::XAttrNamespaceProto>(xattr.name_space));
  out->set_name(xattr.name);
  if (xattr.value) out->set_value(*xattr.value);
}

Xattr FromProto(const pb::XAttrProto& in) {
  Xattr xattr{.name_space = static_cast<XattrNamespace>(in.namespace_()),
              .name = in.name(),
              .value = {}};
  if (in.has_value()) xattr.value = in.value();
  return xattr;
}

}  // namespace cairn::wire
