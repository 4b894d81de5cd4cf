// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/packet_acks.h"

#include <string>

#include "common/log/log.h"

namespace cairn::datanode {

Status AckChannel::Send(const wire::PipelineAck& ack, uint64_t end_offset) {
  const std::string bytes = wire::EncodePipelineAck(ack);
  // Before it is sent: a client that has seen the acknowledgement may tell a reader to come.
  if (ack.AllSuccess()) writer_.SetAcked(end_offset);
  std::lock_guard lock(mutex_);
  return stream_.socket().WriteAll(bytes);
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

Status TailAcks::Add(const PacketDone& done) {
  if (done.last_in_block && done.status == wire::OpStatus::kSuccess) {
    finished_ = finalize_();
    if (!finished_.ok()) return finished_;
  }
  wire::PipelineAck ack;
  ack.seqno = done.seqno;
  ack.replies.push_back({done.status});
  const Status sent = channel_.Send(ack, done.end_offset);
  // The replica is final whether or not the client has heard of it.
  if (!sent.ok() && !done.last_in_block) return sent;
  return Status();
}

}  // namespace cairn::datanode
