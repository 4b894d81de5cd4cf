// SPDX-License-Identifier: Apache-2.0
#include "namenode/setup.h"

#include <algorithm>

#include "common/config/common_keys.h"
#include "common/config/namenode_keys.h"
#include "common/config/security.h"
#include "common/io/disk.h"
#include "common/net/io_threads.h"

namespace cairn::namenode {
namespace {

constexpr uint16_t kDefaultRpcPort = 8020;
constexpr uint64_t kTableBytesMax = 64 << 20;

// "host:port" of "hdfs://host:port/…".
std::string AuthorityOf(const std::string& uri) {
  const size_t scheme = uri.find("://");
  if (!uri.starts_with("hdfs://") || scheme == std::string::npos) return "";
  const std::string rest = uri.substr(scheme + 3);
  return rest.substr(0, rest.find('/'));
}

Status ReadDirectories(const config::Configuration& configuration, NamenodeSetup& setup) {
  CAIRN_ASSIGN(const std::vector<std::string> images, configuration.Get(config::kNameDirs));
  CAIRN_ASSIGN(const std::vector<std::string> edits, configuration.Get(config::kEditsDirs));
  const auto add = [&](const std::string& uri, bool NameStorage::Directory::*kind) -> Status {
    CAIRN_ASSIGN(const std::string path, PathOfUri(uri));
    auto it = std::find_if(setup.directories.begin(), setup.directories.end(),
                           [&](const auto& known) { return known.root == path; });
    if (it == setup.directories.end()) {
      setup.directories.push_back({.root = path, .images = false, .edits = false});
      it = std::prev(setup.directories.end());
    }
    (*it).*kind = true;
    return Status();
  };
  for (const std::string& uri : images) CAIRN_TRY(add(uri, &NameStorage::Directory::images));
  for (const std::string& uri : edits) CAIRN_TRY(add(uri, &NameStorage::Directory::edits));
  if (setup.directories.empty()) {
    return Status(Code::kInvalidArgument,
                  std::string(config::kNameDirs.name) + " names no directory");
  }
  return Status();
}

Status ReadAddresses(const config::Configuration& configuration, NamenodeSetup& setup) {
  CAIRN_ASSIGN(std::string rpc, configuration.Get(config::kNamenodeRpcAddress));
  if (rpc.empty()) rpc = AuthorityOf(configuration.Find(config::kDefaultFs.name).value_or(""));
  if (rpc.empty()) {
    return Status(Code::kInvalidArgument,
                  "no address to serve: set fs.defaultFS to hdfs://host:port or "
                  "dfs.namenode.rpc-address to host:port");
  }
  CAIRN_ASSIGN(setup.rpc, net::ParseHostPort(rpc, kDefaultRpcPort));
  setup.rpc_bind = setup.rpc;
  CAIRN_ASSIGN(const std::string rpc_host, configuration.Get(config::kNamenodeRpcBindHost));
  if (!rpc_host.empty()) setup.rpc_bind.host = rpc_host;
  CAIRN_ASSIGN(const std::string service, configuration.Get(config::kNamenodeServiceRpcAddress));
  if (!service.empty()) {
    CAIRN_ASSIGN(setup.service_rpc, net::ParseHostPort(service));
  }
  CAIRN_ASSIGN(const std::string http, configuration.Get(config::kNamenodeHttpAddress));
  // Port 0 is a free one, for tests.
  if (http.ends_with(":0")) {
    setup.http = {.host = http.substr(0, http.size() - 2), .port = 0};
  } else {
    CAIRN_ASSIGN(setup.http, net::ParseHostPort(http));
  }
  setup.http_bind = setup.http;
  CAIRN_ASSIGN(const std::string http_host, configuration.Get(config::kNamenodeHttpBindHost));
  if (!http_host.empty()) setup.http_bind.host = http_host;
  return Status();
}

// Which of the configured namenodes this one is.
Result<config::NamenodeName> OwnName(const config::Configuration& configuration) {
  return config::LocalNamenode(configuration, [](const std::string& address) {
    const auto parsed = net::ParseHostPort(address, kDefaultRpcPort);
    return parsed.ok() && net::IsLocalAddress(parsed->host);
  });
}

Status ReadHighAvailability(const config::Configuration& configuration,
                            const config::NamenodeName& name, NamenodeSetup& setup) {
  NamenodeSetup::HighAvailability& ha = setup.ha;
  ha.name = name;
  ha.enabled = config::IsHa(configuration, name.service);
  if (!ha.enabled) return Status();
  for (const config::NamenodeName& other : config::OtherNamenodes(configuration, name)) {
    const config::Configuration theirs = config::ForNamenode(configuration, other);
    NamenodeSetup peer;
    CAIRN_TRY(ReadAddresses(theirs, peer));
    // A host that is said in one key only is good for both.
    if (peer.http.host == "0.0.0.0") peer.http.host = peer.rpc.host;
    ha.peers.push_back({.name = other, .rpc = peer.rpc, .http = peer.http});
  }
  const config::Configuration ours = config::ForNamenode(configuration, name);
  CAIRN_ASSIGN(ha.automatic, ours.Get(config::kAutomaticFailover));
  CAIRN_ASSIGN(ha.not_active_in_safe_mode, ours.Get(config::kNotActiveInSafeMode));
  return Status();
}

}  // namespace

Result<config::Configuration> LocalConfiguration(const config::Configuration& configuration) {
  CAIRN_ASSIGN(const config::NamenodeName name, OwnName(configuration));
  return config::ForNamenode(configuration, name);
}

Result<std::string> PathOfUri(const std::string& uri) {
  if (uri.starts_with("/")) return uri;
  for (const char* prefix : {"file://localhost/", "file:///", "file:/"}) {
    if (uri.starts_with(prefix)) return "/" + uri.substr(std::string(prefix).size());
  }
  return Status(Code::kInvalidArgument,
                "\"" + uri + "\" is no local directory: use file:///path or /path");
}

Result<std::unique_ptr<RackResolver>> MakeRackResolver(
    const config::Configuration& configuration) {
  CAIRN_ASSIGN(const std::string script, configuration.Get(config::kTopologyScript));
  CAIRN_ASSIGN(const std::string table, configuration.Get(config::kTopologyTable));
  CAIRN_ASSIGN(const std::string implementation, configuration.Get(config::kTopologyImpl));
  const bool wants_table = implementation.ends_with("TableMapping");
  std::unique_ptr<RackResolver> resolver = std::make_unique<DefaultRackResolver>();
  if (wants_table && !table.empty()) {
    io::PosixDisk disk;
    CAIRN_ASSIGN(const std::string text, disk.ReadFile(table, kTableBytesMax));
    auto racks = TableRackResolver::Parse(text);
    if (!racks.ok()) return racks.status().WithContext(table);
    resolver = std::make_unique<TableRackResolver>(std::move(*racks));
  } else if (!wants_table && !script.empty()) {
    resolver = std::make_unique<ScriptRackResolver>(script);
  }
  return std::unique_ptr<RackResolver>(
      std::make_unique<CachedRackResolver>(std::move(resolver)));
}

Result<NamenodeSetup> NamenodeSetup::Read(const config::Configuration& all) {
  CAIRN_TRY(config::CheckSecurityIsBuilt(all));
  CAIRN_ASSIGN(const config::NamenodeName name, OwnName(all));
  const config::Configuration configuration = config::ForNamenode(all, name);
  NamenodeSetup setup;
  CAIRN_TRY(ReadHighAvailability(all, name, setup));
  CAIRN_TRY(ReadDirectories(configuration, setup));
  CAIRN_TRY(ReadAddresses(configuration, setup));
  CAIRN_ASSIGN(setup.options, ReadNamesystemOptions(configuration));
  setup.options.high_availability = setup.ha.enabled;
  if (setup.ha.enabled) setup.options.checkpoint_patience = 2;
  CAIRN_ASSIGN(setup.blocks, BlockManagerOptions::Load(configuration));
  CAIRN_ASSIGN(const int64_t component, configuration.Get(config::kMaxComponentLength));
  CAIRN_ASSIGN(const int64_t items, configuration.Get(config::kMaxDirectoryItems));
  setup.limits = {.component_bytes_max = static_cast<size_t>(component),
                  .directory_items_max = static_cast<size_t>(items)};
  CAIRN_ASSIGN(const int64_t frame, configuration.Get(config::kIpcMaxDataLength));
  setup.frame_bytes_max = static_cast<uint32_t>(frame);
  CAIRN_ASSIGN(const int64_t threads, configuration.Get(config::kIoThreads));
  setup.io_threads = threads > 0 ? static_cast<int>(threads) : net::DefaultIoThreadCount();
  CAIRN_ASSIGN(setup.caller_context_enabled, configuration.Get(config::kCallerContext));
  CAIRN_ASSIGN(setup.registration_name_check,
               configuration.Get(config::kRegistrationIpHostnameCheck));
  CAIRN_ASSIGN(setup.audit_log, configuration.Get(config::kAuditLog));
  return setup;
}

}  // namespace cairn::namenode
