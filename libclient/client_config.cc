// SPDX-License-Identifier: Apache-2.0
#include "libclient/client_config.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include "common/config/client_keys.h"
#include "common/config/common_keys.h"
#include "common/config/datanode_keys.h"
#include "common/config/namenode_keys.h"
#include "common/config/nameservices.h"

namespace cairn::client {
namespace {

constexpr uint16_t kDefaultRpcPort = 8020;
constexpr std::string_view kScheme = "hdfs://";

Status Invalid(const char* key, const std::string& value, const char* expected) {
  return Status(Code::kInvalidArgument,
                std::string(key) + "=" + value + ": expected " + expected);
}

std::string UpperCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

Result<Milliseconds> GetMs(const config::Configuration& configuration,
                           const config::DurationKey& key) {
  CAIRN_ASSIGN(const int64_t value, configuration.Get(key));
  return Milliseconds(value);
}

Result<int> GetInt(const config::Configuration& configuration, const config::IntKey& key) {
  CAIRN_ASSIGN(const int64_t value, configuration.Get(key));
  return static_cast<int>(value);
}

Result<RpcConfig> ReadRpc(const config::Configuration& c) {
  RpcConfig rpc;
  CAIRN_ASSIGN(rpc.connect_timeout, GetMs(c, config::kIpcClientConnectTimeout));
  CAIRN_ASSIGN(rpc.call_timeout, GetMs(c, config::kIpcClientRpcTimeout));
  CAIRN_ASSIGN(rpc.connect_retries, GetInt(c, config::kIpcClientConnectRetries));
  CAIRN_ASSIGN(rpc.connect_retry_interval, GetMs(c, config::kIpcClientConnectRetryInterval));
  CAIRN_ASSIGN(rpc.failovers_max, GetInt(c, config::kFailoverMaxAttempts));
  CAIRN_ASSIGN(rpc.failover_connect_retries, GetInt(c, config::kFailoverConnectionRetries));
  CAIRN_ASSIGN(rpc.retries_max, GetInt(c, config::kRetryMaxAttempts));
  CAIRN_ASSIGN(rpc.failover_sleep_base, GetMs(c, config::kFailoverSleepBase));
  CAIRN_ASSIGN(rpc.failover_sleep_max, GetMs(c, config::kFailoverSleepMax));
  return rpc;
}

Result<ChecksumSpec> ReadChecksum(const config::Configuration& c) {
  ChecksumSpec spec;
  CAIRN_ASSIGN(const int64_t bytes, c.Get(config::kBytesPerChecksum));
  spec.bytes_per_checksum = static_cast<uint32_t>(bytes);
  CAIRN_ASSIGN(const std::string type, c.Get(config::kChecksumType));
  const std::string upper = UpperCase(type);
  if (upper == "CRC32C") {
    spec.type = ChecksumType::kCrc32c;
  } else if (upper == "CRC32") {
    spec.type = ChecksumType::kCrc32;
  } else if (upper == "NULL") {
    spec.type = ChecksumType::kNull;
  } else {
    return Invalid(config::kChecksumType.name, type, "CRC32C, CRC32 or NULL");
  }
  return spec;
}

Status ReadReplacement(const config::Configuration& c, WriteConfig& write) {
  CAIRN_ASSIGN(write.replace_best_effort, c.Get(config::kReplaceDatanodeBestEffort));
  CAIRN_ASSIGN(write.replace_min_replication, GetInt(c, config::kReplaceDatanodeMinReplication));
  CAIRN_ASSIGN(const std::string policy, c.Get(config::kReplaceDatanodePolicy));
  CAIRN_ASSIGN(const bool enabled, c.Get(config::kReplaceDatanode));
  const std::string upper = UpperCase(policy);
  if (!enabled || upper == "NEVER" || upper == "DISABLE") {
    write.replace_policy = ReplacePolicy::kNever;
  } else if (upper == "DEFAULT") {
    write.replace_policy = ReplacePolicy::kDefault;
  } else if (upper == "ALWAYS") {
    write.replace_policy = ReplacePolicy::kAlways;
  } else {
    return Invalid(config::kReplaceDatanodePolicy.name, policy, "NEVER, DEFAULT or ALWAYS");
  }
  return Status();
}

Result<WriteConfig> ReadWrite(const config::Configuration& c) {
  WriteConfig write;
  CAIRN_ASSIGN(write.checksum, ReadChecksum(c));
  CAIRN_ASSIGN(const int64_t packet_bytes, c.Get(config::kWritePacketSize));
  // Datanodes refuse packets over 16 MiB.
  write.packet_bytes = static_cast<uint32_t>(std::min<int64_t>(packet_bytes, 16 << 20));
  CAIRN_ASSIGN(write.packets_in_flight, GetInt(c, config::kWriteMaxPackets));
  CAIRN_ASSIGN(write.block_tries, GetInt(c, config::kBlockWriteRetries));
  CAIRN_ASSIGN(write.locate_retries, GetInt(c, config::kLocateBlockRetries));
  CAIRN_ASSIGN(write.locate_delay, GetMs(c, config::kLocateBlockDelay));
  CAIRN_ASSIGN(write.locate_delay_max, GetMs(c, config::kLocateBlockMaxDelay));
  CAIRN_ASSIGN(write.recoveries_max, GetInt(c, config::kPipelineRecoveryRetries));
  CAIRN_ASSIGN(write.exclude_expiry, GetMs(c, config::kExcludedNodesExpiry));
  CAIRN_ASSIGN(write.restart_timeout, GetMs(c, config::kClientDatanodeRestartTimeout));
  CAIRN_TRY(ReadReplacement(c, write));
  // The namenode's defaults hold unless the client's own files say something.
  if (c.properties().contains(config::kReplication.name)) {
    CAIRN_ASSIGN(const int64_t replication, c.Get(config::kReplication));
    write.replication = static_cast<uint32_t>(replication);
  }
  if (c.properties().contains(config::kBlockSize.name)) {
    CAIRN_ASSIGN(const int64_t block_size, c.Get(config::kBlockSize));
    write.block_size = static_cast<uint64_t>(block_size);
  }
  return write;
}

Result<ReadConfig> ReadRead(const config::Configuration& c) {
  ReadConfig read;
  CAIRN_ASSIGN(read.acquire_failures_max, GetInt(c, config::kReadRetries));
  CAIRN_ASSIGN(read.retry_window, GetMs(c, config::kRetryWindow));
  CAIRN_ASSIGN(const int64_t prefetch, c.Get(config::kReadPrefetch));
  CAIRN_ASSIGN(const int64_t block_size, c.Get(config::kBlockSize));
  read.prefetch_bytes = static_cast<uint64_t>(prefetch != 0 ? prefetch : 10 * block_size);
  CAIRN_ASSIGN(read.idle_connections_max, GetInt(c, config::kSocketCacheCapacity));
  CAIRN_ASSIGN(read.idle_expiry, GetMs(c, config::kSocketCacheExpiry));
  CAIRN_ASSIGN(const std::string mode, c.Get(config::kChecksumCombineMode));
  if (UpperCase(mode) == "COMPOSITE_CRC") {
    read.checksum_mode = ChecksumMode::kCompositeCrc;
  } else if (UpperCase(mode) != "MD5MD5CRC") {
    return Invalid(config::kChecksumCombineMode.name, mode, "MD5MD5CRC or COMPOSITE_CRC");
  }
  return read;
}

// One clause of a symbolic umask, "ug=rx", into the modes that remain.
bool AddClause(std::string_view clause, uint16_t* allowed) {
  const size_t equals = clause.find('=');
  if (equals == std::string_view::npos) return false;
  uint16_t bits = 0;
  for (const char c : clause.substr(equals + 1)) {
    if (c != 'r' && c != 'w' && c != 'x') return false;
    bits = static_cast<uint16_t>(bits | (c == 'r' ? 4 : c == 'w' ? 2 : 1));
  }
  const std::string_view classes = equals == 0 ? "a" : clause.substr(0, equals);
  for (const char c : classes) {
    if (c != 'u' && c != 'g' && c != 'o' && c != 'a') return false;
    if (c == 'u' || c == 'a') *allowed = static_cast<uint16_t>((*allowed & ~0700) | bits << 6);
    if (c == 'g' || c == 'a') *allowed = static_cast<uint16_t>((*allowed & ~0070) | bits << 3);
    if (c == 'o' || c == 'a') *allowed = static_cast<uint16_t>((*allowed & ~0007) | bits);
  }
  return true;
}

Result<Nameservice> ResolveLogical(const config::Configuration& configuration,
                                   const std::string& name) {
  Nameservice service{.uri = std::string(kScheme) + name, .namenodes = {}, .logical = true};
  const std::vector<std::string> names = config::NamenodesOf(configuration, name);
  if (names.empty()) return Invalid(config::kHaNamenodes.name, "", "the names of namenodes");
  const auto configured =
      config::AddressesOf(configuration, name, {config::kNamenodeRpcAddress.name});
  for (const std::string& id : names) {
    const auto is_this = [&](const auto& one) { return one.name.namenode == id; };
    const auto it = std::find_if(configured.begin(), configured.end(), is_this);
    if (it == configured.end()) {
      return Status(Code::kInvalidArgument, "nameservice " + name + " has no " +
                                                config::kNamenodeRpcAddress.name + "." + name +
                                                "." + id);
    }
    CAIRN_ASSIGN(net::HostPort parsed, net::ParseHostPort(it->address, kDefaultRpcPort));
    service.namenodes.push_back(std::move(parsed));
  }
  return service;
}

}  // namespace

Result<ClientConfig> ReadClientConfig(const config::Configuration& configuration) {
  ClientConfig result;
  CAIRN_ASSIGN(result.rpc, ReadRpc(configuration));
  CAIRN_ASSIGN(result.write, ReadWrite(configuration));
  CAIRN_ASSIGN(result.read, ReadRead(configuration));
  CAIRN_ASSIGN(result.socket_timeout, GetMs(configuration, config::kSocketTimeout));
  CAIRN_ASSIGN(result.socket_write_timeout, GetMs(configuration, config::kSocketWriteTimeout));
  CAIRN_ASSIGN(result.use_datanode_hostname, configuration.Get(config::kUseDatanodeHostname));
  CAIRN_ASSIGN(const std::string umask, configuration.Get(config::kUmask));
  CAIRN_ASSIGN(result.umask, ParseUmask(umask));
  return result;
}

Result<uint16_t> ParseUmask(const std::string& text) {
  uint16_t octal = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), octal, 8);
  if (error == std::errc() && end == text.data() + text.size() && octal <= 07777) {
    return static_cast<uint16_t>(octal & 0777);
  }
  uint16_t allowed = 0;
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    if (!AddClause(std::string_view(text).substr(at, comma - at), &allowed)) {
      return Invalid(config::kUmask.name, text, "an octal mask or u=rwx,g=rx,o=rx");
    }
    at = comma + 1;
  }
  return static_cast<uint16_t>(~allowed & 0777);
}

