// SPDX-License-Identifier: Apache-2.0
// REPLACE_BLOCK: the balancer has this datanode fetch a replica from another, and names the replica
// that may go for it.
#include <chrono>
#include <memory>
#include <utility>

#include "common/log/log.h"
#include "datanode/store/meta_file.h"
#include "datanode/transfer/block_receiver.h"
#include "datanode/transfer/connection.h"
#include "datanode/transfer/mirror.h"

namespace cairn::datanode {
namespace {

Result<ChecksumSpec> AskForCopy(net::BlockingSocket& socket, StreamReader& reader,
                                const ExtendedBlock& block) {
  CAIRN_TRY(socket.WriteAll(wire::Encode(wire::CopyBlockOp{block})));
  CAIRN_ASSIGN(const std::string_view bytes, reader.Message(wire::kOpMessageBytesMax));
  CAIRN_ASSIGN(const wire::OpAnswer answer, wire::ParseOpAnswer(bytes));
  CAIRN_TRY(wire::StatusOf(answer));
  if (!answer.read) return Status(Code::kIoError, "the answer has no checksum information");
  CAIRN_TRY(CheckChecksumSpec(answer.read->checksum));
  return answer.read->checksum;
}

}  // namespace

// Answers that keep the balancer patient while a throttled move goes on.
Status Connection::SayInProgress(Clock::TimePoint& answered) {
  const Clock::TimePoint now = context_.clock.Now();
  if (now - answered < std::chrono::milliseconds(context_.options.read_timeout_ms / 2)) {
    return Status();
  }
  answered = now;
  return Answer(wire::OpStatus::kInProgress, "");
}

Status Connection::ReceiveMovedBlock(const wire::ReplaceBlockOp& op, StreamReader& proxy,
                                     const ChecksumSpec& checksum) {
  ExtendedBlock block = op.block;
  block.block.length = context_.options.block_size_estimate;
  WriterOptions writer_options;
  writer_options.checksum = checksum;
  writer_options.stop = [this] { stream_.Break(); };
  CAIRN_ASSIGN(std::unique_ptr<ReplicaWriter> writer,
               context_.store.CreateTemporary(block, {op.storage_type, op.storage_uuid}, false,
                                              writer_options));
  Clock::TimePoint answered = context_.clock.Now();
  BlockReceiver::Options options;
  options.peer = op.source.id.TransferAddress();
  options.checksum = checksum;
  options.source = op.source;
  options.caching.drop_behind = true;
  options.throttler = &context_.balance_throttler;
  options.on_packet = [this, &answered] { return SayInProgress(answered); };
  BlockReceiver receiver(context_, proxy, *writer, std::move(options));
  if (const Status received = receiver.Receive(); !received.ok()) {
    const Status removed = context_.store.AbortTemporary(*writer);
    return removed.ok() ? received : received.WithContext(removed.message());
  }
  CAIRN_ASSIGN(const FinalizedInfo final,
               context_.store.Finalize(*writer, receiver.sync_on_finalize()));
  ++context_.metrics.blocks_written;
  context_.events.OnReceived(final.block, final.storage.uuid, op.delete_hint);
  LOG(kInfo, "replica moved here", {"block", BlockText(final.block)},
      {"source", op.source.id.TransferAddress()}, {"hint", op.delete_hint});
  return Status();
}

Status Connection::FetchMovedBlock(const wire::ReplaceBlockOp& op) {
  if (op.source.id.uuid == context_.events.Self().id.uuid) {
    return Status(Code::kUnsupported, "moving a replica between volumes of one datanode");
  }
  const TransferOptions& options = context_.options;
  net::SocketOptions socket_options;
  socket_options.read_timeout = std::chrono::milliseconds(options.read_timeout_ms);
  socket_options.write_timeout = std::chrono::milliseconds(options.write_timeout_ms);
  CAIRN_ASSIGN(net::BlockingSocket socket,
               net::BlockingSocket::Connect(TransferAddressOf(op.source, options),
                                            socket_options.read_timeout, socket_options));
  const Stream::AlsoBreaks breaks(stream_, socket);
  StreamReader proxy(socket);
  CAIRN_ASSIGN(const ChecksumSpec checksum, AskForCopy(socket, proxy, op.block));
  CAIRN_TRY(ReceiveMovedBlock(op, proxy, checksum));
  // Two bytes come when the source has taken the move off its count. The replica is here anyhow.
  if (const Status counted = proxy.Fill(2); !counted.ok()) {
    LOG(kDebug, "source of a move went early", {"reason", counted});
  }
  return Status();
}

Status Connection::ReplaceBlock(const wire::ReplaceBlockOp& op) {
  ends_ = true;
  stream_.SetActivity("REPLACE_BLOCK " + BlockText(op.block));
  const Stream::Writing writing(stream_);
  const std::string name = "opReplaceBlock " + BlockText(op.block);
  if (const Status ready = context_.events.WaitForPool(op.block.pool_id); !ready.ok()) {
    return Refuse(name, ready);
  }
  Status moved;
  {
    const BalanceMove move(context_);
    if (!move.granted()) {
      return Answer(wire::OpStatus::kError,
                    "Not able to receive block " + ToString(op.block.block.id) + " from " +
                        stream_.peer() + " because threads quota=" +
                        std::to_string(context_.options.balance_moves_max) + " is exceeded.");
    }
    moved = FetchMovedBlock(op);
  }
  if (!moved.ok()) return Refuse(name, moved);
  ++context_.metrics.replace_block_ops;
  return Answer(wire::OpStatus::kSuccess, "");
}

}  // namespace cairn::datanode
