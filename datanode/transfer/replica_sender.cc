// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/replica_sender.h"

#include <chrono>
#include <utility>

#include "common/log/log.h"
#include "common/wire/data_transfer_ops.h"
#include "datanode/transfer/block_sender.h"
#include "datanode/transfer/connection.h"
#include "datanode/transfer/mirror.h"
#include "datanode/transfer/stream_reader.h"

namespace cairn::datanode {
namespace {

constexpr int64_t kTimeoutExtensionMs = 5'000;  // For each datanode downstream.

// As the first target is to see it.
wire::WriteBlockOp MakeOp(TransferContext& context, const SendJob& job, const BlockSender& sender) {
  wire::WriteBlockOp op;
  op.block = job.block;
  op.client_name = job.client_name;
  op.targets = job.targets;
  op.target_storage_types = job.target_storage_types;
  op.target_storage_uuids = job.target_storage_uuids;
  op.source = context.events.Self();
  op.stage = job.stage;
  op.checksum = sender.answer().checksum;
  op.caching.drop_behind = true;
  op.caching.readahead_bytes = static_cast<int64_t>(context.options.readahead_bytes);
  return OpForFirstTarget(op);
}

Result<net::BlockingSocket> Connect(TransferContext& context, const SendJob& job) {
  const TransferOptions& options = context.options;
  const auto targets = static_cast<int64_t>(job.targets.size());
  net::SocketOptions socket_options;
  socket_options.read_timeout = std::chrono::milliseconds(options.read_timeout_ms * targets);
  socket_options.write_timeout =
      std::chrono::milliseconds(options.write_timeout_ms + kTimeoutExtensionMs * (targets - 1));
  socket_options.send_buffer_bytes = static_cast<int>(options.send_buffer_bytes);
  socket_options.no_delay = options.tcp_no_delay;
  return net::BlockingSocket::Connect(TransferAddressOf(job.targets.front(), options),
                                      std::chrono::milliseconds(options.read_timeout_ms),
                                      socket_options);
}

Status ReadConfirmation(net::BlockingSocket& socket) {
  StreamReader reader(socket);
  CAIRN_ASSIGN(const std::string_view bytes, reader.Message(wire::kOpMessageBytesMax));
  CAIRN_ASSIGN(const wire::OpAnswer answer, wire::ParseOpAnswer(bytes));
  return wire::StatusOf(answer);
}

}  // namespace

Status SendReplica(TransferContext& context, Stream& stream, const SendJob& job) {
  if (job.targets.empty()) return Status(Code::kInvalidArgument, "no target to send a replica to");
  const GaugeGuard sending(context.metrics.transfers_in_progress);
  const std::string target = job.targets.front().id.TransferAddress();
  stream.SetActivity("sends " + BlockText(job.block) + " to " + target);

  BlockSender::Request request;
  request.block = job.block;
  request.length = job.block.block.length;
  request.caching.drop_behind = true;
  CAIRN_ASSIGN(BlockSender sender, BlockSender::Open(context, request));
  CAIRN_ASSIGN(net::BlockingSocket socket, Connect(context, job));
  const Stream::AlsoBreaks breaks(stream, socket);

  Throttler& throttler =
      job.client_name.empty() ? context.write_throttler : context.transfer_throttler;
  CAIRN_TRY(sender.Send(socket, wire::Encode(MakeOp(context, job, sender)), &throttler));
  if (job.client_name.empty()) {
    // Closing with data on its way would be a reset when the target has an unread byte for us; it
    // sends none. Its own report to the namenode is the confirmation.
    ++context.metrics.blocks_replicated;
  } else {
    CAIRN_TRY(ReadConfirmation(socket));
  }
  LOG(kInfo, "replica sent", {"block", BlockText(job.block)},
      {"bytes", job.block.block.length}, {"target", target});
  return Status();
}

Status CheckReplicaToSend(TransferContext& context, const ExtendedBlock& block) {
  const std::optional<ReplicaSnapshot> replica =
      context.store.Find(block.pool_id, block.block.id);
  if (!replica || replica->state != ReplicaState::kFinalized ||
      replica->block.generation_stamp != block.block.generation_stamp) {
    return Status(Code::kReplicaNotFound, "Can't send invalid block " + BlockText(block));
  }
  if (replica->block.length < block.block.length) {
    context.events.OnCorruptLocal(block);
    return Status(Code::kCorrupt, "Can't replicate block " + BlockText(block) +
                                      " because on-disk length " +
                                      std::to_string(replica->block.length) +
                                      " is shorter than NameNode recorded length " +
                                      std::to_string(block.block.length));
  }
  return Status();
}

}  // namespace cairn::datanode
