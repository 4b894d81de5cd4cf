// SPDX-License-Identifier: Apache-2.0
#include "namenode/namenode.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "common/io/disk.h"
#include "common/log/log.h"
#include "common/net/io_threads.h"
#include "common/rpc/server.h"
#include "common/util/random.h"
#include "namenode/frontend/audit_log.h"
#include "namenode/frontend/group_resolver.h"
#include "namenode/frontend/hadoop_rpc/protocols.h"
#include "namenode/frontend/http/http_frontend.h"
#include "namenode/image_download.h"
#include "namenode/namesystem/checkpointer.h"
#include "namenode/namesystem/ha_control.h"
#include "namenode/namesystem/loader.h"
#include "namenode/namesystem/monitor.h"
#include "namenode/namesystem/role.h"
#include "namenode/pair.h"
#include "namenode/setup.h"

namespace cairn::namenode {
namespace {

constexpr std::chrono::milliseconds kTickEvery{500};
constexpr std::chrono::milliseconds kCheckpointTickEvery{1000};

// Tells one RPC server what may be told to clients: what the edit log has made durable or, in a
// pair, what both have.
class LogDurability final : public rpc::Durability {
 public:
  LogDurability(EditLog& log, Pair* pair) : log_(log), pair_(pair) {
    const auto forward = [this](TxId txid) {
      const std::lock_guard lock(mutex_);
      if (callback_) callback_(txid);
    };
    if (pair_ != nullptr) {
      pair_->driver().Subscribe(forward);
    } else {
      log_.Subscribe(forward);
    }
  }

  TxId Durable() const override {
    return pair_ != nullptr ? pair_->Committed() : log_.Durable();
  }

  void Subscribe(std::function<void(TxId)> callback) override {
    const std::lock_guard lock(mutex_);
    callback_ = std::move(callback);
  }

 private:
  EditLog& log_;
  Pair* const pair_;
  std::mutex mutex_;
  std::function<void(TxId)> callback_;  // Guarded by mutex_.
};

// There are no proxy users (hadoop.proxyuser.*): nobody may act for somebody else.
Status RefuseImpersonation(const rpc::RpcCaller& caller) {
  if (caller.real_user.empty() || caller.real_user == caller.user) return Status();
  return Status(Code::kUnauthorized, "User: " + caller.real_user +
                                         " is not allowed to impersonate " + caller.user);
}

// A thread that calls `tick` again and again: at once while it says so, else after a pause.
class Ticker {
 public:
  Ticker(std::string name, std::chrono::milliseconds pause, std::function<bool()> tick)
      : pause_(pause), tick_(std::move(tick)), thread_([this, name] { Run(name); }) {}
  ~Ticker() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

 private:
  void Run(const std::string& name) {
    net::NameThisThread(name);
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      const bool more = tick_();
      lock.lock();
      if (!more) wake_.wait_for(lock, pause_, [this] { return stopping_; });
    }
  }

  const std::chrono::milliseconds pause_;
  const std::function<bool()> tick_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace

// Members stand in the order of their dependence; destruction goes backwards.
class Namenode::Impl {
 public:
  Impl(NamenodeSetup setup, std::optional<PairMember> member)
      : setup_(std::move(setup)), member_(std::move(member)) {}
  ~Impl() { Stop(); }

  Status Start(const config::Configuration& configuration,
               std::function<void(const Status&)> on_fatal) {
    CAIRN_TRY(OpenState(configuration));
    CAIRN_TRY(OpenLog(std::move(on_fatal)));
    CAIRN_TRY(Serve(configuration));
    if (pair_ != nullptr) CAIRN_TRY(pair_->Start(*log_));
    LOG(kInfo, "namenode serves", {"rpc", net::ToString(rpc_address())},
        {"http", net::ToString(http_address())}, {"transaction", state_->last_applied.value});
    return Status();
  }

  net::HostPort rpc_address() const { return servers_.front()->address(); }
  net::HostPort http_address() const { return http_->address(); }

