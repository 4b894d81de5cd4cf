// SPDX-License-Identifier: Apache-2.0
#include "common/rpc/server.h"

#include <cassert>
#include <future>
#include <vector>

#include "common/log/log.h"
#include "common/net/io_threads.h"
#include "common/net/listener.h"
#include "common/rpc/core.h"
#include "common/rpc/meta_info.h"
#include "common/rpc/shard.h"

namespace cairn::rpc {

class RpcServer::Impl {
 public:
  Impl(net::IoThreads& threads, RpcServerOptions options, Durability* durability)
      : threads_(threads), core_(std::move(options), durability), meta_info_(core_.protocols) {
    core_.protocols.push_back({MetaInfoHandler::Protocol(), &meta_info_});
  }

  ~Impl() {
    Stop();
    core_.life.WaitForNone();
  }

  void Register(RpcProtocol protocol, RpcHandler& handler) {
    assert(listener_ == nullptr && core_.Find(protocol.name) == nullptr);
    core_.protocols.push_back({std::move(protocol), &handler});
  }

  Status Start();
  void Stop();
  void DropHeldReplies();
  net::HostPort address() const { return listener_->address(); }
  RpcCounters counters() const;

 private:
  void OnDurable(TxId txid);
  // Runs `fn` on every I/O thread and waits for all.
  void OnAllShards(void (RpcShard::*fn)());

  net::IoThreads& threads_;
  RpcCore core_;
  MetaInfoHandler meta_info_;
  std::vector<std::unique_ptr<RpcShard>> shards_;
  std::unique_ptr<net::Listener> listener_;
  bool stopped_ = false;
};

Status RpcServer::Impl::Start() {
  const RpcServerOptions& options = core_.options;
  CAIRN_ASSIGN(listener_,
               net::Listener::Open(threads_, {.address = options.address,
                                              .backlog = options.backlog,
                                              .connections_max = options.connections_max}));
  core_.slow_pool = std::make_unique<net::WorkerPool>(options.name + "-slow", options.slow_threads,
                                                      static_cast<size_t>(options.slow_queue_max));
  for (int i = 0; i < threads_.size(); ++i) {
    shards_.push_back(std::make_unique<RpcShard>(core_, threads_.at(i)));
    shards_.back()->Start();
  }
  if (core_.durability != nullptr) {
    core_.durability->Subscribe([this](TxId txid) { OnDurable(txid); });
    OnDurable(core_.durability->Durable());
  }
  listener_->Start([this](int index, net::TcpSocket socket, net::ConnectionSlot slot) {
    shards_[index]->Accept(std::move(socket), std::move(slot));
  });
  LOG(kInfo, "RPC server listens", {"server", options.name},
      {"address", net::ToString(listener_->address())});
  return Status();
}

void RpcServer::Impl::Stop() {
  if (stopped_ || listener_ == nullptr) return;
  stopped_ = true;
  core_.stopping = true;
  listener_->Stop();
  if (core_.durability != nullptr) core_.durability->Subscribe({});
  OnAllShards(&RpcShard::CloseAll);
  core_.slow_pool->Stop();
  core_.life.WaitForNone();
}

void RpcServer::Impl::OnDurable(TxId txid) {
  int64_t before = core_.durable.load();
  while (before < txid.value && !core_.durable.compare_exchange_weak(before, txid.value)) {
  }
  for (const auto& shard : shards_) shard->OnDurable(txid.value);
}

void RpcServer::Impl::OnAllShards(void (RpcShard::*fn)()) {
  std::vector<std::future<void>> done;
  for (const auto& shard : shards_) {
    auto promise = std::make_shared<std::promise<void>>();
    done.push_back(promise->get_future());
    boost::asio::post(shard->io(), [&shard, fn, promise] {
      (shard.get()->*fn)();
      promise->set_value();
    });
  }
  for (std::future<void>& one : done) one.wait();
}

void RpcServer::Impl::DropHeldReplies() {
  if (core_.stopping) return;
  // Any thread may ask, an I/O thread, too, so nobody waits here.
  for (const auto& shard : shards_) {
    boost::asio::post(shard->io(), [shard = shard.get(), token = LifeCount::Token(core_.life)] {
      shard->DropHeld();
    });
  }
}

RpcCounters RpcServer::Impl::counters() const {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  RpcCounters sum;
  for (const auto& shard : shards_) {
    const ThreadCounters& one = shard->counters();
    sum.calls += one.calls.load(kRelaxed);
    sum.call_errors += one.call_errors.load(kRelaxed);
    sum.call_nanos += one.call_nanos.load(kRelaxed);
    sum.slow_calls += one.slow_calls.load(kRelaxed);
    sum.rejected_calls += one.rejected_calls.load(kRelaxed);
    sum.protocol_errors += one.protocol_errors.load(kRelaxed);
    sum.authorization_failures += one.authorization_failures.load(kRelaxed);
    sum.received_bytes += one.received_bytes.load(kRelaxed);
    sum.sent_bytes += one.sent_bytes.load(kRelaxed);
    sum.connections_accepted += one.connections_accepted.load(kRelaxed);
    sum.open_connections += one.open_connections.load(kRelaxed);
    sum.held_replies += one.held_replies.load(kRelaxed);
  }
  if (listener_) sum.connections_refused = listener_->refused();
  if (core_.slow_pool) sum.slow_queue = static_cast<int64_t>(core_.slow_pool->queued());
  return sum;
}

RpcServer::RpcServer(net::IoThreads& threads, RpcServerOptions options, Durability* durability)
    : impl_(std::make_unique<Impl>(threads, std::move(options), durability)) {}

RpcServer::~RpcServer() = default;

void RpcServer::Register(RpcProtocol protocol, RpcHandler& handler) {
  impl_->Register(std::move(protocol), handler);
}

Status RpcServer::Start() { return impl_->Start(); }
void RpcServer::Stop() { impl_->Stop(); }
net::HostPort RpcServer::address() const { return impl_->address(); }
void RpcServer::DropHeldReplies() { impl_->DropHeldReplies(); }
RpcCounters RpcServer::counters() const { return impl_->counters(); }

}  // namespace cairn::rpc
