// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/relay_acks.h"

#include <pthread.h>

#include <utility>

#include "common/log/log.h"

namespace cairn::datanode {
namespace {

// Packets that may wait for downstream. Clients have 80 at most under way.
constexpr size_t kPendingMax = 1024;

}  // namespace

RelayAcks::RelayAcks(const Parts& parts, TailAcks::Finalizer finalize)
    : context_(parts.context),
      stream_(parts.stream),
      channel_(parts.channel),
      mirror_(parts.mirror),
      finalize_(std::move(finalize)),
      thread_([this] {
        ::pthread_setname_np(::pthread_self(), "xfer.acks");
        Run();
      }) {}

RelayAcks::~RelayAcks() {
  Stop(Status(Code::kCancelled, "the receiver has ended"));
  mirror_.Fail();
  thread_.join();
}

Status RelayAcks::Add(std::span<const PacketDone> done) {
  std::unique_lock lock(mutex_);
  while (pending_.size() >= kPendingMax && !ended_) {
    room_wanted_ = true;
    changed_.wait(lock);
    room_wanted_ = false;
  }
  // Without a mirror the client has been told already, and is about to end the stream.
  if (mirror_lost_) return Status();
  if (ended_) return end_;
  pending_.insert(pending_.end(), done.begin(), done.end());
  if (head_wanted_) changed_.notify_all();
  return Status();
}

Status RelayAcks::Finish() {
  std::unique_lock lock(mutex_);
  while (!ended_ && !finished_) {
    room_wanted_ = true;
    changed_.wait(lock);
  }
  return finished_ ? Status() : end_;
}

void RelayAcks::Run() {
  while (RelayOne()) {
  }
}

bool RelayAcks::RelayOne() {
  Result<wire::PipelineAck> ack = mirror_.ReadAck();
  if (!ack.ok()) {
    Lost(ack.status());
    return false;
  }
  if (ack->OutOfBand()) {
    LOG(kInfo, "restart of a datanode downstream relayed", {"datanode", mirror_.name()});
    return SendUpstream(*ack, {.seqno = wire::kUnknownSeqno}, false);
  }
  if (ack->seqno == wire::kUnknownSeqno) {
    // An error further down, which belongs to no packet.
    return SendUpstream(*ack, {.seqno = wire::kUnknownSeqno}, false);
  }
  PacketDone head;
  bool more = false;
  if (!WaitForHead(head, more)) return false;
  if (head.seqno != ack->seqno) {
    Lost(Status(Code::kCorrupt, "packet " + std::to_string(head.seqno) + " was expected, but " +
                                    std::to_string(ack->seqno) + " was acknowledged"));
    return false;
  }
  if (head.last_in_block && head.status == wire::OpStatus::kSuccess) {
    if (const Status final = finalize_(); !final.ok()) return End(final);
  }
  const bool sent = SendUpstream(*ack, head, more && mirror_.HasAck());
  if (!head.last_in_block) return sent;
  // The replica is final whether or not the client has heard of it.
  std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
  return false;
}

bool RelayAcks::WaitForHead(PacketDone& head, bool& more) {
  std::unique_lock lock(mutex_);
  while (pending_.empty() && !ended_) {
    head_wanted_ = true;
    changed_.wait(lock);
    head_wanted_ = false;
  }
  if (ended_) return false;
  head = pending_.front();
  pending_.pop_front();
  more = !pending_.empty();
  if (room_wanted_) changed_.notify_all();
  return true;
}

bool RelayAcks::SendUpstream(const wire::PipelineAck& from_mirror, const PacketDone& head,
                             bool more) {
  if (!from_mirror.replies.empty() &&
      from_mirror.replies.front().status == wire::OpStatus::kErrorChecksum) {
    return End(
        Status(Code::kChecksum, "downstream found wrong checksums in what was sent from here"));
  }
  wire::PipelineAck ack;
  ack.seqno = head.seqno;
  ack.downstream_ack_time_ns = from_mirror.downstream_ack_time_ns;
  ack.replies.reserve(from_mirror.replies.size() + 1);
  ack.replies.push_back({head.status});
  ack.replies.insert(ack.replies.end(), from_mirror.replies.begin(), from_mirror.replies.end());
  channel_.Add(ack, head.end_offset);
  if (more && head.status == wire::OpStatus::kSuccess) return true;
  if (const Status sent = channel_.Flush(); !sent.ok()) {
    return End(sent.WithContext("acknowledge packet"));
  }
  if (head.status != wire::OpStatus::kErrorChecksum) return true;
  Stop(Status(Code::kChecksum, "received data was corrupt, which the client has been told"));
  return false;
}

void RelayAcks::Lost(const Status& why) {
  {
    std::lock_guard lock(mutex_);
    if (ended_) return;
  }
  if (why.code() == Code::kEndOfFile && !mirror_.SentInTime()) {
    LOG(kWarn, "pipeline ended after a long silence from upstream", {"datanode", mirror_.name()});
    Stop(why);
    stream_.Break();
    return;
  }
  LOG(kWarn, "next datanode of a pipeline is lost", {"datanode", mirror_.name()},
      {"reason", why});
  ++context_.metrics.network_errors;
  mirror_.Fail();
  wire::PipelineAck ack;
  ack.replies.push_back({wire::OpStatus::kSuccess});
  ack.replies.push_back({wire::OpStatus::kError});
  const Status told = channel_.Send(ack, 0);
  {
    std::lock_guard lock(mutex_);
    mirror_lost_ = told.ok();
  }
  Stop(why.WithContext("next datanode " + mirror_.name()));
  if (!told.ok()) stream_.Break();
}

bool RelayAcks::End(const Status& why) {
  const Status told = channel_.Flush();
  Stop(told.ok() ? why : why.WithContext(told.message()));
  stream_.Break();
  return false;
}

void RelayAcks::Stop(const Status& why) {
  std::lock_guard lock(mutex_);
  if (ended_) return;
  ended_ = true;
  end_ = why;
  changed_.notify_all();
}

}  // namespace cairn::datanode
