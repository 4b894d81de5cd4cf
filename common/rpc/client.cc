// SPDX-License-Identifier: Apache-2.0
#include "common/rpc/client.h"

#include <algorithm>
#include <array>

#include "common/net/read_buffer.h"
#include "common/util/bytes.h"
#include "common/util/random.h"
#include "common/wire/rpc_frames.h"

namespace cairn::rpc {
namespace {

using std::chrono::milliseconds;

std::string RandomClientId() {
  SeededRandom random;
  std::string id;
  PutU64(id, random.Next());
  PutU64(id, random.Next());
  return id;
}

// What may have been executed is told by exactly two codes; see the class comment.
Status NotExecuted(const Status& status) { return Status(Code::kNetwork, status.message()); }

Status MaybeExecuted(const Status& status) {
  const Code code = status.code() == Code::kTimeout ? Code::kTimeout : Code::kEndOfFile;
  return Status(code, status.message());
}

}  // namespace

// One connection; carries one call at a time.
struct RpcClient::Connection {
  net::BlockingSocket socket;
  net::ReadBuffer buffer;
  std::string handshake;  // What goes in front of the first call.
  milliseconds timeout{0};
  Clock::TimePoint idle_since{};

  Status SetTimeout(milliseconds wanted) {
    if (wanted == timeout) return Status();
    CAIRN_TRY(socket.SetReadTimeout(wanted));
    CAIRN_TRY(socket.SetWriteTimeout(wanted));
    timeout = wanted;
    return Status();
  }

  Status Send(std::string_view frame) {
    const std::array<std::string_view, 2> parts = {handshake, frame};
    CAIRN_TRY(socket.WriteAll(std::span(parts).subspan(handshake.empty() ? 1 : 0)));
    handshake.clear();
    return Status();
  }

  // Waits for an answer's first byte as long as the caller wants to.
  Status AwaitAnswer(const RpcCallOptions& options) {
    if (!options.keep_waiting) return Status();
    for (milliseconds waited{0};;) {
      CAIRN_ASSIGN(const bool readable, socket.WaitReadable(options.doubt_after));
      if (readable) return Status();
      waited += options.doubt_after;
      if (timeout.count() != 0 && waited >= timeout) {
        return Status(Code::kTimeout, "no answer within " + std::to_string(waited.count()) + " ms");
      }
      if (!options.keep_waiting()) {
        return Status(Code::kTimeout, "given up after " + std::to_string(waited.count()) + " ms");
      }
    }
  }

