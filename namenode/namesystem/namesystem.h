// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/model/file_status.h"
#include "common/model/located_block.h"
#include "common/model/namespace_info.h"
#include "namenode/namesystem/category.h"
#include "namenode/namesystem/context.h"
#include "namenode/namesystem/datanode_messages.h"
#include "namenode/namesystem/outcome.h"
#include "namenode/namesystem/requests.h"

namespace cairn::namenode {

class NamesystemState;
struct DatanodeStatistics;
struct NamesystemStatistics;

// The file system's namespace and its blocks: everything that a namenode does, without a protocol.
//
// Each mutation checks everything, builds its edit record from values, applies it and appends it
// to the edit log in one exclusive section; reads share the section. No call waits for the disk:
// whoever answers a client holds the answer until `wait_for` of the outcome is durable.
//
// Paths are absolute, as the client sent them; they are made canonical here. Errors are those of
// Apache HDFS: code for class, message for message.
//
// Thread-safe.
class Namesystem {
 public:
  // `state` comes from the loader, and must outlive this object.
  explicit Namesystem(NamesystemState& state) : state_(state) {}
  Namesystem(const Namesystem&) = delete;
  Namesystem& operator=(const Namesystem&) = delete;

  // A caller with its groups; whether it is a superuser is decided here.
  Caller MakeCaller(std::string user, std::vector<std::string> groups) const;
  ServiceState service_state() const;
  // Everything up to here is on disk: answers that wait for it may leave.
  TxId Durable() const;

  // --- Reading the namespace.
  Outcome<LocatedBlocks> GetBlockLocations(const OpContext& context, const std::string& path,
                                           uint64_t offset, uint64_t length);
  Outcome<std::optional<FileStatus>> GetFileInfo(const OpContext& context, const std::string& path);
  Outcome<std::optional<FileStatus>> GetFileLinkInfo(const OpContext& context,
                                                     const std::string& path);
  Outcome<std::optional<FileStatus>> GetLocatedFileInfo(const OpContext& context,
                                                        const std::string& path);
  // No value: there is no such directory.
  Outcome<std::optional<DirectoryListing>> GetListing(const OpContext& context,
                                                      const ListingRequest& request);
  Outcome<ContentSummary> GetContentSummary(const OpContext& context, const std::string& path);
  Outcome<QuotaUsage> GetQuotaUsage(const OpContext& context, const std::string& path);
  Outcome<uint64_t> GetPreferredBlockSize(const OpContext& context, const std::string& path);
  Outcome<bool> IsFileClosed(const OpContext& context, const std::string& path);
  Outcome<Done> CheckAccess(const OpContext& context, const std::string& path, Access access);
  Outcome<AclStatus> GetAclStatus(const OpContext& context, const std::string& path);
  // All visible attributes when `wanted` is empty (values do not matter in it).
  Outcome<std::vector<Xattr>> GetXattrs(const OpContext& context, const std::string& path,
                                        const std::vector<Xattr>& wanted);
  Outcome<std::vector<Xattr>> ListXattrs(const OpContext& context, const std::string& path);
  Outcome<StoragePolicy> GetStoragePolicy(const OpContext& context, const std::string& path);
  Outcome<std::vector<StoragePolicy>> GetStoragePolicies(const OpContext& context);
  // Succeeds without a value: there are no encryption zones. Fails when `path` does not resolve.
  Outcome<Done> GetEzForPath(const OpContext& context, const std::string& path);
  Outcome<OpenFiles> ListOpenFiles(const OpContext& context, InodeId after,
                                   const std::string& path_prefix);
  Outcome<CorruptFileBlocks> ListCorruptFileBlocks(const OpContext& context,
                                                   const std::string& path,
                                                   const std::string& cookie);
  Outcome<std::string> GetLinkTarget(const OpContext& context, const std::string& path);

  // --- Changing the namespace.
  Outcome<bool> Mkdirs(const OpContext& context, const std::string& path, const ClientMode& mode,
                       bool create_parent);
  Outcome<bool> Delete(const OpContext& context, const std::string& path, bool recursive);
  Outcome<bool> Rename(const OpContext& context, const std::string& source,
                       const std::string& destination);
  Outcome<Done> Rename2(const OpContext& context, const RenameRequest& request);
  Outcome<bool> SetReplication(const OpContext& context, const std::string& path,
                               uint32_t replication);
  Outcome<Done> SetPermission(const OpContext& context, const std::string& path, uint16_t mode);
  // An empty owner or group stays as it is.
  Outcome<Done> SetOwner(const OpContext& context, const std::string& path,
                         const std::string& owner, const std::string& group);
  // Unix time in milliseconds; -1 leaves a time as it is.
  Outcome<Done> SetTimes(const OpContext& context, const std::string& path,
                         int64_t modification_time_ms, int64_t access_time_ms);
  Outcome<Done> Concat(const OpContext& context, const std::string& target,
                       const std::vector<std::string>& sources);
  Outcome<bool> Truncate(const OpContext& context, const std::string& path, uint64_t new_length,
                         const std::string& client_name);
  Outcome<Done> SetQuota(const OpContext& context, const SetQuotaRequest& request);
  Outcome<Done> SetStoragePolicy(const OpContext& context, const std::string& path,
                                 const std::string& policy_name);
  Outcome<Done> UnsetStoragePolicy(const OpContext& context, const std::string& path);
  Outcome<Done> ModifyAclEntries(const OpContext& context, const std::string& path,
                                 const std::vector<AclEntry>& entries);
  Outcome<Done> RemoveAclEntries(const OpContext& context, const std::string& path,
                                 const std::vector<AclEntry>& entries);
  Outcome<Done> RemoveDefaultAcl(const OpContext& context, const std::string& path);
  Outcome<Done> RemoveAcl(const OpContext& context, const std::string& path);
  Outcome<Done> SetAcl(const OpContext& context, const std::string& path,
                       const std::vector<AclEntry>& entries);
  Outcome<Done> SetXattr(const OpContext& context, const SetXattrRequest& request);
  Outcome<Done> RemoveXattr(const OpContext& context, const std::string& path,
                            const Xattr& xattr);

