// SPDX-License-Identifier: Apache-2.0
#include "common/rpc/connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>

#include "common/log/log.h"

namespace cairn::rpc {
namespace {

using wire::ResponseTo;
using wire::RpcErrorCode;

// Before the client has said who it is, it gets little memory.
constexpr uint32_t kHandshakeFrameBytesMax = 64 << 10;
// Small replies are joined up to this size, larger bodies are sent from where they are.
constexpr size_t kJoinBytesMax = 16 << 10;
constexpr size_t kCopyBodyBytesMax = 4 << 10;
constexpr std::chrono::milliseconds kGoodbyeTimeout{1000};

// The class of Apache's errors about the RPC protocol itself.
Status ProtocolError(std::string message) {
  return Status::Remote(Code::kBadRequest, "org.apache.hadoop.ipc.RpcServerException",
                        std::move(message));
}

uint64_t NanosSince(std::chrono::steady_clock::time_point start) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now() - start)
                                   .count());
}

}  // namespace

// However the connection ends, its shard must not keep a pointer to it.
struct RpcConnection::LeaveShard {
  RpcConnection& connection;

  ~LeaveShard() {
    connection.shard_.Remove(&connection);
    connection.Close();
  }
};

RpcConnection::RpcConnection(RpcShard& shard, net::TcpSocket socket, net::ConnectionSlot slot)
    : life_(shard.core().life),
      shard_(shard),
      core_(shard.core()),
      stream_(std::move(socket)),
      slot_(std::move(slot)),
      room_(shard.io()),
      opened_(std::chrono::steady_clock::now()),
      last_read_(opened_),
      last_write_(opened_) {
  caller_.connection_id = core_.next_connection_id.fetch_add(1, std::memory_order_relaxed);
  caller_.peer = stream_.peer();
  caller_.local = stream_.local();
}

RpcConnection::~RpcConnection() = default;

net::Async<Status> RpcConnection::Run(std::shared_ptr<RpcConnection> self) {
  const LeaveShard leave{*self};
  const Status status = co_await self->Serve();
  LOG(kDebug, "RPC connection ended", {"peer", net::ToString(self->caller_.peer)},
      {"status", status});
  // Peers come, go and send garbage; only our own faults belong into the log.
  co_return status.code() == Code::kInternal ? status : Status();
}

net::Async<Status> RpcConnection::Serve() {
  CAIRN_CO_TRY(co_await ReadPreamble());
  if (phase_ == Phase::kPreamble) co_return co_await SayGoodbye();
  for (;;) {
    // All that is in the buffer is handled before anything is written: one write for many replies.
    for (;;) {
      if (!HasRoom()) CAIRN_CO_TRY(co_await WaitForRoom());
      const uint32_t size_max =
          phase_ == Phase::kOpen ? core_.options.frame_size_max : kHandshakeFrameBytesMax;
      auto frame = stream_.TakeFrame(size_max);
      if (!frame.ok()) {
        // Nothing behind this length can be trusted; as Apache does, no answer.
        ThreadCounters::Add(shard_.counters().protocol_errors, uint64_t{1});
        LOG(kWarn, "RPC frame refused", {"peer", net::ToString(caller_.peer)},
            {"status", frame.status()});
        co_return frame.status();
      }
      if (!*frame) break;
      if (!HandleFrame(**frame)) co_return co_await SayGoodbye();
    }
    Flush();
    const size_t before = stream_.buffered().size();
    CAIRN_CO_TRY(co_await stream_.ReadSome());
    ThreadCounters::Add(shard_.counters().received_bytes,
                        uint64_t{stream_.buffered().size() - before});
    last_read_ = shard_.now();
  }
}

net::Async<Status> RpcConnection::ReadPreamble() {
  while (stream_.buffered().size() < wire::kPreambleBytes) {
    CAIRN_CO_TRY(co_await stream_.ReadSome());
  }
  ThreadCounters::Add(shard_.counters().received_bytes, uint64_t{stream_.buffered().size()});
  const auto parsed = wire::ParsePreamble(stream_.buffered().substr(0, wire::kPreambleBytes));
  stream_.Consume(wire::kPreambleBytes);
  if (!parsed.status.ok()) {
    ThreadCounters::Add(shard_.counters().protocol_errors, uint64_t{1});
    LOG(kWarn, "not a Hadoop RPC client", {"peer", net::ToString(caller_.peer)},
        {"status", parsed.status});
    if (!parsed.reply.empty()) Queue(parsed.reply);
    co_return Status();
  }
  sasl_pending_ = parsed.preamble.auth == wire::AuthProtocol::kSasl;
  phase_ = Phase::kContext;
  co_return Status();
}

