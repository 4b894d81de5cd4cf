// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/model/located_block.h"
#include "common/rpc/client.h"
#include "datanode/agent/namenode_messages.h"

namespace cairn::datanode {

// DatanodeProtocol's client side. Errors as rpc::RpcClient has them; an answer that does not decode
// is kEndOfFile. No call is repeated here.
//
// Thread-safe. Calls wait for the namenode.
class NamenodeClient {
 public:
  // `clock` must outlive this object.
  NamenodeClient(const Clock& clock, const rpc::RpcClientOptions& options,
                 const net::HostPort& namenode, const std::string& user);

  const net::HostPort& address() const { return target_.address; }

  Result<NamenodeVersion> VersionRequest();
  // The registration as the namenode has completed it.
  Result<Registration> Register(const Registration& registration);
  Result<HeartbeatAnswer> SendHeartbeat(const Registration& self, const Heartbeat& heartbeat);
  // Changes of one storage go together; within a storage their order stays.
  Status SendChanges(const Registration& self, const std::vector<ReplicaChange>& changes);
  // `in_buffers`: NamenodeVersion::reports_in_buffers.
  Result<NamenodeCommand> SendFullReport(const Registration& self, const FullReportPart& part,
                                         bool in_buffers);
  Status ReportError(const Registration& self, DatanodeError error, const std::string& message);
  Status ReportBadBlocks(const std::vector<LocatedBlock>& blocks);
  Status CommitBlockSynchronization(const BlockSynchronization& sync);

  // Ends calls under way and refuses new ones.
  void Close() { client_.Close(); }

 private:
  rpc::RpcClient client_;
  const rpc::RpcTarget target_;
};

}  // namespace cairn::datanode