  // --- Writing files.
  Outcome<FileStatus> Create(const OpContext& context, const CreateRequest& request);
  Outcome<AppendResult> Append(const OpContext& context, const AppendRequest& request);
  Outcome<LocatedBlock> AddBlock(const OpContext& context, const AddBlockRequest& request);
  Outcome<Done> AbandonBlock(const OpContext& context, const ExtendedBlock& block,
                             InodeId inode_id, const std::string& path,
                             const std::string& client_name);
  Outcome<LocatedBlock> GetAdditionalDatanode(const OpContext& context,
                                              const AdditionalDatanodeRequest& request);
  // False: a block has too few replicas yet, the client asks again.
  Outcome<bool> Complete(const OpContext& context, const CompleteRequest& request);
  Outcome<Done> Fsync(const OpContext& context, const FsyncRequest& request);
  Outcome<LocatedBlock> UpdateBlockForPipeline(const OpContext& context,
                                               const ExtendedBlock& block,
                                               const std::string& client_name);
  Outcome<Done> UpdatePipeline(const OpContext& context, const UpdatePipelineRequest& request);
  Outcome<Done> RenewLease(const OpContext& context, const std::string& client_name);
  // True: the file is closed; false: recovery has been started.
  Outcome<bool> RecoverLease(const OpContext& context, const std::string& path,
                             const std::string& client_name);

  // --- The cluster.
  Outcome<ServerDefaults> GetServerDefaults(const OpContext& context);
  Outcome<FsStats> GetFsStats(const OpContext& context);
  Outcome<ReplicatedBlockStats> GetReplicatedBlockStats(const OpContext& context);
  Outcome<std::vector<DatanodeInfo>> GetDatanodeReport(const OpContext& context,
                                                       DatanodeReportType type);
  Outcome<std::vector<DatanodeStorageReport>> GetDatanodeStorageReport(const OpContext& context,
                                                                       DatanodeReportType type);
  Outcome<Done> ReportBadBlocks(const OpContext& context, const std::vector<LocatedBlock>& blocks);
  // Whether safe mode is on after the action. With `of_active` only the active one answers.
  Outcome<bool> SetSafeMode(const OpContext& context, SafeModeAction action,
                            bool of_active = false);
  // Whether an image was written; false when the newest one is within both limits (0: no limit).
  Outcome<bool> SaveNamespace(const OpContext& context, uint64_t time_window_s, uint64_t tx_gap);
  // The first transaction of the new segment.
  Outcome<TxId> RollEdits(const OpContext& context);
  // The last transaction: of the active one only, and of any.
  Outcome<TxId> GetCurrentEditLogTxid(const OpContext& context);
  Outcome<TxId> GetTransactionId(const OpContext& context);
  Outcome<Done> RefreshNodes(const OpContext& context);
  Outcome<ServiceState> GetServiceState(const OpContext& context);
  // Served in every service state, to anybody.
  HaStatus GetHaStatus() const;
  // Whether operations that read, write or manage the journal are served: what a method of Apache's
  // that is not built asks before it says so.
  Outcome<Done> CheckServes(Category category);
  // Numbers for pages and exporters (statistics.h), in one shared section; the list of datanodes
  // lets writers in between. Served in every service state, to anybody.
  NamesystemStatistics GetStatistics() const;
  std::vector<DatanodeStatistics> GetDatanodeStatistics() const;

  // --- Datanodes.
  Outcome<NamespaceInfo> VersionRequest(const OpContext& context);
  // `context.client_machine` is the address of the connection; the registration comes back with
  // what the namenode made of it.
  Outcome<DatanodeRegistration> RegisterDatanode(const OpContext& context,
                                                 DatanodeRegistration registration);
  Outcome<HeartbeatResponse> Heartbeat(const OpContext& context, const HeartbeatRequest& request);
  // A command for the datanode, if any.
  Outcome<std::optional<DatanodeCommand>> BlockReport(const OpContext& context,
                                                      BlockReportRequest& request);
  Outcome<Done> BlockReceivedAndDeleted(const OpContext& context,
                                        const DatanodeRegistration& registration,
                                        const std::vector<StorageReceivedDeletedBlocks>& reports);
  // `code` has the numbers of Apache's protocol: 0 notify, 1 disk, 2 invalid block, 3 fatal disk.
  Outcome<Done> ErrorReport(const OpContext& context, const DatanodeRegistration& registration,
                            int32_t code, const std::string& message);
  Outcome<Done> CommitBlockSynchronization(const OpContext& context,
                                           const CommitBlockSynchronizationRequest& request);

 private:
  NamesystemState& state_;
};

}  // namespace cairn::namenode
