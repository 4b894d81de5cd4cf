// SPDX-License-Identifier: Apache-2.0
#include "libclient/block_writer.h"

#include <algorithm>

#include "common/log/log.h"
#include "libclient/datanode_stream.h"

namespace cairn::client {
namespace {

// Acknowledgements are looked for after so many packets.
constexpr size_t kPacketsBetweenLooks = 8;

}  // namespace

void BlockWriter::Resume(const LocatedBlock& last_block) {
  pipeline_ = last_block;
  has_block_ = true;
  appending_ = true;
  stage_ = Stage::kPipelineSetupAppend;
  bytes_sent_ = last_block.block.block.length;
}

std::optional<ExtendedBlock> BlockWriter::block() const {
  if (!has_block_) return std::nullopt;
  return pipeline_.block;
}

Status BlockWriter::Send(PacketPtr packet, Packet::Flags flags) {
  packet->Seal(next_seqno_++, flags);
  unacked_.push_back(std::move(packet));
  return Settle(static_cast<size_t>(core_.config().write.packets_in_flight));
}

Status BlockWriter::WaitForAll() { return Settle(0); }

Status BlockWriter::EndBlock(uint64_t length, bool sync) {
  // The last packet closes the replicas: if that fails, there must not be data to send again.
  CAIRN_TRY(WaitForAll());
  PacketPtr last = packets_.Take();
  last->Reset(length, 0);
  last->Seal(next_seqno_++, {.last_in_block = true, .sync_block = sync});
  unacked_.push_back(std::move(last));
  CAIRN_TRY(Settle(0));
  connection_.reset();
  failure_.reset();
  pipeline_.locations.clear();
  stage_ = Stage::kPipelineSetupCreate;
  appending_ = false;
  flushed_ = false;
  return Status();
}

Status BlockWriter::Settle(size_t unacked_max) {
  for (;;) {
    if (!failure_ && sent_ == unacked_.size() && unacked_.size() <= unacked_max) return Status();
    if (failure_) {
      CAIRN_TRY(Recover());
      continue;
    }
    CAIRN_TRY(EnsurePipeline());
    if (!Transmit()) continue;
    // Waking up for each packet costs more than the packet: when the window is full, a quarter of
    // it is waited for.
    const size_t target = unacked_.size() > unacked_max ? unacked_max * 3 / 4 : unacked_max;
    while (unacked_.size() > target && WaitForAck()) {
    }
  }
}

Status BlockWriter::EnsurePipeline() {
  if (connection_ || unacked_.empty()) return Status();
  if (stage_ == Stage::kPipelineSetupCreate) return OpenBlock();
  return Rebuild(std::nullopt, false);
}

bool BlockWriter::Transmit() {
  while (sent_ < unacked_.size()) {
    const Packet& packet = *unacked_[sent_];
    if (packet.last_in_block()) stage_ = Stage::kPipelineClose;
    if (sent_ == 0) silent_since_ = core_.clock().Now();
    ++sent_;
    bytes_sent_ = std::max(bytes_sent_, packet.end_offset());
    const bool look = packet.seqno() % kPacketsBetweenLooks == 0;
    if (const Status s = connection_->Send(packet.bytes()); !s.ok()) {
      // The datanode may have told why before it closed the connection.
      if (DrainAcks()) Fail(s);
      return false;
    }
    if (look && !DrainAcks()) return false;
  }
  return true;
}

bool BlockWriter::DrainAcks() {
  for (;;) {
    const auto ack = connection_->NextAck(Milliseconds(0));
    if (!ack.ok()) return Fail(ack.status());
    if (!*ack) return true;
    if (!HandleAck(**ack)) return false;
  }
}

bool BlockWriter::WaitForAck() {
  const ClientConfig& config = core_.config();
  const Milliseconds silence_max = config.ReadTimeout(pipeline_.locations.size());
  const Clock::TimePoint now = core_.clock().Now();
  const auto silence = std::chrono::duration_cast<Milliseconds>(now - silent_since_);
  if (silence >= silence_max) {
    return Fail(Status(Code::kTimeout, "no acknowledgement for " +
                                           std::to_string(silence.count()) + " ms"));
  }
  const Milliseconds period = config.socket_timeout / 2;
  const auto idle = std::chrono::duration_cast<Milliseconds>(now - connection_->sent_at());
  if (idle >= period) {
    if (const Status s = connection_->Send(HeartbeatPacket()); !s.ok()) {
      if (DrainAcks() && !unacked_.empty()) Fail(s);
      return !failure_;
    }
  }
  const Milliseconds wait = std::min(silence_max - silence, period);
  const auto ack = connection_->NextAck(std::max(wait, Milliseconds(1)));
  if (!ack.ok()) return Fail(ack.status());
  return !*ack || HandleAck(**ack);
}

bool BlockWriter::HandleAck(const wire::PipelineAck& ack) {
  silent_since_ = core_.clock().Now();
  if (auto failure = FailureOf(ack, pipeline_)) {
    failure_ = std::move(failure);
    return false;
  }
  if (ack.seqno == wire::kHeartbeatSeqno) return true;
  if (sent_ == 0 || unacked_.front()->seqno() != ack.seqno) {
    return Fail(Status(Code::kCorrupt, "packet " + std::to_string(ack.seqno) +
                                           " was acknowledged out of order"));
  }
  pipeline_.block.block.length = unacked_.front()->end_offset();
  recoveries_ = 0;
  packets_.Put(std::move(unacked_.front()));
  unacked_.pop_front();
  --sent_;
  return true;
}

bool BlockWriter::Fail(const Status& why) {
  // With nothing else to go by, the datanode that we talk to is the one to blame.
  failure_ = PipelineFailure{why.WithContext("write " + BlockName(pipeline_.block) +
                                             " through datanode " +
                                             NodeName(pipeline_.locations[0].node))};
  return false;
}

void BlockWriter::KeepAlive() {
  if (!connection_ || failure_) return;
  if (core_.clock().Now() - connection_->sent_at() < core_.config().socket_timeout / 2) return;
  // What fails here is recovered from when the stream is used again.
  if (!DrainAcks() || !connection_->Writable()) return;
  if (const Status s = connection_->Send(HeartbeatPacket()); !s.ok()) Fail(s);
}

}  // namespace cairn::client
