// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/configuration.h"
#include "common/model/acl.h"
#include "common/model/datanode_info.h"
#include "common/model/file_status.h"
#include "common/model/located_block.h"
#include "common/model/xattr.h"
#include "common/util/result.h"

// The HDFS client for C++: the only header of libclient for others. Every call blocks. It works
// against any HDFS that speaks Hadoop RPC version 9, ours and Apache's.
//
// Errors: an exception of a namenode keeps its Java class in Status::remote_class(), and its
// message as it came; errors of the client's own name the path, and the datanode if there is one.
namespace cairn::client {

class ClientCore;

// An open file for reading. Bytes are verified against their checksums, and a replica that cannot
// be read is replaced by another.
//
// A file that is still being written can be read up to what had been flushed when it was opened;
// reading at the end looks once for more.
//
// Not thread-safe, except for PRead: any number of threads may use that at once.
class InputStream {
 public:
  virtual ~InputStream() = default;

  // The next bytes, at most `n`, at least one; 0 at the end of the file.
  virtual Result<size_t> Read(void* buffer, size_t n) = 0;
  // Up to `n` bytes at `position`, less only at the end of the file. Leaves the stream's own
  // position alone.
  virtual Result<size_t> PRead(uint64_t position, void* buffer, size_t n) = 0;
  // Exactly `n` bytes at `position`, or kEndOfFile.
  virtual Status ReadFully(uint64_t position, void* buffer, size_t n) = 0;
  // kEndOfFile beyond the end.
  virtual Status Seek(uint64_t position) = 0;
  virtual uint64_t position() const = 0;
  // Bytes that can be read now: with what the writer of an open file has flushed.
  virtual uint64_t length() const = 0;
  // All blocks of the file, as they are known to this stream.
  virtual Result<std::vector<LocatedBlock>> Blocks() = 0;
};

struct SyncOptions {
  bool update_length = false;  // Tell the namenode the file's length, so that listings show it.
  bool end_block = false;      // End the block: what follows goes into a new one.
};

// An open file for writing. Its lease is renewed until it is closed.
//
// After an error every call fails with that error, except Abort.
//
// Not thread-safe.
class OutputStream {
 public:
  // Closes; an error is logged.
  virtual ~OutputStream() = default;

