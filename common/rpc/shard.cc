// SPDX-License-Identifier: Apache-2.0
#include "common/rpc/shard.h"

#include <algorithm>

#include "common/rpc/connection.h"

namespace cairn::rpc {
namespace {

size_t BytesOf(const std::vector<std::string>& frame) {
  size_t bytes = 0;
  for (const std::string& part : frame) bytes += part.size();
  return bytes;
}

}  // namespace

void RpcShard::Start() {
  net::Spawn(io_, core_.options.name + " sweep", Sweep(this, LifeCount::Token(core_.life)));
}

void RpcShard::Accept(net::TcpSocket socket, net::ConnectionSlot slot) {
  if (closing_ || core_.stopping) return;
  auto connection = std::make_shared<RpcConnection>(*this, std::move(socket), std::move(slot));
  connections_.insert(connection.get());
  ThreadCounters::Add(counters_.connections_accepted, uint64_t{1});
  ThreadCounters::Add(counters_.open_connections, int64_t{1});
  core_.open_connections.fetch_add(1, std::memory_order_relaxed);
  net::Spawn(io_, core_.options.name + " connection", RpcConnection::Run(std::move(connection)));
}

void RpcShard::Remove(RpcConnection* connection) {
  if (connections_.erase(connection) == 0) return;
  ThreadCounters::Add(counters_.open_connections, int64_t{-1});
  core_.open_connections.fetch_sub(1, std::memory_order_relaxed);
}

void RpcShard::CloseAll() {
  closing_ = true;
  sweep_timer_.cancel();
  DropHeld();
  for (RpcConnection* connection : connections_) connection->Close();
}

void RpcShard::Hold(TxId txid, std::shared_ptr<RpcConnection> connection,
                    std::vector<std::string> frame) {
  held_.push_back({txid.value, std::move(connection), std::move(frame)});
  std::push_heap(held_.begin(), held_.end());
  ThreadCounters::Add(counters_.held_replies, int64_t{1});
  // The journal's thread stores `durable` and then reads `lowest_held_`; this thread does it the
  // other way round. In whatever order they meet, one of the two sees the other's value.
  lowest_held_.store(held_.front().txid);
  if (core_.durable.load() >= txid.value) ReleaseDurable();
}

void RpcShard::OnDurable(int64_t durable) {
  if (lowest_held_.load() > durable) return;
  if (release_posted_.exchange(true)) return;
  boost::asio::post(io_, [this, token = LifeCount::Token(core_.life)] {
    release_posted_.store(false);
    ReleaseDurable();
  });
}

void RpcShard::ReleaseDurable() {
  std::vector<std::shared_ptr<RpcConnection>> touched;
  while (!held_.empty() && held_.front().txid <= core_.durable.load()) {
    std::pop_heap(held_.begin(), held_.end());
    Held held = std::move(held_.back());
    held_.pop_back();
    ThreadCounters::Add(counters_.held_replies, int64_t{-1});
    held.connection->Unhold(BytesOf(held.frame));
    held.connection->Queue(std::move(held.frame));
    if (!held.connection->marked) {
      held.connection->marked = true;
      touched.push_back(std::move(held.connection));
    }
    // Before `durable` is looked at again: see Hold.
    lowest_held_.store(held_.empty() ? kNone : held_.front().txid);
  }
  for (const auto& connection : touched) {
    connection->marked = false;
    connection->Flush();
  }
}

void RpcShard::DropHeld() {
  std::vector<Held> dropped = std::move(held_);
  held_.clear();
  lowest_held_.store(kNone);
  for (Held& held : dropped) {
    ThreadCounters::Add(counters_.held_replies, int64_t{-1});
    held.connection->Unhold(BytesOf(held.frame));
    held.connection->Close();
  }
}

net::Async<Status> RpcShard::Sweep(RpcShard* shard, LifeCount::Token) {
  while (!shard->closing_) {
    co_await net::Sleep(shard->sweep_timer_, shard->core_.options.sweep_interval);
    if (!shard->closing_) shard->SweepOnce();
  }
  co_return Status();
}

void RpcShard::SweepOnce() {
  now_ = std::chrono::steady_clock::now();
  const bool crowded =
      core_.open_connections.load(std::memory_order_relaxed) > core_.options.idle_threshold;
  for (RpcConnection* connection : connections_) connection->CheckTimeouts(now_, crowded);
}

}  // namespace cairn::rpc
