// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/packet_acks.h"

#include <string>

#include "common/log/log.h"

namespace cairn::datanode {

void AckChannel::Add(const wire::PipelineAck& ack, uint64_t end_offset) {
  const std::string bytes = wire::EncodePipelineAck(ack);
  std::lock_guard lock(mutex_);
  pending_ += bytes;
  if (ack.AllSuccess()) acked_ = end_offset;
}

Status AckChannel::Flush() {
  std::lock_guard lock(mutex_);
  if (pending_.empty()) return Status();
  // Before it is sent: a client that has seen the acknowledgement may tell a reader to come.
  if (acked_) writer_.SetAcked(*acked_);
  const Status sent = stream_.socket().WriteAll(pending_);
  pending_.clear();
  acked_.reset();
  return sent;
}

void AckChannel::SendRestart() {
  wire::PipelineAck ack;
  ack.seqno = wire::kUnknownSeqno;
  ack.replies.push_back({wire::OpStatus::kOobRestart});
  const std::string bytes = wire::EncodePipelineAck(ack);
  std::lock_guard lock(mutex_);
  const Status sent = stream_.socket().WriteAll(bytes);
  LOG(kInfo, "restart announced", {"peer", stream_.peer()}, {"result", sent});
}

Status TailAcks::Add(std::span<const PacketDone> done) {
  for (const PacketDone& packet : done) {
    if (packet.last_in_block && packet.status == wire::OpStatus::kSuccess) {
      finished_ = finalize_();
      if (!finished_.ok()) {
        const Status told = channel_.Flush();
        return told.ok() ? finished_ : finished_.WithContext(told.message());
      }
    }
    wire::PipelineAck ack;
    ack.seqno = packet.seqno;
    ack.replies.push_back({packet.status});
    channel_.Add(ack, packet.end_offset);
  }
  const Status sent = channel_.Flush();
  // The replica is final whether or not the client has heard of it.
  if (!sent.ok() && !done.back().last_in_block) return sent;
  return Status();
}

}  // namespace cairn::datanode