  // Takes all `n` bytes; they are sent as packets fill up.
  virtual Status Write(const void* data, size_t n) = 0;
  Status Write(std::string_view bytes) { return Write(bytes.data(), bytes.size()); }
  // All bytes so far are on every datanode of the pipeline, and visible to new readers.
  virtual Status Hflush() = 0;
  // The same, and those of the current block have reached the disks.
  virtual Status Hsync(const SyncOptions& options = {}) = 0;
  // Sends the rest, ends the block and completes the file. A second call does nothing.
  virtual Status Close() = 0;
  // Lets go of the file without completing it: the namenode recovers it when its lease runs out.
  virtual void Abort() = 0;
  // Bytes taken so far, with what an appended file had before.
  virtual uint64_t position() const = 0;
  // Datanodes in the pipeline of the current block; 0 without one.
  virtual int CurrentReplicas() const = 0;
};

struct OpenOptions {
  bool verify_checksums = true;
};

struct CreateOptions {
  bool overwrite = false;
  bool create_parents = true;
  uint16_t mode = 0666;        // Before the umask of the configuration.
  uint32_t replication = 0;    // 0: dfs.replication, or what the namenode says.
  uint64_t block_size = 0;     // Bytes; 0: dfs.blocksize, or what the namenode says.
  bool lazy_persist = false;
  bool sync_block = false;     // Each block reaches the disks when it ends.
  bool no_local_write = false;
  std::optional<ChecksumSpec> checksum;  // Unset: dfs.checksum.type, dfs.bytes-per-checksum.
};

struct AppendOptions {
  bool new_block = false;  // Start a new block instead of filling the last one.
  bool sync_block = false;
};

// How a file's checksum is made up.
enum class ChecksumMode : uint8_t { kMd5Md5Crc, kCompositeCrc };

// Of a whole file. Equal for equal bytes, block sizes and chunk sizes (kMd5Md5Crc), or for equal
// bytes (kCompositeCrc).
struct FileChecksum {
  std::string algorithm;  // "MD5-of-262144MD5-of-512CRC32C", "COMPOSITE-CRC32C".
  std::string bytes;      // As Apache's shell prints them in hexadecimal.
};

// What a directory holds, without a walk.
struct QuotaUsage {
  uint64_t file_and_directory_count = 0;
  int64_t quota = -1;
  uint64_t space_consumed = 0;
  int64_t space_quota = -1;
  struct ByType {
    StorageType type = StorageType::kDisk;
    int64_t quota = -1;
    uint64_t consumed = 0;
  };
  std::vector<ByType> types;
};

struct AclStatus {
  std::string owner;
  std::string group;
  bool sticky = false;
  std::vector<AclEntry> entries;
  uint16_t mode = 0;
};

struct StoragePolicy {
  uint8_t id = 0;
  std::string name;
  std::vector<StorageType> types;
  std::vector<StorageType> creation_fallback;
  std::vector<StorageType> replication_fallback;
};

// Entries of a directory in the namenode's order, fetched page by page.
//
// Not thread-safe.
class DirectoryIterator {
 public:
  virtual ~DirectoryIterator() = default;
  // The next page, which may be empty when the directory changed; nothing at the end.
  virtual Result<std::optional<std::vector<FileStatus>>> NextPage() = 0;
};

enum class DatanodeReportKind : uint8_t {
  kAll = 1,
  kLive = 2,
  kDead = 3,
  kDecommissioning = 4,
  kEnteringMaintenance = 5,
  kInMaintenance = 6,
};

struct DatanodeStorageReport {
  DatanodeInfo datanode;
  std::vector<StorageReport> storages;
};

// How well a kind of blocks is stored, in numbers of blocks or block groups.
struct RedundancyStats {
  uint64_t low_redundancy = 0;
  uint64_t corrupt = 0;
  uint64_t missing = 0;
  uint64_t missing_replication_one = 0;  // Of replicated blocks only.
  uint64_t pending_deletion = 0;
  // Unset when the namenode does not say.
  std::optional<uint64_t> highest_priority;
  std::optional<uint64_t> badly_distributed;
};

enum class SafeModeAction : uint8_t { kLeave = 1, kEnter = 2, kGet = 3, kForceExit = 4 };

struct CorruptFiles {
  std::vector<std::string> paths;
  std::string cookie;  // For the next call.
};

// No quota, and a quota that stays as it is.
inline constexpr int64_t kQuotaReset = -1;
inline constexpr int64_t kQuotaUnchanged = INT64_MAX;

// What only administrators ask. Part of a Client.
//
// Thread-safe.
class Admin {
 public:
  explicit Admin(ClientCore& core) : core_(core) {}

  Result<FsStats> GetFsStats();
  Result<RedundancyStats> GetReplicatedBlockStats();
  Result<RedundancyStats> GetErasureCodedStats();
  // Datanodes that others find slow.
  Result<std::vector<DatanodeInfo>> GetSlowDatanodes();
  Result<std::vector<DatanodeInfo>> GetDatanodeReport(DatanodeReportKind kind);
  Result<std::vector<DatanodeStorageReport>> GetDatanodeStorageReport(DatanodeReportKind kind);
  // Whether the namenode is in safe mode after the action.
  Result<bool> SetSafeMode(SafeModeAction action);
  // False: skipped, for a checkpoint is younger than the window and the gap.
  Result<bool> SaveNamespace(uint64_t window_sec = 0, uint64_t transaction_gap = 0);
  // The first transaction of the new segment.
  Result<int64_t> RollEdits();
  Status RefreshNodes();
  Status FinalizeUpgrade();
  // Writes the namenode's block state to a file in its log directory.
  Status MetaSave(const std::string& file);
  Status SetBalancerBandwidth(int64_t bytes_per_second);
  Status SetQuota(const std::string& path, int64_t names, int64_t space,
                  std::optional<StorageType> type = {});
  Result<CorruptFiles> ListCorruptFileBlocks(const std::string& path, const std::string& cookie);
  Result<std::vector<StoragePolicy>> GetStoragePolicies();
  Result<bool> UpgradeFinalized();
  // "active", "standby", "observer" or "initializing" of the namenode that answers.
  Result<std::string> GetServiceState();

 private:
  ClientCore& core_;
};

// A connection to one file system, as one user.
//
// Paths are absolute, without scheme ("/a/b"), and are passed on as they are.
//
// Thread-safe. Streams must be destroyed before their client.
class Client {
 public:
  // `uri`: "hdfs://host:port", "hdfs://nameservice", or empty for fs.defaultFS. `user`: empty for
  // HADOOP_USER_NAME, else the process's user. Nothing is sent yet.
  static Result<std::unique_ptr<Client>> Connect(const config::Configuration& configuration,
                                                 const std::string& uri = "",
                                                 const std::string& user = "");
  // Stops renewing leases.
  ~Client();