Result<Nameservice> ResolveNameservice(const config::Configuration& configuration,
                                       const std::string& uri) {
  std::string text = uri;
  if (text.empty()) {
    CAIRN_ASSIGN(text, configuration.Get(config::kDefaultFs));
  }
  if (!text.starts_with(kScheme)) {
    return Status(Code::kInvalidArgument, "file system " + text + " is not of scheme hdfs");
  }
  std::string authority = text.substr(kScheme.size());
  authority = authority.substr(0, authority.find('/'));
  if (authority.empty()) {
    CAIRN_ASSIGN(const std::string fallback, configuration.Get(config::kDefaultFs));
    if (uri.empty() || !fallback.starts_with(kScheme) || fallback == text) {
      return Status(Code::kInvalidArgument, "file system " + text + " names no namenode");
    }
    return ResolveNameservice(configuration, fallback);
  }
  if (configuration.FindSuffixed(config::kHaNamenodes.name, authority)) {
    return ResolveLogical(configuration, authority);
  }
  CAIRN_ASSIGN(net::HostPort address, net::ParseHostPort(authority, kDefaultRpcPort));
  return Nameservice{.uri = std::string(kScheme) + authority, .namenodes = {std::move(address)}};
}

Result<std::string> CurrentUser() {
  if (const char* name = std::getenv("HADOOP_USER_NAME"); name != nullptr && *name != '\0') {
    return std::string(name);
  }
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16 << 10);
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr) {
    return Status(Code::kNotFound, "user id " + std::to_string(geteuid()) +
                                       " has no name; set HADOOP_USER_NAME");
  }
  return std::string(found->pw_name);
}

}  // namespace cairn::client