  // The next frame, until the next call.
  Result<std::string_view> Receive(uint32_t size_max) {
    for (;;) {
      CAIRN_ASSIGN(const std::optional<std::string_view> frame, buffer.TakeFrame(size_max));
      if (frame) return *frame;
      const net::ReadBuffer::Room room = buffer.Prepare();
      CAIRN_ASSIGN(const size_t n, socket.ReadSome(room.data, room.size));
      if (n == 0) return Status(Code::kEndOfFile, "the server closed the connection");
      buffer.Commit(n);
    }
  }
};

RpcClient::RpcClient(const Clock& clock, RpcClientOptions options, std::string client_id)
    : clock_(clock),
      options_(options),
      client_id_(client_id.empty() ? RandomClientId() : std::move(client_id)) {}

RpcClient::~RpcClient() = default;

int32_t RpcClient::NextCallId() {
  // Below zero are ids with a meaning of their own.
  return static_cast<int32_t>(next_call_id_.fetch_add(1, std::memory_order_relaxed) & 0x7fffffff);
}

Result<std::string> RpcClient::Call(const RpcTarget& target, std::string_view method,
                                    std::string_view request, const RpcCallOptions& options) {
  const std::string where = "call " + std::string(method) + " on " + net::ToString(target.address);
  const milliseconds timeout = options.timeout.value_or(options_.call_timeout);
  const wire::CallHeader header{
      .call_id = options.call_id ? *options.call_id : NextCallId(),
      .client_id = options.client_id.empty() ? client_id_ : options.client_id,
      .retry_count = options.retry_count,
      .caller_context = options.caller_context};
  const std::string frame = wire::EncodeRequest(
      header, {.method = method, .protocol = target.protocol, .protocol_version = target.version,
               .request = request});

  CAIRN_ASSIGN(ConnectionPtr connection, Send(target, frame, timeout));
  const Status awaited = connection->AwaitAnswer(options);
  Result<std::string_view> response =
      awaited.ok() ? connection->Receive(options_.response_size_max) : awaited;
  if (!response.ok()) {
    Forget(connection.get());
    return MaybeExecuted(response.status()).WithContext(where);
  }
  const auto decoded = wire::DecodeResponse(*response);
  const bool fatal = decoded.ok() && decoded->status == wire::RpcStatus::kFatal;
  if (!decoded.ok() || (decoded->call_id != header.call_id && !fatal)) {
    Forget(connection.get());
    return Status(Code::kEndOfFile, where + ": the answer cannot be read: " +
                                        (decoded.ok() ? "it belongs to call " +
                                                            std::to_string(decoded->call_id)
                                                      : decoded.status().message()));
  }
  Status status = decoded->ToStatus();
  Result<std::string> result =
      status.ok() ? Result<std::string>(std::string(decoded->body)) : std::move(status);
  if (fatal) {
    Forget(connection.get());
  } else {
    Release(target, std::move(connection));
  }
  return result;
}

Result<RpcClient::ConnectionPtr> RpcClient::Send(const RpcTarget& target, std::string_view frame,
                                                 milliseconds timeout) {
  ConnectionPtr connection = TakeIdle(target);
  // A connection that was idle may break under the write: the server cannot have executed a frame
  // that never left as a whole, so a new connection is tried.
  if (connection) {
    Status status = connection->SetTimeout(timeout);
    if (status.ok()) status = connection->Send(frame);
    if (status.ok()) return connection;
    Forget(connection.get());
  }
  CAIRN_ASSIGN(connection, Open(target));
  Status status = connection->SetTimeout(timeout);
  if (status.ok()) status = connection->Send(frame);
  if (status.ok()) return connection;
  Forget(connection.get());
  return NotExecuted(status).WithContext("send to " + net::ToString(target.address));
}

Result<RpcClient::ConnectionPtr> RpcClient::Open(const RpcTarget& target) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Status(Code::kCancelled, "the RPC client is closed");
  }
  auto socket = net::BlockingSocket::Connect(target.address, options_.connect_timeout);
  if (!socket.ok()) return NotExecuted(socket.status());
  auto connection = std::make_unique<Connection>();
  connection->socket = std::move(*socket);
  connection->handshake =
      wire::EncodePreamble({}) +
      wire::EncodeConnectionContext(client_id_, {.effective_user = target.user,
                                                 .real_user = target.real_user,
                                                 .protocol = target.protocol});
  const std::lock_guard lock(mutex_);
  if (closed_) return Status(Code::kCancelled, "the RPC client is closed");
  busy_.push_back(connection.get());
  return connection;
}

RpcClient::ConnectionPtr RpcClient::TakeIdle(const RpcTarget& target) {
  const Clock::TimePoint now = clock_.Now();
  for (;;) {
    ConnectionPtr connection;
    {
      const std::lock_guard lock(mutex_);
      const auto it = idle_.find(target);
      if (it == idle_.end() || it->second.empty()) return nullptr;
      // The one that was used last is the one most likely to be alive, and warm.
      connection = std::move(it->second.back());
      it->second.pop_back();
      busy_.push_back(connection.get());
    }
    const bool old = now - connection->idle_since > options_.idle_max;
    if (!old && !connection->socket.IsStale()) return connection;
    Forget(connection.get());
  }
}

void RpcClient::Release(const RpcTarget& target, ConnectionPtr connection) {
  Forget(connection.get());
  // Bytes behind the answer: the two sides do not agree on where they are.
  if (!connection->buffer.bytes().empty()) return;
  connection->idle_since = clock_.Now();
  std::vector<ConnectionPtr> expired;  // Closed outside of the lock.
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  std::vector<ConnectionPtr>& idle = idle_[target];
  // The oldest stand in front. One look at each release keeps the pool from hoarding.
  const auto first_fresh = std::find_if(idle.begin(), idle.end(), [&](const ConnectionPtr& c) {
    return connection->idle_since - c->idle_since <= options_.idle_max;
  });
  expired.assign(std::make_move_iterator(idle.begin()), std::make_move_iterator(first_fresh));
  idle.erase(idle.begin(), first_fresh);
  if (static_cast<int>(idle.size()) >= options_.idle_connections_max) return;
  idle.push_back(std::move(connection));
}

void RpcClient::Forget(Connection* connection) {
  const std::lock_guard lock(mutex_);
  std::erase(busy_, connection);
}

void RpcClient::Close() {
  std::map<RpcTarget, std::vector<ConnectionPtr>> idle;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  idle.swap(idle_);
  for (Connection* connection : busy_) connection->socket.Shutdown();
}

bool MayHaveExecuted(const Status& status) {
  return status.remote_class().empty() &&
         (status.code() == Code::kTimeout || status.code() == Code::kEndOfFile);
}

}  // namespace cairn::rpc
