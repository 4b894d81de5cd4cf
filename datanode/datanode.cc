// SPDX-License-Identifier: Apache-2.0
#include "datanode/datanode.h"

#include <atomic>
#include <optional>
#include <utility>

#include "common/config/security.h"
#include "common/config/datanode_keys.h"
#include "common/log/log.h"
#include "common/net/io_threads.h"
#include "common/rpc/server.h"
#include "datanode/agent/agent.h"
#include "datanode/frontend/hadoop_rpc/service.h"
#include "datanode/frontend/http/http_frontend.h"
#include "datanode/store/scanner.h"
#include "datanode/store/store_config.h"
#include "datanode/transfer/server.h"

namespace cairn::datanode {
namespace {

constexpr uint16_t kDefaultIpcPort = 9867;
constexpr uint16_t kDefaultHttpPort = 9864;
// RPC of a datanode is rare: recoveries, and administrators.
constexpr int kRpcIoThreads = 1;

struct Settings {
  StoreOptions store;
  ScannerOptions scanner;
  TransferOptions transfer;
  AgentOptions agent;
  rpc::RpcServerOptions rpc;
  net::HostPort http;
};

Result<net::HostPort> AddressOf(const config::Configuration& configuration,
                                const config::StringKey& key, uint16_t default_port) {
  CAIRN_ASSIGN(const std::string text, configuration.Get(key));
  Result<net::HostPort> address = net::ParseHostPort(text, default_port);
  if (!address.ok()) return address.status().WithContext(key.name);
  return address;
}

Result<Settings> ReadSettings(const config::Configuration& configuration) {
  Settings settings;
  CAIRN_ASSIGN(settings.store, ReadStoreOptions(configuration));
  CAIRN_ASSIGN(settings.scanner, ReadScannerOptions(configuration));
  CAIRN_ASSIGN(settings.transfer, LoadTransferOptions(configuration));
  CAIRN_ASSIGN(settings.agent, ReadAgentOptions(configuration));
  CAIRN_ASSIGN(settings.rpc.address,
               AddressOf(configuration, config::kDatanodeIpcAddress, kDefaultIpcPort));
  CAIRN_ASSIGN(const int64_t handlers, configuration.Get(config::kIpcHandlers));
  settings.rpc.slow_threads = static_cast<int>(handlers);
  settings.rpc.name = "dn-rpc";
  CAIRN_ASSIGN(settings.http,
               AddressOf(configuration, config::kDatanodeHttpAddress, kDefaultHttpPort));
  return settings;
}

}  // namespace

// Members stand in the order of their dependence; destruction goes backwards.
struct Datanode::Parts {
  Parts(const config::Configuration& c, const Environment& e, Settings s, SuperuserCheck u)
      : configuration(c),
        environment(e),
        settings(std::move(s)),
        superusers(std::move(u)),
        agent(settings.agent, e.clock, e.random) {}

  const config::Configuration configuration;
  const Environment environment;
  const Settings settings;
  const SuperuserCheck superusers;
  int64_t start_ms = 0;
  std::atomic<uint16_t> http_port{0};  // Once it is listened on.

  TransferMetrics metrics;
  DatanodeAgent agent;
  std::unique_ptr<ReplicaStore> store;
  std::unique_ptr<BlockScanner> block_scanner;
  std::unique_ptr<DirectoryScanner> directory_scanner;
  std::unique_ptr<TransferServer> transfer;
  std::unique_ptr<DatanodeProtocols> protocols;
  std::unique_ptr<net::IoThreads> io_threads;
  std::unique_ptr<rpc::RpcServer> rpc;
  std::unique_ptr<HttpFrontend> http;
  bool stopped = false;

