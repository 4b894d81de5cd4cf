// SPDX-License-Identifier: Apache-2.0
#include "namenode/pair_setup.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/config/ha_keys.h"
#include "common/config/namenode_keys.h"
#include "common/config/nameservices.h"
#include "common/io/disk.h"
#include "common/net/address.h"
#include "namenode/ha_link/secret.h"

namespace cairn::namenode {
namespace {

constexpr uint64_t kAuthFileBytesMax = 4096;

bool IsOurs(const std::string& address) {
  const Result<net::HostPort> parsed = net::ParseHostPort(address, 1);
  return parsed.ok() && net::IsLocalAddress(parsed->host);
}

Status Missing(const config::StringKey& key, const config::NamenodeName& name) {
  return Status(Code::kInvalidArgument,
                "a pair needs " + std::string(key.name) +
                    (name.Suffix().empty() ? "" : "." + name.Suffix()));
}

// "@/path" stands for the content of a file, as Apache has it.
Result<std::string> ReadAuth(const config::Configuration& configuration) {
  CAIRN_ASSIGN(std::string auth, configuration.Get(config::kZooKeeperAuth));
  if (!auth.starts_with('@')) return auth;
  io::PosixDisk disk;
  CAIRN_ASSIGN(auth, disk.ReadFile(auth.substr(1), kAuthFileBytesMax));
  auth.erase(auth.find_last_not_of(" \t\r\n") + 1);
  return auth;
}

Status ReadAddresses(const config::Configuration& configuration, const config::NamenodeName& self,
                     const config::NamenodeName& peer, ha::PeerLink::Options& link) {
  for (const auto& [name, text] :
       config::AddressesOf(configuration, self.service, {config::kJournalAddress.name})) {
    CAIRN_ASSIGN(const net::HostPort address, net::ParseHostPort(text));
    if (name == self) link.listen = address;
    if (name == peer) link.peer_address = address;
  }
  if (link.listen.port == 0) return Missing(config::kJournalAddress, self);
  if (link.peer_address.port == 0) return Missing(config::kJournalAddress, peer);
  CAIRN_ASSIGN(const std::string bind, configuration.Get(config::kJournalBindHost));
  if (!bind.empty()) link.listen.host = bind;
  CAIRN_ASSIGN(const std::string secret, configuration.Get(config::kPairSecretFile));
  if (secret.empty()) return Missing(config::kPairSecretFile, {});
  CAIRN_ASSIGN(link.secret, ha::ReadSecretFile(secret));
  return Status();
}

Status ReadStore(const config::Configuration& configuration, ha::ConfigStore::Options& store) {
  CAIRN_ASSIGN(store.quorum, configuration.Get(config::kZooKeeperQuorum));
  if (store.quorum.empty()) return Missing(config::kZooKeeperQuorum, {});
  CAIRN_ASSIGN(store.parent, configuration.Get(config::kZooKeeperParent));
  CAIRN_ASSIGN(store.auth, ReadAuth(configuration));
  CAIRN_ASSIGN(const int64_t session_ms, configuration.Get(config::kZooKeeperSession));
  store.session_timeout = std::chrono::milliseconds(session_ms);
  return Status();
}

Status ReadTimes(const config::Configuration& configuration, ha::Options& machine) {
  CAIRN_ASSIGN(const int64_t lease_ms, configuration.Get(config::kPairLease));
  CAIRN_ASSIGN(const int64_t ack_ms, configuration.Get(config::kPairAckTimeout));
  machine.lease = lease_ms * 1000;
  // Two clocks may differ by 10 % over a lease; the rest is what a scheduler may take.
  machine.lease_margin = machine.lease / 4;
  machine.heartbeat = machine.lease / 4;
  machine.ack_timeout = ack_ms * 1000;
  return Status();
}

}  // namespace

Result<std::optional<PairSetup>> PairSetup::Read(const config::Configuration& configuration) {
  CAIRN_ASSIGN(const config::NamenodeName self, config::LocalNamenode(configuration, IsOurs));
  const std::vector<config::NamenodeName> others = config::OtherNamenodes(configuration, self);
  const auto addresses =
      config::AddressesOf(configuration, self.service, {config::kJournalAddress.name});
  const bool wanted = std::any_of(addresses.begin(), addresses.end(),
                                  [&](const auto& one) { return one.name == self; });
  if (self.namenode.empty() || others.empty() || !wanted) return std::optional<PairSetup>();
  if (others.size() != 1) {
    return Status(Code::kInvalidArgument,
                  "a pair has two namenodes, and " + self.service + " has " +
                      std::to_string(others.size() + 1));
  }
  PairSetup setup;
  ha::Driver::Options& driver = setup.driver;
  driver.self = {.node = ha::NodeId(self.namenode), .peer = ha::NodeId(others.front().namenode)};
  driver.link.node = driver.store.node = driver.self.node;
  driver.link.peer = driver.store.peer = driver.self.peer;
  driver.store.nameservice = self.service;
  CAIRN_TRY(ReadAddresses(configuration, self, others.front(), driver.link));
  CAIRN_TRY(ReadStore(configuration, driver.store));
  CAIRN_TRY(ReadTimes(configuration, driver.machine));
  return std::optional<PairSetup>(std::move(setup));
}

}  // namespace cairn::namenode
