// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/agent_options.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "common/config/common_keys.h"
#include "common/config/datanode_keys.h"
#include "common/config/namenode_keys.h"
#include "common/config/nameservices.h"

namespace cairn::datanode {
namespace {

using config::Configuration;
using std::chrono::milliseconds;

constexpr uint16_t kNamenodePort = 8020;

std::string Keyed(const config::StringKey& key, const config::NamenodeName& name) {
  const std::string suffix = name.Suffix();
  return suffix.empty() ? key.name : key.name + ("." + suffix);
}

// The authority of "hdfs://authority/…"; nothing for another scheme.
std::optional<std::string> AuthorityOf(std::string_view uri) {
  constexpr std::string_view kScheme = "hdfs://";
  if (!uri.starts_with(kScheme)) return std::nullopt;
  uri.remove_prefix(kScheme.size());
  const std::string_view authority = uri.substr(0, uri.find('/'));
  if (authority.empty()) return std::nullopt;
  return std::string(authority);
}

// The address by fs.defaultFS, where that is a host and not the nameservice.
Result<net::HostPort> DefaultAddress(const Configuration& configuration,
                                     const std::string& service) {
  CAIRN_ASSIGN(const std::string default_fs, configuration.Get(config::kDefaultFs));
  const std::optional<std::string> authority = AuthorityOf(default_fs);
  if (!authority || *authority == service) {
    const config::NamenodeName name{.service = service, .namenode = ""};
    return Status(Code::kInvalidArgument,
                  "no namenode is configured: set " + std::string(config::kDefaultFs.name) +
                      " or " + Keyed(config::kNamenodeRpcAddress, name));
  }
  Result<net::HostPort> address = net::ParseHostPort(*authority, kNamenodePort);
  if (!address.ok()) return address.status().WithContext(config::kDefaultFs.name);
  return address;
}

std::string MachineName() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

Status ReadTimes(const Configuration& configuration, AgentOptions& options) {
  CAIRN_ASSIGN(const int64_t heartbeat, configuration.Get(config::kHeartbeatInterval));
  CAIRN_ASSIGN(const int64_t full, configuration.Get(config::kBlockReportInterval));
  CAIRN_ASSIGN(const int64_t delay, configuration.Get(config::kBlockReportInitialDelay));
  CAIRN_ASSIGN(const int64_t incremental, configuration.Get(config::kIncrementalReportInterval));
  CAIRN_ASSIGN(const int64_t ready, configuration.Get(config::kBpReadyTimeout));
  CAIRN_ASSIGN(const int64_t peer, configuration.Get(config::kSocketTimeout));
  if (heartbeat == 0 || full == 0) {
    const char* name =
        heartbeat == 0 ? config::kHeartbeatInterval.name : config::kBlockReportInterval.name;
    return Status(Code::kInvalidArgument, std::string(name) + " must be above 0");
  }
  options.heartbeat_interval = milliseconds(heartbeat);
  options.full_report_interval = milliseconds(full);
  // As Apache does: a delay beyond the interval makes no sense, and is none.
  options.full_report_delay = milliseconds(delay < full ? delay : 0);
  options.incremental_interval = milliseconds(incremental);
  options.pool_ready_limit = milliseconds(ready);
  options.peer_timeout = milliseconds(peer);
  return Status();
}

Status ReadRpc(const Configuration& configuration, AgentOptions& options) {
  CAIRN_ASSIGN(const int64_t connect, configuration.Get(config::kIpcClientConnectTimeout));
  CAIRN_ASSIGN(const int64_t call, configuration.Get(config::kIpcClientRpcTimeout));
  options.rpc.connect_timeout = milliseconds(connect);
  options.rpc.call_timeout = milliseconds(call);
  // A connection outlives the pause between two heartbeats.
  options.rpc.idle_max = std::max<milliseconds>(
      options.rpc.idle_max,
      std::chrono::duration_cast<milliseconds>(2 * options.heartbeat_interval));
  return Status();
}

}  // namespace

Result<AgentOptions> ReadAgentOptions(const Configuration& configuration) {
  AgentOptions options;
  CAIRN_ASSIGN(options.namenodes, NamenodeAddresses(configuration));
  options.user = ProcessUser();
  CAIRN_ASSIGN(options.host_name, configuration.Get(config::kDatanodeHostname));
  if (options.host_name.empty()) options.host_name = MachineName();
  CAIRN_TRY(ReadTimes(configuration, options));
  CAIRN_TRY(ReadRpc(configuration, options));
  CAIRN_ASSIGN(const int64_t split, configuration.Get(config::kBlockReportSplit));
  options.report_split_blocks = static_cast<uint64_t>(split);
  CAIRN_ASSIGN(options.namenode_version_min, configuration.Get(config::kNamenodeVersionMin));
  CAIRN_ASSIGN(options.connect_by_host_name, configuration.Get(config::kCheckIpHostname));
  return options;
}

Result<std::vector<net::HostPort>> NamenodeAddresses(const Configuration& configuration) {
  CAIRN_ASSIGN(const std::vector<std::string> services,
               config::InternalNameservices(configuration));
  if (services.size() > 1) {
    return Status(Code::kInvalidArgument, std::string(config::kNameservices.name) +
                                              " names several nameservices: a datanode serves one");
  }
  const std::string service = services.empty() ? "" : services.front();
  const std::vector<std::string> names = config::NamenodesOf(configuration, service);
  const std::vector<config::NamenodeAddress> configured = config::AddressesOf(
      configuration, service,
      {config::kNamenodeServiceRpcAddress.name, config::kNamenodeRpcAddress.name});
  for (const std::string& name : names) {
    const auto is_this = [&](const auto& one) { return one.name.namenode == name; };
    if (std::any_of(configured.begin(), configured.end(), is_this)) continue;
    return Status(Code::kInvalidArgument,
                  "no address of a namenode: set " +
                      Keyed(config::kNamenodeRpcAddress, {.service = service, .namenode = name}));
  }
  std::vector<net::HostPort> addresses;
  for (const auto& [name, text] : configured) {
    Result<net::HostPort> address = net::ParseHostPort(text, kNamenodePort);
    if (!address.ok()) {
      return address.status().WithContext(Keyed(config::kNamenodeRpcAddress, name));
    }
    addresses.push_back(std::move(*address));
  }
  if (addresses.empty()) {
    CAIRN_ASSIGN(net::HostPort address, DefaultAddress(configuration, service));
    addresses.push_back(std::move(address));
  }
  return addresses;
}

std::string ProcessUser() {
  if (const char* user = std::getenv("HADOOP_USER_NAME"); user != nullptr && *user != '\0') {
    return user;
  }
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
      found != nullptr) {
    return found->pw_name;
  }
  return std::to_string(::geteuid());
}

bool VersionAtLeast(const std::string& version, const std::string& wanted) {
  std::string_view a = version;
  std::string_view b = wanted;
  const auto take_number = [](std::string_view& text) {
    int64_t number = 0;
    constexpr int64_t kNumberMax = 1'000'000;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      number = std::min(kNumberMax, number * 10 + (text.front() - '0'));
      text.remove_prefix(1);
    }
    if (text.starts_with('.')) text.remove_prefix(1);
    return number;
  };
  const auto has_number = [](std::string_view text) {
    return !text.empty() && text.front() >= '0' && text.front() <= '9';
  };
  while (has_number(a) || has_number(b)) {
    const int64_t left = take_number(a);
    const int64_t right = take_number(b);
    if (left != right) return left > right;
  }
  // "2.1.0-beta" comes before "2.1.0".
  if (a.empty() || b.empty()) return a.empty() || !b.empty();
  return a >= b;
}

}  // namespace cairn::datanode