net::Async<Status> RpcConnection::WaitForRoom() {
  Flush();
  while (!HasRoom()) {
    reader_waits_ = true;
    co_await room_.Wait();
    reader_waits_ = false;
    if (!stream_.is_open()) co_return Status(Code::kCancelled, "the connection was closed");
  }
  co_return Status();
}

net::Async<Status> RpcConnection::SayGoodbye() {
  stream_.SetDeadline(kGoodbyeTimeout);
  while (!out_.empty()) {
    CAIRN_CO_TRY(WriteQueued());
    if (!out_.empty()) CAIRN_CO_TRY(co_await stream_.WaitWritable());
  }
  // A socket that is closed with unread bytes resets the connection, and the client may lose what
  // was just written.
  stream_.ShutdownWrite();
  for (;;) {
    CAIRN_CO_TRY(co_await stream_.ReadSome());
    stream_.Consume(stream_.buffered().size());
  }
}

bool RpcConnection::HandleFrame(std::string_view bytes) {
  auto frame = wire::DecodeRequestFrame(bytes);
  if (!frame.ok()) {
    return Fatal({.call_id = wire::kCallIdAuthFailed}, RpcErrorCode::kFatalInvalidRpcHeader,
                 ProtocolError(frame.status().message()));
  }
  switch (frame->call_id) {
    case wire::kCallIdConnectionContext:
      return HandleContext(*frame);
    case wire::kCallIdSasl:
      return HandleSasl(*frame);
    case wire::kCallIdPing:
      return true;
    default:
      break;
  }
  if (frame->call_id < 0) {
    return Fatal(ResponseTo::Of(*frame), RpcErrorCode::kFatalInvalidRpcHeader,
                 ProtocolError("Unknown out of band call #" + std::to_string(frame->call_id)));
  }
  if (phase_ != Phase::kOpen) {
    return Fatal(ResponseTo::Of(*frame), RpcErrorCode::kFatalInvalidRpcHeader,
                 ProtocolError("Connection context not established"));
  }
  return HandleCall(*frame, bytes);
}

bool RpcConnection::HandleContext(const wire::RequestFrame& frame) {
  const ResponseTo to = ResponseTo::Of(frame);
  if (sasl_pending_) {
    return Fatal(to, RpcErrorCode::kFatalInvalidRpcHeader,
                 ProtocolError("Connection header sent during SASL negotiation"));
  }
  if (phase_ == Phase::kOpen) {
    return Fatal(to, RpcErrorCode::kFatalInvalidRpcHeader,
                 ProtocolError("Connection context already processed"));
  }
  auto context = wire::DecodeConnectionContext(frame.payload);
  if (!context.ok()) {
    return Fatal(to, RpcErrorCode::kFatalDeserializingRequest,
                 ProtocolError(context.status().message()));
  }
  caller_.user = std::move(context->effective_user);
  caller_.real_user = std::move(context->real_user);
  caller_.protocol = std::move(context->protocol);
  if (core_.options.authorize) {
    if (Status status = core_.options.authorize(caller_); !status.ok()) {
      ThreadCounters::Add(shard_.counters().authorization_failures, uint64_t{1});
      return Fatal(to, RpcErrorCode::kFatalUnauthorized, std::move(status));
    }
  }
  phase_ = Phase::kOpen;
  return true;
}

bool RpcConnection::HandleSasl(const wire::RequestFrame& frame) {
  if (!sasl_pending_) {
    return Fatal(ResponseTo::Of(frame), RpcErrorCode::kFatalInvalidRpcHeader,
                 ProtocolError("SASL protocol not requested by client"));
  }
  auto state = wire::DecodeSaslState(frame.payload);
  if (!state.ok() || *state != wire::SaslState::kNegotiate) {
    return Fatal({.call_id = wire::kCallIdAuthFailed}, RpcErrorCode::kFatalUnauthorized,
                 Status(Code::kAccessDenied, "SASL authentication is not enabled, only SIMPLE"));
  }
  sasl_pending_ = false;
  Queue(wire::EncodeSaslSuccess());
  return true;
}

bool RpcConnection::Fatal(const ResponseTo& to, RpcErrorCode code, Status error) {
  ThreadCounters::Add(shard_.counters().protocol_errors, uint64_t{1});
  LOG(kWarn, "RPC connection broken off", {"peer", net::ToString(caller_.peer)},
      {"user", caller_.user}, {"reason", error.message()});
  Queue(wire::EncodeFatal(to, code, error));
  return false;
}