 private:
  Status OpenState(const config::Configuration& configuration) {
    CAIRN_ASSIGN(storage_, NameStorage::Open(disk_, setup_.directories));
    if (member_) {
      member_->setup.peer_http = setup_.ha.peers.front().http;
      CAIRN_ASSIGN(pair_, Pair::Open(std::move(*member_), clock_, random_, *storage_));
    } else {
      CAIRN_TRY(ha::StateFile::Remove(*storage_));
    }
    CAIRN_TRY(storage_->RecoverSegments());
    CAIRN_ASSIGN(racks_, MakeRackResolver(configuration));
    if (!setup_.audit_log.empty()) {
      CAIRN_ASSIGN(audit_, AuditLog::Open(setup_.audit_log));
    }
    state_ = std::make_unique<NamesystemState>(
        NamesystemState::Setup{.options = setup_.options,
                               .blocks = setup_.blocks,
                               .limits = setup_.limits,
                               .info = storage_->info()},
        clock_, random_, racks_.get(), audit_.get());
    CAIRN_ASSIGN(std::shared_ptr<const HostFilter> hosts, ReadHostLists(setup_.options));
    state_->blocks.datanodes().SetHostFilter(std::move(hosts));
    const Clock::TimePoint begin = clock_.Now();
    CAIRN_TRY(LoadState(*state_, *storage_));
    loaded_in_ms_ =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_.Now() - begin).count();
    LOG(kInfo, "namespace loaded", {"transaction", state_->last_applied.value},
        {"milliseconds", loaded_in_ms_});
    return Status();
  }

  // A namenode of several starts as a standby, and is told when to serve.
  Status OpenLog(std::function<void(const Status&)> on_fatal) {
    namesystem_ = std::make_unique<Namesystem>(*state_);
    if (pair_ != nullptr) {
      CAIRN_ASSIGN(log_, pair_->OpenLog(*state_));
      return Status();
    }
    if (!setup_.ha.enabled) {
      CAIRN_ASSIGN(log_, EditLog::Start(*storage_, state_->last_applied,
                                        {.on_fatal = std::move(on_fatal)}));
      Activate(*state_, log_.get(), storage_.get());
      return Status();
    }
    CAIRN_ASSIGN(log_, EditLog::Follow(*storage_, state_->last_applied, {.on_fatal = on_fatal}));
    StartStandby(*state_, log_.get(), storage_.get());
    role_ = std::make_unique<Role>(*state_, std::move(on_fatal));
    ha_control_ = std::make_unique<ManualControl>(*role_);
    return Status();
  }

  Status Serve(const config::Configuration& configuration) {
    CAIRN_ASSIGN(GroupResolver::Options groups, GroupResolver::ReadOptions(configuration));
    groups_ = std::make_unique<GroupResolver>(std::move(groups), clock_);
    protocols_ = std::make_unique<NamenodeProtocols>(
        RpcService{.namesystem = *namesystem_,
                   .groups = *groups_,
                   .storage = *storage_,
                   .block_pool_id = storage_->info().block_pool_id,
                   .caller_context_enabled = setup_.caller_context_enabled,
                   .registration_name_check = setup_.registration_name_check,
                   .ha = {.control = pair_ != nullptr ? pair_.get() : ha_control_.get(),
                          // A pair settles it by itself, and a switch by hand is as safe.
                          .automatic = setup_.ha.automatic && pair_ == nullptr,
                          .not_active_in_safe_mode = setup_.ha.not_active_in_safe_mode}});
    threads_ = std::make_unique<net::IoThreads>("nn-io", setup_.io_threads);
    CAIRN_TRY(StartServer(setup_.rpc_bind, "rpc"));
    if (setup_.service_rpc) CAIRN_TRY(StartServer(*setup_.service_rpc, "service-rpc"));
    monitor_ = std::make_unique<Monitor>(*state_);
    tickers_.push_back(
        std::make_unique<Ticker>("nn-monitor", kTickEvery, [this] { return monitor_->Tick(); }));
    tickers_.push_back(std::make_unique<Ticker>("nn-checkpoint", kCheckpointTickEvery, [this] {
      FetchCheckpoint();
      monitor_->CheckpointTick();
      return false;
    }));
    return ServeHttp(configuration);
  }

  Status ServeHttp(const config::Configuration& configuration) {
    HttpSources sources{.namesystem = *namesystem_,
                        .storage = *storage_,
                        .clock = clock_,
                        .rpc = {setup_.rpc.host, rpc_address().port},
                        .started_ms = started_ms_,
                        .loaded_in_ms = loaded_in_ms_};
    for (const auto& server : servers_) {
      sources.ports.push_back(
          {.port = server->port(),
           .counters = [&server = *server] { return server.counters(); }});
    }
    // Both ports serve the same protocols; their methods are counted together.
    sources.ports.front().methods = [this] { return protocols_->Counts(); };
    http_ = std::make_unique<HttpFrontend>(setup_.http_bind, configuration, std::move(sources));
    return http_->Start();
  }

