// SPDX-License-Identifier: Apache-2.0
#include "common/wire/exception_names.h"

#include <string_view>

namespace cairn::wire {
namespace {

struct Row {
  Code code;
  std::string_view java_class;
};

// The first row of a Code is what servers send; the others are understood too.
constexpr Row kRows[] = {
    {Code::kInvalidArgument, "org.apache.hadoop.HadoopIllegalArgumentException"},
    {Code::kIllegalValue, "java.lang.IllegalArgumentException"},
    {Code::kInvalidPath, "org.apache.hadoop.fs.InvalidPathException"},
    {Code::kNotFound, "java.io.FileNotFoundException"},
    {Code::kNotFound, "org.apache.hadoop.fs.PathNotFoundException"},
    {Code::kAlreadyExists, "org.apache.hadoop.fs.FileAlreadyExistsException"},
    {Code::kAlreadyExists, "org.apache.hadoop.fs.PathExistsException"},
    {Code::kParentNotDirectory, "org.apache.hadoop.fs.ParentNotDirectoryException"},
    {Code::kNotDirectory, "org.apache.hadoop.fs.PathIsNotDirectoryException"},
    // Apache's namenode says "Path is not a file" with this class.
    {Code::kIsDirectory, "java.io.FileNotFoundException"},
    {Code::kIsDirectory, "org.apache.hadoop.fs.PathIsDirectoryException"},
    {Code::kNotEmpty, "org.apache.hadoop.fs.PathIsNotEmptyDirectoryException"},
    {Code::kAccessDenied, "org.apache.hadoop.security.AccessControlException"},
    {Code::kAccessDenied, "org.apache.hadoop.fs.PathAccessDeniedException"},
    {Code::kUnsupported, "java.lang.UnsupportedOperationException"},
    {Code::kUnsupportedAction,
     "org.apache.hadoop.hdfs.server.namenode.UnsupportedActionException"},
    {Code::kNotAbsolute, "java.lang.AssertionError"},
    {Code::kIoError, "java.io.IOException"},
    {Code::kChecksum, "org.apache.hadoop.fs.ChecksumException"},
    {Code::kCancelled, "java.io.InterruptedIOException"},
    {Code::kTimeout, "java.net.SocketTimeoutException"},
    {Code::kTimeout, "org.apache.hadoop.net.ConnectTimeoutException"},
    {Code::kNetwork, "java.net.ConnectException"},
    {Code::kEndOfFile, "java.io.EOFException"},
    {Code::kSafeMode, "org.apache.hadoop.hdfs.server.namenode.SafeModeException"},
    {Code::kStandby, "org.apache.hadoop.ipc.StandbyException"},
    {Code::kRetriable, "org.apache.hadoop.ipc.RetriableException"},
    {Code::kNotReplicatedYet, "org.apache.hadoop.hdfs.server.namenode.NotReplicatedYetException"},
    {Code::kFenced, "org.apache.hadoop.hdfs.server.protocol.FencedException"},
    {Code::kLeaseConflict, "org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException"},
    {Code::kLeaseExpired, "org.apache.hadoop.hdfs.server.namenode.LeaseExpiredException"},
    {Code::kRecoveryInProgress, "org.apache.hadoop.hdfs.protocol.RecoveryInProgressException"},
    {Code::kNamespaceQuota, "org.apache.hadoop.hdfs.protocol.NSQuotaExceededException"},
    {Code::kSpaceQuota, "org.apache.hadoop.hdfs.protocol.DSQuotaExceededException"},
    {Code::kTypeQuota, "org.apache.hadoop.hdfs.protocol.QuotaByStorageTypeExceededException"},
    {Code::kPathTooLong,
     "org.apache.hadoop.hdfs.protocol.FSLimitException$PathComponentTooLongException"},
    {Code::kTooManyItems,
     "org.apache.hadoop.hdfs.protocol.FSLimitException$MaxDirectoryItemsExceededException"},
    {Code::kDisallowedDatanode,
     "org.apache.hadoop.hdfs.server.protocol.DisallowedDatanodeException"},
    {Code::kUnregisteredNode, "org.apache.hadoop.hdfs.protocol.UnregisteredNodeException"},
    {Code::kIncorrectVersion, "org.apache.hadoop.hdfs.server.common.IncorrectVersionException"},
    {Code::kIncorrectVersion, "org.apache.hadoop.hdfs.server.common.InconsistentFSStateException"},
    {Code::kReplicaNotFound, "org.apache.hadoop.hdfs.server.datanode.ReplicaNotFoundException"},
    {Code::kReplicaAlreadyExists,
     "org.apache.hadoop.hdfs.server.datanode.ReplicaAlreadyExistsException"},
    {Code::kDiskOutOfSpace, "org.apache.hadoop.util.DiskChecker$DiskOutOfSpaceException"},
    {Code::kDiskError, "org.apache.hadoop.util.DiskChecker$DiskErrorException"},
    {Code::kReportLease, "org.apache.hadoop.hdfs.server.protocol.InvalidBlockReportLeaseException"},
    {Code::kUnresolvedPath, "org.apache.hadoop.hdfs.protocol.UnresolvedPathException"},
    {Code::kUnresolvedPath, "org.apache.hadoop.fs.UnresolvedLinkException"},
    {Code::kSnapshot, "org.apache.hadoop.hdfs.protocol.SnapshotException"},
    {Code::kSnapshotAccess, "org.apache.hadoop.hdfs.protocol.SnapshotAccessControlException"},
    {Code::kAcl, "org.apache.hadoop.hdfs.protocol.AclException"},
    {Code::kXAttrNotFound, "org.apache.hadoop.hdfs.protocol.XAttrNotFoundException"},
    {Code::kRollingUpgrade, "org.apache.hadoop.hdfs.protocol.RollingUpgradeException"},
    {Code::kHealthCheckFailed, "org.apache.hadoop.ha.HealthCheckFailedException"},
    {Code::kServiceFailed, "org.apache.hadoop.ha.ServiceFailedException"},
    {Code::kObserverRetry, "org.apache.hadoop.ipc.ObserverRetryOnActiveException"},
    {Code::kNoSuchMethod, "org.apache.hadoop.ipc.RpcNoSuchMethodException"},
    {Code::kNoSuchProtocol, "org.apache.hadoop.ipc.RpcNoSuchProtocolException"},
    {Code::kBadRequest, "org.apache.hadoop.ipc.RpcServerException"},
    {Code::kBadRequest, "org.apache.hadoop.ipc.Server$FatalRpcServerException"},
    {Code::kUnauthenticated, "org.apache.hadoop.security.AccessControlException"},
    {Code::kUnauthorized, "org.apache.hadoop.security.authorize.AuthorizationException"},
    {Code::kVersionMismatch, "org.apache.hadoop.ipc.RPC$VersionMismatch"},
    {Code::kBadMagic,
     "org.apache.hadoop.hdfs.protocol.datatransfer.sasl.InvalidMagicNumberException"},
    {Code::kInvalidToken, "org.apache.hadoop.security.token.SecretManager$InvalidToken"},
    {Code::kInvalidToken, "org.apache.hadoop.hdfs.security.token.block.InvalidBlockTokenException"},
};

// Java appends the stack trace to the message.
std::string_view WithoutStackTrace(std::string_view message) {
  const size_t trace = message.find("\n\tat ");
  if (trace != std::string_view::npos) message = message.substr(0, trace);
  while (!message.empty() && message.back() == '\n') message.remove_suffix(1);
  return message;
}

}  // namespace

std::string JavaClassOf(const Status& status) {
  if (!status.remote_class().empty()) return status.remote_class();
  for (const Row& row : kRows) {
    if (row.code == status.code()) return std::string(row.java_class);
  }
  return "java.io.IOException";
}

Code CodeOfJavaClass(std::string_view java_class) {
  for (const Row& row : kRows) {
    if (row.java_class == java_class) return row.code;
  }
  return Code::kRemote;
}

Status StatusOfException(std::string_view java_class, std::string_view message) {
  return Status::Remote(CodeOfJavaClass(java_class), std::string(java_class),
                        std::string(WithoutStackTrace(message)));
}

}  // namespace cairn::wire
