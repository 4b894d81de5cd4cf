// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "common/util/status.h"
#include "common/wire/data_transfer.h"
#include "datanode/store/replica_writer.h"
#include "datanode/transfer/stream.h"

namespace cairn::datanode {

// Where this datanode's acknowledgements go: towards the client.
//
// Thread-safe: a restart is announced in between by another thread.
class AckChannel {
 public:
  // Both must outlive this object. `writer` learns what the whole pipeline has confirmed.
  AckChannel(Stream& stream, ReplicaWriter& writer) : stream_(stream), writer_(writer) {}

  // Takes `ack`, behind which another one comes at once. When all of the pipeline agrees, the first
  // `end_offset` bytes of the block become visible to readers before it is sent.
  void Add(const wire::PipelineAck& ack, uint64_t end_offset);
  // Sends what was taken.
  Status Flush();
  Status Send(const wire::PipelineAck& ack, uint64_t end_offset) {
    Add(ack, end_offset);
    return Flush();
  }
  // Announces a restart out of band.
  void SendRestart();

 private:
  Stream& stream_;
  ReplicaWriter& writer_;
  std::mutex mutex_;
  std::string pending_;
  std::optional<uint64_t> acked_;  // By what is pending.
};

// A packet of which this datanode's part is done.
struct PacketDone {
  int64_t seqno = 0;
  uint64_t end_offset = 0;  // In the block; behind the packet's last byte.
  bool last_in_block = false;
  wire::OpStatus status = wire::OpStatus::kSuccess;
};

// Acknowledges the packets of one pipeline in order, and finalizes the replica before it
// acknowledges the last one.
//
// For the receiving thread only.
class PacketAcks {
 public:
  virtual ~PacketAcks() = default;

  // They are not only received but written (and synced, where that was asked for). Fails when
  // nothing can be acknowledged any more; then the stream must end.
  virtual Status Add(std::span<const PacketDone> done) = 0;
  // After the last packet: ok when the replica is final and the client has been told.
  virtual Status Finish() = 0;
};

// Acknowledgements of the last datanode in a pipeline: sent at once, by the receiving thread.
class TailAcks final : public PacketAcks {
 public:
  using Finalizer = std::function<Status()>;

  // `channel` must outlive this object.
  TailAcks(AckChannel& channel, Finalizer finalize)
      : channel_(channel), finalize_(std::move(finalize)) {}

  Status Add(std::span<const PacketDone> done) override;
  Status Finish() override { return finished_; }

 private:
  AckChannel& channel_;
  const Finalizer finalize_;
  Status finished_{Code::kInternal, "the last packet is missing"};
};

}  // namespace cairn::datanode