bool RpcConnection::HandleCall(const wire::RequestFrame& frame, std::string_view bytes) {
  auto call = wire::DecodeRequestCall(frame.payload);
  if (!call.ok()) {
    return Fatal(ResponseTo::Of(frame), RpcErrorCode::kFatalDeserializingRequest,
                 ProtocolError(call.status().message()));
  }
  const Registered* registered = core_.Find(call->protocol);
  if (registered == nullptr) {
    Reply(ResponseTo::Of(frame),
          Status(Code::kNoSuchProtocol, "Unknown protocol: " + std::string(call->protocol)), 0);
  } else if (registered->protocol.version != call->protocol_version) {
    Reply(ResponseTo::Of(frame),
          Status(Code::kVersionMismatch,
                 "Protocol " + std::string(call->protocol) + " version mismatch. (client = " +
                     std::to_string(call->protocol_version) +
                     ", server = " + std::to_string(registered->protocol.version) + ")"),
          0);
  } else if (registered->handler->IsSlow(call->method)) {
    StartSlow(*registered, frame, bytes);
  } else {
    RunInline(*registered, frame, *call);
  }
  return true;
}

void RpcConnection::RunInline(const Registered& registered, const wire::RequestFrame& frame,
                              const wire::RequestCall& call) {
  const auto start = std::chrono::steady_clock::now();
  RpcReply reply = CallHandler(registered, frame, call);
  Reply(ResponseTo::Of(frame), std::move(reply), NanosSince(start));
}

RpcReply RpcConnection::CallHandler(const Registered& registered, const wire::RequestFrame& frame,
                                    const wire::RequestCall& call) const {
  const RpcCall rpc_call{.caller = caller_,
                         .protocol = call.protocol,
                         .method = call.method,
                         .client_version = call.protocol_version,
                         .request = call.request,
                         .client_id = frame.client_id,
                         .call_id = frame.call_id,
                         .retry_count = frame.retry_count,
                         .caller_context = frame.caller_context,
                         .caller_signature = frame.caller_signature,
                         .state_id = frame.state_id};
  RpcReply reply;
  try {
    reply = registered.handler->Call(rpc_call);
  } catch (const std::exception& e) {
    // Memory or third-party code: it must cost this one call, not the connection.
    LOG(kError, "RPC handler threw", {"method", call.method}, {"what", e.what()});
    reply.status = Status(Code::kInternal, e.what());
  }
  if (reply.status.code() == Code::kNoSuchMethod && reply.status.remote_class().empty()) {
    reply.status = Status(Code::kNoSuchMethod, "Unknown method " + std::string(call.method) +
                                                   " called on " + caller_.protocol + " protocol.");
  }
  return reply;
}

void RpcConnection::StartSlow(const Registered& registered, const wire::RequestFrame& frame,
                              std::string_view bytes) {
  auto slow = std::make_shared<SlowCall>();
  slow->connection = shared_from_this();
  slow->registered = &registered;
  slow->frame = std::string(bytes);
  slow->to = ResponseTo::Of(frame);
  ++in_flight_;
  if (core_.slow_pool->TryRun([slow] { RunSlow(*slow); })) return;
  --in_flight_;
  ThreadCounters::Add(shard_.counters().rejected_calls, uint64_t{1});
  Reply(slow->to, Status(Code::kRetriable, "Server is too busy."), 0);
}

void RpcConnection::RunSlow(SlowCall& slow) {
  RpcConnection& connection = *slow.connection;
  if (!connection.core_.stopping) {
    const auto start = std::chrono::steady_clock::now();
    // The bytes were decoded before, so they decode again.
    const auto frame = wire::DecodeRequestFrame(slow.frame);
    const auto call = wire::DecodeRequestCall(frame->payload);
    slow.reply = connection.CallHandler(*slow.registered, *frame, *call);
    slow.nanos = NanosSince(start);
  }
  // The connection belongs to its I/O thread, its end, too: nothing of it stays here.
  net::IoContext& io = connection.shard_.io();
  boost::asio::post(io, [self = std::move(slow.connection), to = std::move(slow.to),
                         reply = std::move(slow.reply), nanos = slow.nanos]() mutable {
    --self->in_flight_;
    ThreadCounters::Add(self->shard_.counters().slow_calls, uint64_t{1});
    self->Reply(to, std::move(reply), nanos);
    self->Flush();
  });
}

