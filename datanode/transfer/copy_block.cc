// SPDX-License-Identifier: Apache-2.0
// COPY_BLOCK: a datanode fetches a replica that the balancer moves.
#include "common/log/log.h"
#include "datanode/transfer/block_sender.h"
#include "datanode/transfer/connection.h"

namespace cairn::datanode {

Status Connection::CopyBlock(const wire::CopyBlockOp& op) {
  ends_ = true;
  stream_.SetActivity("COPY_BLOCK " + BlockText(op.block));
  const std::string name = "opCopyBlock " + BlockText(op.block);
  if (const Status ready = context_.events.WaitForPool(op.block.pool_id); !ready.ok()) {
    return Refuse(name, ready);
  }
  const BalanceMove move(context_);
  if (!move.granted()) {
    return Answer(wire::OpStatus::kError,
                  "Not able to copy block " + ToString(op.block.block.id) + " to " +
                      stream_.peer() + " because threads quota=" +
                      std::to_string(context_.options.balance_moves_max) + " is exceeded.");
  }
  BlockSender::Request request;
  request.block = op.block;
  request.caching.drop_behind = true;
  Result<BlockSender> sender = BlockSender::Open(context_, request);
  if (!sender.ok()) return Refuse(name, sender.status());

  wire::OpAnswer answer;
  answer.read = sender->answer();
  CAIRN_TRY(sender->Send(stream_.socket(), wire::Encode(answer), &context_.balance_throttler)
                .WithContext(name));
  context_.metrics.bytes_read += sender->bytes_sent();
  ++context_.metrics.blocks_read;
  ++context_.metrics.copy_block_ops;
  LOG(kInfo, "replica copied for the balancer", {"block", BlockText(sender->block())},
      {"peer", stream_.peer()});
  // A Java char that says that this move no longer counts here.
  return Send(std::string("\0d", 2));
}

}  // namespace cairn::datanode
