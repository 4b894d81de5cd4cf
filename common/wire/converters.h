// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "common/model/acl.h"
#include "common/model/block.h"
#include "common/model/datanode_info.h"
#include "common/model/file_status.h"
#include "common/model/located_block.h"
#include "common/model/namespace_info.h"
#include "common/model/xattr.h"
#include "common/wire/proto/acl.pb.h"
#include "common/wire/proto/client_namenode_protocol.pb.h"
#include "common/wire/proto/datanode_protocol.pb.h"
#include "common/wire/proto/datatransfer.pb.h"
#include "common/wire/proto/hdfs.pb.h"
#include "common/wire/proto/hdfs_server.pb.h"
#include "common/wire/proto/security.pb.h"
#include "common/wire/proto/xattr.pb.h"

namespace cairn::wire {

// The model's structs to and from Apache's messages. ToProto fills an empty message with all that
// Apache's own servers and clients send, so that required fields are set; FromProto takes any
// message that parsed. All functions are thread-safe.

namespace pb = ::hadoop::hdfs;

// Blocks.
void ToProto(const Block& block, pb::BlockProto* out);
Block FromProto(const pb::BlockProto& in);
void ToProto(const ExtendedBlock& block, pb::ExtendedBlockProto* out);
ExtendedBlock FromProto(const pb::ExtendedBlockProto& in);
// The token of a cluster without security: every field is there, and empty.
void FillEmptyToken(::hadoop::common::TokenProto* out);

// Enumerations have the protocol's numbers on both sides.
pb::StorageTypeProto ToProto(StorageType type);
StorageType FromProto(pb::StorageTypeProto type);
pb::ChecksumTypeProto ToProto(ChecksumType type);
ChecksumType FromProto(pb::ChecksumTypeProto type);
pb::ReplicaStateProto ToProto(ReplicaState state);
ReplicaState FromProto(pb::ReplicaStateProto state);
void ToProto(const ChecksumSpec& checksum, pb::ChecksumProto* out);
ChecksumSpec FromProto(const pb::ChecksumProto& in);

// Datanodes.
void ToProto(const DatanodeId& id, pb::DatanodeIDProto* out);
DatanodeId FromProto(const pb::DatanodeIDProto& in);
void ToProto(const DatanodeInfo& info, pb::DatanodeInfoProto* out);
DatanodeInfo FromProto(const pb::DatanodeInfoProto& in);
void ToProto(const DatanodeStorage& storage, pb::DatanodeStorageProto* out);
DatanodeStorage FromProto(const pb::DatanodeStorageProto& in);
void ToProto(const StorageReport& report, pb::StorageReportProto* out);
StorageReport FromProto(const pb::StorageReportProto& in);

// Files.
void ToProto(const LocatedBlock& block, pb::LocatedBlockProto* out);
LocatedBlock FromProto(const pb::LocatedBlockProto& in);
void ToProto(const LocatedBlocks& blocks, pb::LocatedBlocksProto* out);
LocatedBlocks FromProto(const pb::LocatedBlocksProto& in);
void ToProto(const FileStatus& status, pb::HdfsFileStatusProto* out);
FileStatus FromProto(const pb::HdfsFileStatusProto& in);
void ToProto(const DirectoryListing& listing, pb::DirectoryListingProto* out);
DirectoryListing FromProto(const pb::DirectoryListingProto& in);
void ToProto(const ContentSummary& summary, pb::ContentSummaryProto* out);
ContentSummary FromProto(const pb::ContentSummaryProto& in);
void ToProto(const ServerDefaults& defaults, pb::FsServerDefaultsProto* out);
ServerDefaults FromProto(const pb::FsServerDefaultsProto& in);
void ToProto(const FsStats& stats, pb::GetFsStatsResponseProto* out);
FsStats FromProto(const pb::GetFsStatsResponseProto& in);
void ModeToProto(uint16_t mode, pb::FsPermissionProto* out);
// The low twelve bits: what is above them are flags of old clients.
uint16_t ModeFromProto(const pb::FsPermissionProto& in);
void ToProto(const AclEntry& entry, pb::AclEntryProto* out);
AclEntry FromProto(const pb::AclEntryProto& in);
void ToProto(const Xattr& xattr, pb::XAttrProto* out);
Xattr FromProto(const pb::XAttrProto& in);

// The namespace.
void StorageInfoToProto(const NamespaceInfo& info, pb::StorageInfoProto* out);
// Without the block pool id, which the message does not have.
NamespaceInfo StorageInfoFromProto(const pb::StorageInfoProto& in);
// With Hadoop's version as the software version, ours as the build version, and the capability of
// block reports in buffers.
void ToProto(const NamespaceInfo& info, pb::NamespaceInfoProto* out);
NamespaceInfo FromProto(const pb::NamespaceInfoProto& in);
// The keys of a cluster without block tokens: all fields are there, and zero.
void FillEmptyBlockKeys(pb::ExportedBlockKeysProto* out);
void RegistrationToProto(const DatanodeId& id, const NamespaceInfo& storage,
                         pb::datanode::DatanodeRegistrationProto* out);

}  // namespace cairn::wire