  Status StartServer(const net::HostPort& address, const char* name) {
    durabilities_.push_back(std::make_unique<LogDurability>(*log_, pair_.get()));
    rpc::RpcServerOptions options;
    options.address = address;
    options.name = name;
    options.frame_size_max = setup_.frame_bytes_max;
    options.authorize = RefuseImpersonation;
    auto server =
        std::make_unique<rpc::RpcServer>(*threads_, options, durabilities_.back().get());
    protocols_->RegisterWith(*server);
    CAIRN_TRY(server->Start());
    servers_.push_back(std::move(server));
    return Status();
  }

  // An active one with standbys takes the images that they write.
  void FetchCheckpoint() {
    const Clock::TimePoint now = clock_.Now();
    if (setup_.ha.peers.empty() || namesystem_->service_state() != ServiceState::kActive ||
        now - checkpoint_asked_at_ < setup_.options.checkpoint_check_period) {
      return;
    }
    checkpoint_asked_at_ = now;
    for (const NamenodeSetup::Peer& peer : setup_.ha.peers) {
      const Result<TxId> newest = NewestImageAt(peer.http, storage_->info());
      if (!newest.ok() || *newest <= LastCheckpoint()) continue;
      const Status taken = TakeCheckpoint(*state_, *newest, [&] {
        return DownloadImage(*storage_, peer.http, *newest);
      });
      if (!taken.ok()) {
        LOG(kWarn, "a standby's image is not taken", {"namenode", peer.name.namenode},
            {"reason", taken});
      }
    }
  }

  TxId LastCheckpoint() {
    Section::Shared inside(state_->section);
    return state_->last_checkpoint;
  }

  void Stop() {
    // While everything still answers: whoever asks the old active is sent to the new one.
    if (pair_ != nullptr && namesystem_ != nullptr &&
        namesystem_->service_state() == ServiceState::kActive) {
      if (const Status handed = pair_->HandOver(); !handed.ok()) {
        LOG(kWarn, "namenode stops as the active one", {"reason", handed});
      }
    }
    if (http_ != nullptr) http_->Stop();
    tickers_.clear();
    for (const auto& server : servers_) server->Stop();
    if (pair_ != nullptr) {
      // What this log wrote at its end, the peer would not have.
      pair_->Stop();
    } else if (log_ != nullptr) {
      if (const Status closed = log_->Close(); !closed.ok()) {
        LOG(kError, "edit log not closed", {"reason", closed});
      }
    }
  }

  const NamenodeSetup setup_;
  std::optional<PairMember> member_;  // Until the pair is opened.
  SystemClock clock_;
  const int64_t started_ms_ = clock_.WallMs();
  int64_t loaded_in_ms_ = 0;
  Clock::TimePoint checkpoint_asked_at_{};  // Of the checkpoint thread.
  SeededRandom random_;
  io::PosixDisk disk_;
  std::unique_ptr<NameStorage> storage_;
  std::unique_ptr<RackResolver> racks_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<NamesystemState> state_;
  std::unique_ptr<Pair> pair_;  // Null without one. The log calls it.
  // Outlive the log, which calls them.
  std::vector<std::unique_ptr<LogDurability>> durabilities_;
  std::unique_ptr<EditLog> log_;
  std::unique_ptr<Namesystem> namesystem_;
  // Of a namenode with others beside it.
  std::unique_ptr<Role> role_;
  std::unique_ptr<HaControl> ha_control_;
  std::unique_ptr<GroupResolver> groups_;
  std::unique_ptr<NamenodeProtocols> protocols_;
  std::unique_ptr<net::IoThreads> threads_;
  std::vector<std::unique_ptr<rpc::RpcServer>> servers_;
  std::unique_ptr<Monitor> monitor_;
  std::vector<std::unique_ptr<Ticker>> tickers_;
  std::unique_ptr<HttpFrontend> http_;
};

Namenode::Namenode(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Namenode::~Namenode() = default;

net::HostPort Namenode::rpc_address() const { return impl_->rpc_address(); }
net::HostPort Namenode::http_address() const { return impl_->http_address(); }

Result<std::unique_ptr<Namenode>> Namenode::Start(const config::Configuration& configuration,
                                                  std::function<void(const Status&)> on_fatal,
                                                  std::optional<PairMember> member) {
  CAIRN_ASSIGN(NamenodeSetup setup, NamenodeSetup::Read(configuration));
  CAIRN_ASSIGN(const config::Configuration local, LocalConfiguration(configuration));
  auto impl = std::make_unique<Impl>(std::move(setup), std::move(member));
  CAIRN_TRY(impl->Start(local, std::move(on_fatal)));
  return std::unique_ptr<Namenode>(new Namenode(std::move(impl)));
}

}  // namespace cairn::namenode