  const std::string& user() const;
  // "hdfs://host:port" or "hdfs://nameservice".
  const std::string& uri() const;
  Admin& admin() { return admin_; }

  // Files.
  Result<std::unique_ptr<InputStream>> Open(const std::string& path,
                                            const OpenOptions& options = {});
  Result<std::unique_ptr<OutputStream>> Create(const std::string& path,
                                               const CreateOptions& options = {});
  Result<std::unique_ptr<OutputStream>> Append(const std::string& path,
                                               const AppendOptions& options = {});
  // Of the first `length` bytes. The mode is dfs.checksum.combine.mode unless given.
  Result<FileChecksum> GetFileChecksum(const std::string& path, uint64_t length = UINT64_MAX,
                                       std::optional<ChecksumMode> mode = {});
  Result<LocatedBlocks> GetBlockLocations(const std::string& path, uint64_t offset,
                                          uint64_t length);
  Result<ServerDefaults> GetServerDefaults();

  // The namespace. kNotFound when there is no such file.
  Result<FileStatus> GetFileInfo(const std::string& path);
  Result<FileStatus> GetFileLinkInfo(const std::string& path);  // Of a symbolic link itself.
  Result<std::unique_ptr<DirectoryIterator>> ListDirectory(const std::string& path,
                                                           bool with_locations = false);
  // All pages of ListDirectory. A file lists itself, with an empty name.
  Result<std::vector<FileStatus>> List(const std::string& path);
  // `mode` is before the umask of the configuration.
  Result<bool> Mkdirs(const std::string& path, uint16_t mode = 0777, bool create_parents = true);
  // False when there was nothing to delete.
  Result<bool> Delete(const std::string& path, bool recursive);
  // Apache's first form: false when it is not possible; into `to` when that is a directory.
  Result<bool> Rename(const std::string& from, const std::string& to);
  // The second form: `to` is the new name itself.
  Status Rename2(const std::string& from, const std::string& to, bool overwrite,
                 bool to_trash = false);
  Status Concat(const std::string& target, const std::vector<std::string>& sources);
  // False: the last block is being recovered; wait until IsFileClosed.
  Result<bool> Truncate(const std::string& path, uint64_t length);
  Status CreateSymlink(const std::string& target, const std::string& link, bool create_parents);
  Result<std::string> GetLinkTarget(const std::string& path);

  Status SetPermission(const std::string& path, uint16_t mode);
  // Empty: leave as it is.
  Status SetOwner(const std::string& path, const std::string& user, const std::string& group);
  // Milliseconds of Unix time; -1: leave as it is.
  Status SetTimes(const std::string& path, int64_t modification_ms, int64_t access_ms);
  // False for a directory.
  Result<bool> SetReplication(const std::string& path, uint32_t replication);
  Status CheckAccess(const std::string& path, uint8_t access);  // Bits of `Access`.

  Result<ContentSummary> GetContentSummary(const std::string& path);
  Result<QuotaUsage> GetQuotaUsage(const std::string& path);
  Result<uint64_t> GetPreferredBlockSize(const std::string& path);
  // True when the file is closed already.
  Result<bool> RecoverLease(const std::string& path);
  Result<bool> IsFileClosed(const std::string& path);

  Result<AclStatus> GetAclStatus(const std::string& path);
  Status ModifyAclEntries(const std::string& path, const std::vector<AclEntry>& entries);
  Status RemoveAclEntries(const std::string& path, const std::vector<AclEntry>& entries);
  Status RemoveDefaultAcl(const std::string& path);
  Status RemoveAcl(const std::string& path);
  Status SetAcl(const std::string& path, const std::vector<AclEntry>& entries);
  Result<std::vector<Xattr>> GetXattrs(const std::string& path, const std::vector<Xattr>& names);
  Result<std::vector<Xattr>> ListXattrs(const std::string& path);
  Status SetXattr(const std::string& path, const Xattr& attribute, bool create, bool replace);
  Status RemoveXattr(const std::string& path, const Xattr& attribute);
  Result<StoragePolicy> GetStoragePolicy(const std::string& path);
  Status SetStoragePolicy(const std::string& path, const std::string& policy);
  Status UnsetStoragePolicy(const std::string& path);

  // The configured umask: for those who compute modes themselves.
  uint16_t umask() const;

 private:
  explicit Client(std::unique_ptr<ClientCore> core);

  std::unique_ptr<ClientCore> core_;
  Admin admin_;
};

}  // namespace cairn::client
