// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "common/rpc/core.h"
#include "common/rpc/handler.h"

namespace cairn::rpc {

// Answers what a client may ask about the other protocols of its server: which versions there are,
// and which methods (org.apache.hadoop.ipc.ProtocolMetaInfoPB).
//
// Thread-safe.
class MetaInfoHandler final : public RpcHandler {
 public:
  // `protocols` must outlive this object and not change while calls come.
  explicit MetaInfoHandler(const std::vector<Registered>& protocols) : protocols_(protocols) {}

  static RpcProtocol Protocol();

  RpcReply Call(const RpcCall& call) override;

 private:
  struct Question;

  Result<std::string> Versions(const Question& question) const;
  Result<std::string> Signature(const Question& question) const;
  // Clients ask by the name of the Java class, and some by the name of the protocol.
  const RpcProtocol* Find(std::string_view name) const;

  const std::vector<Registered>& protocols_;
};

}  // namespace cairn::rpc
