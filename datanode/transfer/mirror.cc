// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/mirror.h"

#include <chrono>
#include <utility>

#include "common/log/log.h"

namespace cairn::datanode {
namespace {

constexpr int64_t kTimeoutExtensionMs = 5'000;  // For each datanode downstream.

template <typename T>
void DropFirst(std::vector<T>& list) {
  if (!list.empty()) list.erase(list.begin());
}

}  // namespace

net::HostPort TransferAddressOf(const DatanodeInfo& node, const TransferOptions& options) {
  return {options.connect_by_host_name ? node.id.host_name : node.id.ip, node.id.transfer_port};
}

wire::WriteBlockOp OpForFirstTarget(const wire::WriteBlockOp& op) {
  wire::WriteBlockOp next = op;
  if (!op.target_storage_types.empty()) next.storage_type = op.target_storage_types.front();
  next.storage_uuid = op.target_storage_uuids.empty() ? "" : op.target_storage_uuids.front();
  next.pinning = !op.target_pinnings.empty() && op.target_pinnings.front();
  DropFirst(next.targets);
  DropFirst(next.target_storage_types);
  DropFirst(next.target_storage_uuids);
  DropFirst(next.target_pinnings);
  return next;
}

Mirror::Mirror(TransferContext& context, Stream& stream, net::BlockingSocket socket,
               std::string name)
    : context_(context),
      socket_(std::move(socket)),
      breaks_(stream, socket_),
      reader_(socket_),
      name_(std::move(name)),
      last_sent_ns_(context.clock.Now().time_since_epoch().count()) {}

Result<std::unique_ptr<Mirror>> Mirror::Connect(TransferContext& context, Stream& stream,
                                                const wire::WriteBlockOp& op) {
  const TransferOptions& options = context.options;
  const int64_t extension_ms = kTimeoutExtensionMs * static_cast<int64_t>(op.targets.size());
  net::SocketOptions socket_options;
  socket_options.read_timeout = std::chrono::milliseconds(options.read_timeout_ms + extension_ms);
  socket_options.write_timeout =
      std::chrono::milliseconds(options.write_timeout_ms + extension_ms);
  socket_options.send_buffer_bytes = static_cast<int>(options.send_buffer_bytes);
  socket_options.no_delay = options.tcp_no_delay;

  const net::HostPort address = TransferAddressOf(op.targets.front(), options);
  CAIRN_ASSIGN(net::BlockingSocket socket,
               net::BlockingSocket::Connect(address, socket_options.read_timeout, socket_options));
  std::unique_ptr<Mirror> mirror(
      new Mirror(context, stream, std::move(socket), net::ToString(address)));
  CAIRN_TRY(mirror->socket_.WriteAll(wire::Encode(OpForFirstTarget(op))));
  return mirror;
}

Result<wire::OpAnswer> Mirror::ReadConnectAnswer() {
  CAIRN_ASSIGN(const std::string_view bytes, reader_.Message(wire::kOpMessageBytesMax));
  return wire::ParseOpAnswer(bytes);
}

Status Mirror::Forward(std::string_view bytes) {
  const Clock::TimePoint begin = context_.clock.Now();
  CAIRN_TRY(socket_.WriteAll(bytes));
  const Clock::TimePoint end = context_.clock.Now();
  last_sent_ns_ = end.time_since_epoch().count();
  const int64_t took_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(end - begin).count();
  if (took_ms > context_.options.slow_io_warning_ms) {
    ++context_.metrics.packets_slow_to_mirror;
    LOG(kWarn, "slow write to the next datanode", {"datanode", name_}, {"ms", took_ms});
  }
  return Status();
}

Result<wire::PipelineAck> Mirror::ReadAck() {
  CAIRN_ASSIGN(const std::string_view bytes, reader_.Message(wire::kAckBytesMax));
  return wire::ParsePipelineAck(bytes);
}

void Mirror::Fail() {
  if (!failed_.exchange(true)) socket_.Shutdown();
}

bool Mirror::SentInTime() const {
  const int64_t idle_ns = context_.clock.Now().time_since_epoch().count() - last_sent_ns_;
  return idle_ns <= context_.options.read_timeout_ms * 900'000;  // Nine tenths of the timeout.
}

}  // namespace cairn::datanode
