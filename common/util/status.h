// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace cairn {

// What went wrong, for every layer of the project. Each code that a client can see has one Java
// exception class, listed in common/wire/exception_names.cc; each has one errno and one HTTP code,
// in the tables of the front-ends that need them.
enum class Code {
  kOk = 0,
  // General.
  kInvalidArgument,      // The caller passed something that can never be right.
  kIllegalValue,         // A number out of its range; Java's IllegalArgumentException.
  kInvalidPath,          // A path that is not canonical or has a forbidden component.
  kNotFound,             // No such file, directory, block or key.
  kAlreadyExists,        // The target is there already.
  kParentNotDirectory,   // A path component that should be a directory is a file.
  kNotDirectory,         // The target itself should be a directory.
  kIsDirectory,          // The target itself should be a file.
  kNotEmpty,             // A directory with children, where an empty one is needed.
  kAccessDenied,         // Permission denied.
  kUnresolvedPath,       // A symbolic link is in the way; the message is the path to go on with.
  kUnsupported,          // Not built, or switched off; Apache's UnsupportedOperationException.
  kUnsupportedAction,    // UnsupportedActionException: a request that contradicts itself.
  kNotAbsolute,          // A path that does not begin with a slash; Apache's AssertionError.
  kIoError,              // A plain java.io.IOException: the fallback of Apache's servers.
  kCorrupt,              // Stored bytes do not have the form that they must have.
  kChecksum,             // Stored or received bytes do not match their checksum.
  kInternal,             // An invariant of ours does not hold.
  kCancelled,            // The work was stopped by its owner.
  kTimeout,              // A deadline passed.
  kNetwork,              // A connection could not be made, or broke.
  kEndOfFile,            // The stream ended before the expected bytes.
  // Namenode state.
  kSafeMode,             // A mutation while the namenode is in safe mode.
  kStandby,              // The namenode is not the active one.
  kRetriable,            // Try again on the same namenode.
  kNotReplicatedYet,     // A block has too few replicas to go on; the client waits and retries.
  kFenced,               // A newer epoch exists.
  // Leases and files being written.
  kLeaseConflict,        // AlreadyBeingCreatedException.
  kLeaseExpired,         // LeaseExpiredException: the caller's lease is gone.
  kRecoveryInProgress,   // RecoveryInProgressException.
  // Limits.
  kNamespaceQuota,       // NSQuotaExceededException.
  kSpaceQuota,           // DSQuotaExceededException.
  kTypeQuota,            // QuotaByStorageTypeExceededException.
  kPathTooLong,          // A path or component is over its limit.
  kTooManyItems,         // A directory is full.
  kTooManyBlocks,        // A file has its maximum number of blocks.
  // Datanode protocol.
  kDisallowedDatanode,   // The datanode's host may not register.
  kUnregisteredNode,     // The datanode must register first.
  kIncorrectVersion,     // A layout or software version that cannot be served.
  // A datanode's store.
  kReplicaNotFound,      // ReplicaNotFoundException.
  kReplicaAlreadyExists, // ReplicaAlreadyExistsException.
  kDiskOutOfSpace,       // DiskChecker$DiskOutOfSpaceException: no volume has room.
  kDiskError,            // DiskChecker$DiskErrorException: a volume cannot be used.
  kReportLease,          // InvalidBlockReportLeaseException: ask for a lease, then report again.
  // Features of the namespace.
  kSnapshot,             // SnapshotException.
  kSnapshotAccess,       // SnapshotAccessControlException: a mutation inside a snapshot.
  kAcl,                  // AclException.
  kXAttrNotFound,        // XAttrNotFoundException.
  kRollingUpgrade,       // RollingUpgradeException.
  // High availability.
  kHealthCheckFailed,    // HealthCheckFailedException.
  kServiceFailed,        // ServiceFailedException: a change of state did not succeed.
  kObserverRetry,        // ObserverRetryOnActiveException.
  // RPC.
  kNoSuchMethod,         // RpcNoSuchMethodException.
  kNoSuchProtocol,       // RpcNoSuchProtocolException.
  kBadRequest,           // Bytes that do not decode.
  kUnauthenticated,      // The caller must authenticate in another way.
  kUnauthorized,         // AuthorizationException: no access to the protocol or as that user.
  kVersionMismatch,      // RPC$VersionMismatch.
  kBadMagic,             // InvalidMagicNumberException: the peer wants an encrypted handshake.
  kInvalidToken,         // SecretManager$InvalidToken.
  // Any other exception of a remote peer; its class name is in Status::remote_class().
  kRemote,
};

// A lower-case name for logs: "not found".
std::string_view CodeName(Code code);

// Success, or the reason for its absence. Messages say what, on what, why, in lower case and
// without a full stop, except where a client of Apache HDFS parses or prints them.
//
// A value type; thread-safe as an int is.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  // An exception of a peer: its Java class name is kept so that a caller can map it.
  static Status Remote(Code code, std::string java_class, std::string message);

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  // The Java class name as the peer sent it; empty for an error of our own.
  const std::string& remote_class() const { return remote_class_; }

  // The same error, its message prefixed with "context: ". No-op on success.
  Status WithContext(std::string_view context) const;

  // "ok", or "not found: /a/b".
  std::string ToString() const;

 private:
  Code code_ = Code::kOk;
  std::string message_;
  std::string remote_class_;
};

}  // namespace cairn
