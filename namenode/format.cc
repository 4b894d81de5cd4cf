// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "common/io/disk.h"
#include "common/net/address.h"
#include "common/util/bytes.h"
#include "common/util/random.h"
#include "namenode/frontend/group_resolver.h"
#include "namenode/namenode.h"
#include "namenode/setup.h"

namespace cairn::namenode {
namespace {

std::string NewClusterId(Random& random) {
  std::string bytes;
  PutU64(bytes, random.Next());
  PutU64(bytes, random.Next());
  // Version 4 and variant 1, as a UUID says how it was made.
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = ToHex(bytes);
  return "CID-" + hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

// An address of this machine, for the block pool's name.
std::string OwnAddress() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "127.0.0.1";
  const auto addresses = net::Resolve({.host = name, .port = 0});
  return addresses.ok() ? addresses->front().ToHostPort().host : "127.0.0.1";
}

}  // namespace

Result<bool> HasNamespace(const config::Configuration& configuration) {
  CAIRN_ASSIGN(const NamenodeSetup setup, NamenodeSetup::Read(configuration));
  io::PosixDisk disk;
  return NameStorage::HasData(disk, setup.directories);
}

Result<std::string> Format(const config::Configuration& configuration,
                           const FormatRequest& request) {
  CAIRN_ASSIGN(const NamenodeSetup setup, NamenodeSetup::Read(configuration));
  io::PosixDisk disk;
  if (!request.force && NameStorage::HasData(disk, setup.directories)) {
    return Status(Code::kAlreadyExists,
                  "a name directory has data already; -force erases it: " +
                      setup.directories.front().root);
  }
  SeededRandom random;
  const SystemClock clock;
  const std::string cluster_id =
      request.cluster_id.empty() ? NewClusterId(random) : request.cluster_id;
  const NamespaceInfo info =
      NameStorage::NewNamespace(cluster_id, OwnAddress(), clock.WallMs(), random.Next());
  const PermissionStatus root{.owner = ProcessUser(),
                              .group = setup.options.supergroup,
                              .mode = setup.options.root_mode};
  CAIRN_TRY(FormatNamespace(disk, setup.directories, info, root));
  return cluster_id;
}

}  // namespace cairn::namenode
