// SPDX-License-Identifier: Apache-2.0
// READ_BLOCK: a range of a replica to a client. The connection stays open for the next read.
#include "common/log/log.h"
#include "datanode/transfer/block_sender.h"
#include "datanode/transfer/connection.h"

namespace cairn::datanode {
namespace {

constexpr uint32_t kReadStatusBytesMax = 4 * 1024;

bool PeerIsGone(const Status& status) {
  return status.code() == Code::kNetwork || status.code() == Code::kEndOfFile;
}

}  // namespace

Status Connection::ReadBlock(const wire::ReadBlockOp& op) {
  TransferMetrics& metrics = context_.metrics;
  const GaugeGuard reading(metrics.active_readers);
  const TimeCounter timed(context_.clock, metrics.read_block_op_nanos);
  stream_.SetActivity("READ_BLOCK " + BlockText(op.block));
  const std::string name = "opReadBlock " + BlockText(op.block);
  if (const Status ready = context_.events.WaitForPool(op.block.pool_id); !ready.ok()) {
    return Refuse(name, ready);
  }

  BlockSender::Request request;
  request.block = op.block;
  request.offset = op.offset;
  request.length = op.length;
  request.send_checksums = op.send_checksums;
  request.missing_checksums_ok = true;
  request.caching = op.caching;
  Result<BlockSender> sender = BlockSender::Open(context_, request);
  if (!sender.ok()) return Refuse(name, sender.status());

  wire::OpAnswer answer;
  answer.read = sender->answer();
  const Status sent =
      sender->Send(stream_.socket(), wire::Encode(answer), &context_.read_throttler);
  metrics.bytes_read += sender->bytes_sent();
  ++metrics.blocks_read;
  ++metrics.read_block_ops;
  ++(stream_.peer_is_local() ? metrics.reads_from_local_client : metrics.reads_from_remote_client);
  if (!stream_.peer_is_local()) metrics.remote_bytes_read += sender->bytes_sent();
  if (!sent.ok()) {
    // A reader that has what it wanted closes, or just stops reading.
    ends_ = true;
    if (PeerIsGone(sent)) return Status();
    return sent.WithContext("send " + BlockText(op.block));
  }

  // The client says how it liked the data. What it says changes nothing here: it tells the namenode
  // itself of a corrupt replica.
  const Result<std::string_view> status = reader_.Message(kReadStatusBytesMax);
  if (!status.ok() || !wire::ParseClientReadStatus(*status).ok()) ends_ = true;
  return Status();
}

}  // namespace cairn::datanode
