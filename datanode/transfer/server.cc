// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/server.h"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "common/log/log.h"
#include "common/net/blocking_socket.h"
#include "datanode/transfer/bad_peer_log.h"
#include "datanode/transfer/connection.h"
#include "datanode/transfer/context.h"
#include "datanode/transfer/replica_sender.h"
#include "datanode/transfer/stream.h"

namespace cairn::datanode {
namespace {

// How long clients get to leave after a restart was announced.
constexpr std::chrono::seconds kRestartNotice{1};
constexpr const char* kOverload = "(too many streams)";

}  // namespace

class TransferServer::Impl {
 public:
  Impl(const Collaborators& parts, const TransferOptions& options)
      : context(parts.store, parts.events, parts.clock, parts.metrics, options),
        bad_peers_(parts.clock) {}

  Status Start();
  void Stop();
  void AnnounceRestart();
  void BreakWriters();
  uint16_t port() const { return port_; }
  uint32_t active_streams() const;
  std::vector<std::string> StreamNames() const;

  // Runs `work` on a thread of its own; false when there are too many, or the server stops: the
  // stream then stays with the caller, open.
  bool Launch(std::unique_ptr<Stream>& stream, std::function<void(Stream&)> work);

  TransferContext context;

 private:
  struct Worker {
    std::unique_ptr<Stream> stream;
    std::thread thread;
  };
  using Workers = std::list<Worker>;

  void AcceptLoop();
  void Serve(Stream& stream);
  void Retire(Workers::iterator worker);
  void JoinRetired();

  BadPeerLog bad_peers_;
  std::unique_ptr<net::BlockingListener> listener_;
  std::atomic<uint16_t> port_{0};
  std::thread accepting_;
  std::mutex stop_mutex_;  // Taken before mutex_; guards listener_ and accepting_ after Start.

  mutable std::mutex mutex_;
  std::condition_variable retired_one_;
  Workers workers_;
  Workers retired_;  // Their threads are about to return, and must be joined.
  bool stopping_ = false;
};

Status TransferServer::Impl::Start() {
  const TransferOptions& options = context.options;
  CAIRN_ASSIGN(listener_,
               net::BlockingListener::Open({options.listen_host, options.listen_port}));
  port_ = listener_->port();
  accepting_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "xfer.accept");
    AcceptLoop();
  });
  LOG(kInfo, "data transfer server listens", {"address", net::ToString(listener_->address())},
      {"streams_max", options.streams_max});
  return Status();
}

void TransferServer::Impl::AcceptLoop() {
  const TransferOptions& options = context.options;
  net::SocketOptions socket_options;
  socket_options.read_timeout = std::chrono::milliseconds(options.read_timeout_ms);
  socket_options.write_timeout = std::chrono::milliseconds(options.write_timeout_ms);
  socket_options.send_buffer_bytes = static_cast<int>(options.send_buffer_bytes);
  socket_options.receive_buffer_bytes = static_cast<int>(options.receive_buffer_bytes);
  socket_options.no_delay = options.tcp_no_delay;
  while (true) {
    Result<net::BlockingSocket> socket = listener_->Accept(socket_options);
    if (!socket.ok()) {
      if (socket.status().code() == Code::kCancelled) return;
      LOG(kWarn, "accept failed", {"reason", socket.status()});
      continue;
    }
    auto stream = std::make_unique<Stream>(std::move(*socket));
    const std::string peer = stream->peer();
    if (Launch(stream, [this](Stream& served) { Serve(served); })) continue;
    // Counted before the stream is closed, so that a peer that sees the end can see the count.
    ++context.metrics.refused_streams;
    bad_peers_.Report(kOverload, peer,
                      Status(Code::kTooManyItems, "all " + std::to_string(options.streams_max) +
                                                      " streams are taken"));
  }
}

void TransferServer::Impl::Serve(Stream& stream) {
  const Status ended = Connection(context, stream).Serve();
  if (ended.ok() || stream.broken()) return;
  switch (ended.code()) {
    case Code::kBadRequest:
      bad_peers_.Report(stream.peer_host(), stream.peer(), ended);
      return;
    case Code::kNetwork:
    case Code::kEndOfFile:
    case Code::kTimeout:
    case Code::kReplicaNotFound:
    case Code::kReplicaAlreadyExists:
      LOG(kInfo, "stream ended early", {"peer", stream.peer()}, {"reason", ended});
      return;
    default:
      LOG(kWarn, "stream failed", {"peer", stream.peer()}, {"reason", ended});
  }
}

bool TransferServer::Impl::Launch(std::unique_ptr<Stream>& stream,
                                  std::function<void(Stream&)> work) {
  JoinRetired();
  std::lock_guard lock(mutex_);
  if (stopping_ || workers_.size() >= context.options.streams_max) return false;
  const auto worker = workers_.insert(workers_.end(), Worker{std::move(stream), {}});
  try {
    worker->thread = std::thread([this, worker, work = std::move(work)] {
      ::pthread_setname_np(::pthread_self(), "xfer.stream");
      work(*worker->stream);
      Retire(worker);
    });
  } catch (const std::system_error& error) {
    LOG(kError, "no thread for a stream", {"reason", std::string_view(error.what())});
    stream = std::move(worker->stream);
    workers_.erase(worker);
    return false;
  }
  ++context.metrics.active_streams;
  return true;
}

