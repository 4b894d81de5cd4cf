// SPDX-License-Identifier: Apache-2.0
#include "common/io/disk.h"
#include "common/log/log.h"
#include "namenode/frontend/hadoop_rpc/namenode_client.h"
#include "namenode/image/checkpoint.h"
#include "namenode/image_download.h"
#include "namenode/namenode.h"
#include "namenode/setup.h"

namespace cairn::namenode {
namespace {

// The words that Apache's command prints before it asks.
std::string Announcement(const NamenodeSetup& setup, const NamenodeSetup::Peer& peer,
                         const RemoteNamespace& remote) {
  const auto flag = [](bool on) { return std::string(on ? "true" : "false"); };
  const std::string line = "=====================================================\n";
  return line + "About to bootstrap Standby ID " + setup.ha.name.namenode + " from:\n" +
         "           Nameservice ID: " + setup.ha.name.service + "\n" +
         "        Other Namenode ID: " + peer.name.namenode + "\n" +
         "  Other NN's HTTP address: http://" + net::ToString(peer.http) + "\n" +
         "  Other NN's IPC  address: " + net::ToString(peer.rpc) + "\n" +
         "             Namespace ID: " +
         std::to_string(static_cast<int32_t>(remote.info.namespace_id)) + "\n" +
         "            Block pool ID: " + remote.info.block_pool_id + "\n" +
         "               Cluster ID: " + remote.info.cluster_id + "\n" +
         "           Layout version: " + std::to_string(remote.info.layout_version) + "\n" +
         "   Service Layout version: " + std::to_string(kNamenodeLayoutVersion) + "\n" +
         "       isUpgradeFinalized: " + flag(remote.upgrade_finalized) + "\n" +
         "         isRollingUpgrade: " + flag(remote.rolling_upgrade) + "\n" + line;
}

Status CheckCanBeTaken(const RemoteNamespace& remote) {
  if (remote.info.layout_version != kNamenodeLayoutVersion) {
    return Status(Code::kIncorrectVersion,
                  "Layout version on remote node (" +
                      std::to_string(remote.info.layout_version) +
                      ") does not match this node's service layout version (" +
                      std::to_string(kNamenodeLayoutVersion) + ")");
  }
  if (!remote.upgrade_finalized || remote.rolling_upgrade) {
    return Status(Code::kUnsupported,
                  "the other namenode is being upgraded: finalize the upgrade first");
  }
  return Status();
}

}  // namespace

Result<BootstrapSource> FindBootstrapSource(const config::Configuration& configuration) {
  CAIRN_ASSIGN(const NamenodeSetup setup, NamenodeSetup::Read(configuration));
  if (!setup.ha.enabled) {
    return Status(Code::kInvalidArgument, "HA is not enabled for this namenode.");
  }
  for (const NamenodeSetup::Peer& peer : setup.ha.peers) {
    const Result<RemoteNamespace> remote = AskNamespace(peer.rpc);
    if (!remote.ok()) {
      LOG(kWarn, "another namenode does not tell of its namespace",
          {"namenode", peer.name.namenode}, {"address", net::ToString(peer.rpc)},
          {"reason", remote.status()});
      continue;
    }
    CAIRN_TRY(CheckCanBeTaken(*remote));
    return BootstrapSource{.http = peer.http,
                           .info = remote->info,
                           .image = remote->image,
                           .announcement = Announcement(setup, peer, *remote)};
  }
  return Status(Code::kNetwork, "Unable to fetch namespace information from any remote NN.");
}

Status Bootstrap(const config::Configuration& configuration, const BootstrapSource& source) {
  CAIRN_ASSIGN(const NamenodeSetup setup, NamenodeSetup::Read(configuration));
  io::PosixDisk disk;
  CAIRN_ASSIGN(const std::unique_ptr<NameStorage> storage,
               NameStorage::StartFormat(disk, setup.directories, source.info));
  CAIRN_TRY(DownloadImage(*storage, source.http, source.image));
  return storage->MarkFormatted();
}

}  // namespace cairn::namenode
