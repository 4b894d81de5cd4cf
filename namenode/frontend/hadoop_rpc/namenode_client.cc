// SPDX-License-Identifier: Apache-2.0
#include "namenode/frontend/hadoop_rpc/namenode_client.h"

#include "common/rpc/client.h"
#include "common/wire/converters.h"
#include "common/wire/message_codec.h"
#include "common/wire/proto/namenode_protocol.pb.h"
#include "namenode/frontend/group_resolver.h"

namespace cairn::namenode {
namespace {

namespace pb = ::hadoop::hdfs::namenode;

class Asker {
 public:
  explicit Asker(const net::HostPort& rpc)
      : client_(clock_),
        target_{.address = rpc,
                .protocol = "org.apache.hadoop.hdfs.server.protocol.NamenodeProtocol",
                .user = ProcessUser()} {}

  template <typename Request, typename Response>
  Status Ask(const char* method, Response* response) {
    CAIRN_ASSIGN(const std::string answer,
                 client_.Call(target_, method, Request().SerializeAsString()));
    return wire::ParseMessage(answer, response);
  }

 private:
  SystemClock clock_;
  rpc::RpcClient client_;
  const rpc::RpcTarget target_;
};

}  // namespace

Result<RemoteNamespace> AskNamespace(const net::HostPort& rpc) {
  Asker asker(rpc);
  RemoteNamespace remote;
  hadoop::hdfs::VersionResponseProto version;
  CAIRN_TRY((asker.Ask<hadoop::hdfs::VersionRequestProto>("versionRequest", &version)));
  remote.info = wire::FromProto(version.info());
  pb::IsUpgradeFinalizedResponseProto finalized;
  CAIRN_TRY((asker.Ask<pb::IsUpgradeFinalizedRequestProto>("isUpgradeFinalized", &finalized)));
  remote.upgrade_finalized = finalized.isupgradefinalized();
  pb::IsRollingUpgradeResponseProto rolling;
  CAIRN_TRY((asker.Ask<pb::IsRollingUpgradeRequestProto>("isRollingUpgrade", &rolling)));
  remote.rolling_upgrade = rolling.isrollingupgrade();
  pb::GetMostRecentCheckpointTxIdResponseProto image;
  CAIRN_TRY((asker.Ask<pb::GetMostRecentCheckpointTxIdRequestProto>("getMostRecentCheckpointTxId",
                                                                   &image)));
  remote.image = TxId(static_cast<int64_t>(image.txid()));
  pb::GetTransactionIdResponseProto last;
  CAIRN_TRY((asker.Ask<pb::GetTransactionIdRequestProto>("getTransactionId", &last)));
  remote.last = TxId(static_cast<int64_t>(last.txid()));
  return remote;
}

}  // namespace cairn::namenode