void RpcConnection::Reply(const ResponseTo& to, RpcReply reply, uint64_t nanos) {
  ThreadCounters& counters = shard_.counters();
  ThreadCounters::Add(counters.calls, uint64_t{1});
  ThreadCounters::Add(counters.call_nanos, nanos);
  std::vector<std::string> parts;
  std::string frame;
  if (!reply.status.ok()) {
    ThreadCounters::Add(counters.call_errors, uint64_t{1});
    frame = wire::EncodeError(to, reply.status);
  } else if (reply.body.size() <= kCopyBodyBytesMax) {
    frame = wire::EncodeSuccess(to, reply.body);
  } else {
    parts.push_back(wire::EncodeSuccessHead(to, reply.body.size()));
    parts.push_back(std::move(reply.body));
  }
  const bool hold = reply.wait_for.value > 0 && core_.durability != nullptr &&
                    core_.durability->Durable() < reply.wait_for;
  if (!hold) {
    if (parts.empty()) return Queue(std::move(frame));
    return Queue(std::move(parts));
  }
  if (!stream_.is_open()) return;
  if (parts.empty()) parts.push_back(std::move(frame));
  ++in_flight_;
  for (const std::string& part : parts) held_bytes_ += part.size();
  shard_.Hold(reply.wait_for, shared_from_this(), std::move(parts));
}

void RpcConnection::Unhold(size_t bytes) {
  held_bytes_ -= bytes;
  --in_flight_;
  if (reader_waits_) room_.Notify();
}

void RpcConnection::Queue(std::vector<std::string> frame) {
  for (std::string& part : frame) Queue(std::move(part));
}

void RpcConnection::Queue(std::string frame) {
  if (!stream_.is_open()) return;
  if (out_.empty()) last_write_ = shard_.now();
  out_bytes_ += frame.size();
  if (!out_.empty() && out_.back().size() + frame.size() <= kJoinBytesMax) {
    out_.back() += frame;
  } else {
    out_.push_back(std::move(frame));
  }
}

void RpcConnection::Flush() {
  if (draining_ || out_.empty()) return;
  if (!WriteQueued().ok()) return Close();
  if (out_.empty()) return;
  draining_ = true;
  net::Spawn(shard_.io(), core_.options.name + " writer", Drain(shared_from_this()));
}

net::Async<Status> RpcConnection::Drain(std::shared_ptr<RpcConnection> self) {
  while (!self->out_.empty() && self->stream_.is_open()) {
    Status status = co_await self->stream_.WaitWritable();
    if (status.ok()) status = self->WriteQueued();
    if (!status.ok()) self->Close();
  }
  self->draining_ = false;
  co_return Status();
}

Status RpcConnection::WriteQueued() {
  constexpr size_t kPartsMax = 16;
  while (!out_.empty()) {
    std::array<std::string_view, kPartsMax> parts;
    const size_t count = std::min(out_.size(), kPartsMax);
    size_t total = 0;
    for (size_t i = 0; i < count; ++i) {
      parts[i] = out_[i];
      if (i == 0) parts[i].remove_prefix(out_offset_);
      total += parts[i].size();
    }
    CAIRN_ASSIGN(const size_t n, stream_.TryWrite({parts.data(), count}));
    WroteBytes(n);
    if (n < total) return Status();
  }
  return Status();
}

void RpcConnection::WroteBytes(size_t n) {
  if (n == 0) return;
  ThreadCounters::Add(shard_.counters().sent_bytes, uint64_t{n});
  out_bytes_ -= n;
  last_write_ = shard_.now();
  n += out_offset_;
  while (!out_.empty() && n >= out_.front().size()) {
    n -= out_.front().size();
    out_.pop_front();
  }
  out_offset_ = n;
  if (reader_waits_) room_.Notify();
}

bool RpcConnection::HasRoom() const {
  return in_flight_ < core_.options.calls_in_flight_max &&
         out_bytes_ + held_bytes_ < core_.options.reply_bytes_max;
}

void RpcConnection::Close() {
  stream_.Close();
  out_.clear();
  out_offset_ = 0;
  out_bytes_ = 0;
  room_.Notify();
}

void RpcConnection::CheckTimeouts(RpcShard::TimePoint now, bool crowded) {
  const RpcServerOptions& options = core_.options;
  const char* reason = nullptr;
  if (phase_ != Phase::kOpen) {
    if (now - opened_ > options.handshake_timeout) reason = "no connection context in time";
  } else if (!out_.empty()) {
    if (now - last_write_ > options.write_timeout) reason = "the peer takes no replies";
  } else if (crowded && in_flight_ == 0 && now - last_read_ > options.idle_timeout) {
    reason = "idle, and there are many connections";
  }
  if (reason == nullptr) return;
  LOG(kInfo, "RPC connection closed", {"peer", net::ToString(caller_.peer)},
      {"user", caller_.user}, {"reason", reason});
  Close();
}

}  // namespace cairn::rpc