  // As it registers. A namenode puts the address that it sees in the place of 0.0.0.0.
  DatanodeId Id() const {
    return {.ip = settings.transfer.listen_host,
            .host_name = settings.agent.host_name,
            .uuid = store->datanode_uuid(),
            .transfer_port = transfer->port(),
            .http_port = http_port,
            .https_port = 0,
            .ipc_port = rpc->port()};
  }
};

Result<std::unique_ptr<Datanode>> Datanode::Create(const config::Configuration& configuration,
                                                   const Environment& environment) {
  CAIRN_TRY(config::CheckSecurityIsBuilt(configuration));
  CAIRN_ASSIGN(Settings settings, ReadSettings(configuration));
  CAIRN_ASSIGN(SuperuserCheck superusers, SuperuserCheck::Read(configuration));
  auto parts = std::make_unique<Parts>(configuration, environment, std::move(settings),
                                       std::move(superusers));
  CAIRN_ASSIGN(parts->store, ReplicaStore::Open(environment.disk, environment.clock,
                                                parts->settings.store, parts->agent));
  return std::unique_ptr<Datanode>(new Datanode(std::move(parts)));
}

Datanode::Datanode(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Datanode::~Datanode() { Stop(); }

Status Datanode::Start() {
  parts_->start_ms = parts_->environment.clock.WallMs();
  CAIRN_TRY(StartServers());
  Parts& parts = *parts_;
  const ScannerOptions& scanning = parts.settings.scanner;
  if (scanning.bytes_per_second > 0) {
    parts.block_scanner = std::make_unique<BlockScanner>(*parts.store, parts.environment.clock,
                                                         parts.agent, scanning);
    parts.block_scanner->Start();
  }
  parts.directory_scanner = std::make_unique<DirectoryScanner>(*parts.store, scanning);
  parts.directory_scanner->Start();
  const DatanodeId id = parts.Id();
  parts.agent.Start({.store = *parts.store,
                     .transfer = *parts.transfer,
                     .scanner = parts.block_scanner.get(),
                     .id = id,
                     .on_end = [this](const Status& why) { EndWith(why, false); }});
  LOG(kInfo, "datanode serves", {"transfer", net::ToString(transfer_address())},
      {"rpc", net::ToString(rpc_address())}, {"http", net::ToString(http_address())},
      {"uuid", id.uuid});
  return Status();
}

Status Datanode::StartServers() {
  Parts& parts = *parts_;
  const Clock& clock = parts.environment.clock;
  parts.transfer = std::make_unique<TransferServer>(
      TransferServer::Collaborators{*parts.store, parts.agent, clock, parts.metrics},
      parts.settings.transfer);
  CAIRN_TRY(parts.transfer->Start());
  parts.protocols = std::make_unique<DatanodeProtocols>(
      RpcService{.store = *parts.store,
                 .transfer = *parts.transfer,
                 .agent = parts.agent,
                 .superusers = parts.superusers,
                 .clock = clock,
                 .start_ms = parts.start_ms,
                 .shutdown = [this](bool for_upgrade) {
                   {
                     const std::lock_guard lock(mutex_);
                     if (ending_) return Status(Code::kIoError, "Shutdown already in progress.");
                   }
                   EndWith(Status(), for_upgrade);
                   return Status();
                 }});
  parts.io_threads = std::make_unique<net::IoThreads>("dn-io", kRpcIoThreads);
  parts.rpc = std::make_unique<rpc::RpcServer>(*parts.io_threads, parts.settings.rpc);
  parts.protocols->RegisterWith(*parts.rpc);
  CAIRN_TRY(parts.rpc->Start());
  return StartHttp();
}

Status Datanode::StartHttp() {
  Parts& parts = *parts_;
  parts.http = std::make_unique<HttpFrontend>(
      parts.settings.http, parts.configuration,
      HttpSources{.status = *this,
                  .transfer = parts.metrics,
                  .clock = parts.environment.clock,
                  .rpc = {.port = parts.rpc->port(),
                          .counters = [&parts] { return parts.rpc->counters(); }}});
  CAIRN_TRY(parts.http->Start());
  parts.http_port = parts.http->address().port;
  return Status();
}

void Datanode::EndWith(const Status& why, bool for_restart) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    ending_ = true;
    for_restart_ = for_restart;
    end_status_ = why;
  }
  ended_.notify_all();
}

Status Datanode::Wait() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return ending_; });
  return end_status_;
}

void Datanode::RequestStop() { EndWith(Status(), false); }

void Datanode::Stop() {
  if (std::exchange(parts_->stopped, true)) return;
  RequestStop();
  Parts& parts = *parts_;
  bool for_restart = false;
  {
    const std::lock_guard lock(mutex_);
    for_restart = for_restart_;
  }
  if (parts.http) parts.http->Stop();
  // The streams first: recoveries and scans wait for writers to let go of their replicas.
  if (parts.transfer) {
    if (for_restart) {
      parts.transfer->StopForRestart();
    } else {
      parts.transfer->Stop();
    }
  }
  if (parts.rpc) parts.rpc->Stop();
  if (parts.io_threads) parts.io_threads->Stop();
  if (parts.block_scanner) parts.block_scanner->Stop();
  if (parts.directory_scanner) parts.directory_scanner->Stop();
  parts.agent.Stop();
  LOG(kInfo, "datanode has stopped", {"uuid", parts.store ? parts.store->datanode_uuid() : ""});
}

net::HostPort Datanode::transfer_address() const {
  return {parts_->settings.transfer.listen_host, parts_->transfer->port()};
}

net::HostPort Datanode::rpc_address() const { return parts_->rpc->address(); }

net::HostPort Datanode::http_address() const { return parts_->http->address(); }

bool Datanode::registered() const { return parts_->agent.registered(""); }

const TransferMetrics& Datanode::metrics() const { return parts_->metrics; }

DatanodeStatus Datanode::Snapshot() const {
  const Parts& parts = *parts_;
  DatanodeStatus status;
  status.id = parts.Id();
  status.start_ms = parts.start_ms;
  parts.agent.AddStatus(&status);
  for (const Volume* volume : parts.store->Volumes()) {
    StorageReport report = volume->Report(status.pool_id);
    status.capacity += report.capacity;
    status.dfs_used += report.dfs_used;
    status.remaining += report.remaining;
    status.non_dfs_used += report.non_dfs_used;
    status.pool_used += report.block_pool_used;
    status.volumes.push_back({volume->root(), std::move(report)});
  }
  VolumeFailures failures = parts.store->Failures();
  status.failed_volumes = std::move(failures.roots);
  status.last_volume_failure_ms = static_cast<int64_t>(failures.last_failure_ms);
  status.capacity_lost = failures.capacity_lost_bytes;
  if (!status.pool_id.empty()) status.block_count = parts.store->ReplicaCount(status.pool_id);
  status.pending_deletions = parts.store->pending_deletions();
  status.active_streams = parts.transfer->active_streams();
  status.transfers_in_progress = parts.transfer->transfers_in_progress();
  status.balancer_bandwidth = parts.transfer->balancer_bandwidth();
  return status;
}

}  // namespace cairn::datanode