// The socket is closed here, not when the thread is joined: the peer waits for it.
void TransferServer::Impl::Retire(Workers::iterator worker) {
  std::lock_guard lock(mutex_);
  worker->stream.reset();
  --context.metrics.active_streams;
  retired_.splice(retired_.end(), workers_, worker);
  retired_one_.notify_all();
}

void TransferServer::Impl::JoinRetired() {
  Workers retired;
  {
    std::lock_guard lock(mutex_);
    retired.swap(retired_);
  }
  for (Worker& worker : retired) worker.thread.join();
}

void TransferServer::Impl::Stop() {
  std::lock_guard one_at_a_time(stop_mutex_);
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  if (listener_) listener_->Wake();
  if (accepting_.joinable()) accepting_.join();
  // Else the system would go on to take connections that nobody serves.
  listener_.reset();
  for (Throttler* throttler : {&context.balance_throttler, &context.transfer_throttler,
                               &context.write_throttler, &context.read_throttler}) {
    throttler->Stop();
  }
  {
    std::unique_lock lock(mutex_);
    for (Worker& worker : workers_) worker.stream->Break();
    retired_one_.wait(lock, [this] { return workers_.empty(); });
  }
  JoinRetired();
}

void TransferServer::Impl::AnnounceRestart() {
  std::lock_guard one_at_a_time(stop_mutex_);
  context.restarting = true;
  if (listener_) listener_->Wake();
  std::unique_lock lock(mutex_);
  stopping_ = true;
  const auto is_writing = [](const Worker& worker) { return worker.stream->is_writing(); };
  for (Worker& worker : workers_) worker.stream->AnnounceRestart();
  retired_one_.wait_for(lock, kRestartNotice, [&] {
    for (const Worker& worker : workers_) {
      if (is_writing(worker)) return false;
    }
    return true;
  });
}

void TransferServer::Impl::BreakWriters() {
  std::lock_guard lock(mutex_);
  for (Worker& worker : workers_) {
    if (worker.stream->is_writing()) worker.stream->Break();
  }
}

uint32_t TransferServer::Impl::active_streams() const {
  std::lock_guard lock(mutex_);
  return static_cast<uint32_t>(workers_.size());
}

std::vector<std::string> TransferServer::Impl::StreamNames() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  names.reserve(workers_.size());
  for (const Worker& worker : workers_) names.push_back(worker.stream->Describe());
  return names;
}

TransferServer::TransferServer(const Collaborators& collaborators, const TransferOptions& options)
    : impl_(std::make_unique<Impl>(collaborators, options)) {}

TransferServer::~TransferServer() { Stop(); }

Status TransferServer::Start() { return impl_->Start(); }

void TransferServer::Stop() { impl_->Stop(); }

void TransferServer::StopForRestart() {
  impl_->AnnounceRestart();
  impl_->Stop();
}

void TransferServer::StopWriters() { impl_->BreakWriters(); }

uint16_t TransferServer::port() const { return impl_->port(); }

Status TransferServer::Replicate(const ExtendedBlock& block,
                                 const std::vector<DatanodeTarget>& targets) {
  if (targets.empty()) return Status(Code::kInvalidArgument, "no target to send a replica to");
  CAIRN_TRY(CheckReplicaToSend(impl_->context, block));
  SendJob job;
  job.block = block;
  for (const DatanodeTarget& target : targets) {
    job.targets.push_back(target.node);
    job.target_storage_types.push_back(target.storage_type);
    job.target_storage_uuids.push_back(target.storage_uuid);
  }
  TransferContext& context = impl_->context;
  const auto send = [&context, job = std::move(job)](Stream& stream) {
    const Status sent = SendReplica(context, stream, job);
    if (sent.ok() || stream.broken()) return;
    LOG(kWarn, "replica could not be sent", {"block", BlockText(job.block)},
        {"target", job.targets.front().id.TransferAddress()}, {"reason", sent});
  };
  auto stream = std::make_unique<Stream>("local");
  if (impl_->Launch(stream, send)) return Status();
  return Status(Code::kTooManyItems, "no stream is free to send " + BlockText(block));
}

uint32_t TransferServer::active_streams() const { return impl_->active_streams(); }

uint32_t TransferServer::transfers_in_progress() const {
  return static_cast<uint32_t>(impl_->context.metrics.transfers_in_progress);
}

std::vector<std::string> TransferServer::StreamNames() const { return impl_->StreamNames(); }

void TransferServer::SetBalancerBandwidth(uint64_t bytes_per_second) {
  impl_->context.balance_throttler.SetBandwidth(bytes_per_second);
}

uint64_t TransferServer::balancer_bandwidth() const {
  return impl_->context.balance_throttler.bandwidth();
}

}  // namespace cairn::datanode
