// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "datanode/transfer/context.h"
#include "datanode/transfer/mirror.h"
#include "datanode/transfer/packet_acks.h"

namespace cairn::datanode {

// Acknowledgements of a datanode that has others downstream: a thread reads their answers, puts
// this datanode's own in front, and sends them on.
//
// Who is blamed for what decides whom the client throws out of the pipeline:
//  - downstream is silent or gone: one answer with an error for it, and no more. The client ends
//    the stream; until then packets are still taken and written.
//  - downstream is gone and this datanode has not sent it anything for long: the stream just ends,
//    so that whoever upstream was slow is found.
//  - downstream found wrong checksums in what this datanode has sent: this datanode ends its stream
//    without an answer, which blames itself. Blaming downstream would throw out good datanodes
//    until only the bad one is left.
//
// The methods are for the receiving thread. The destructor ends the thread.
class RelayAcks final : public PacketAcks {
 public:
  // All must outlive this object.
  struct Parts {
    TransferContext& context;
    Stream& stream;
    AckChannel& channel;
    Mirror& mirror;
  };

  RelayAcks(const Parts& parts, TailAcks::Finalizer finalize);
  ~RelayAcks() override;

  Status Add(std::span<const PacketDone> done) override;
  Status Finish() override;

 private:
  void Run();
  // One answer from downstream; false when it was the last.
  bool RelayOne();
  // Handles the end of what downstream says.
  void Lost(const Status& why);
  // Waits for this datanode's part of the next packet; false when the stream ends. `more`: whether
  // that of the packet behind it is done too.
  bool WaitForHead(PacketDone& head, bool& more);
  // `more`: another answer follows at once, so that this one may wait for it.
  bool SendUpstream(const wire::PipelineAck& from_mirror, const PacketDone& head, bool more);
  // Stops, and ends the stream.
  bool End(const Status& why);
  // No more answers will be sent, because of `why`.
  void Stop(const Status& why);

  TransferContext& context_;
  Stream& stream_;
  AckChannel& channel_;
  Mirror& mirror_;
  const TailAcks::Finalizer finalize_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<PacketDone> pending_;
  bool head_wanted_ = false;   // The relaying thread waits for a packet.
  bool room_wanted_ = false;   // The receiving thread waits for room or the end.
  bool ended_ = false;         // The relaying thread sends no more.
  bool mirror_lost_ = false;   // It has told the client so.
  bool finished_ = false;      // The last packet was acknowledged.
  Status end_;                 // Why it ended.
  std::thread thread_;
};

}  // namespace cairn::datanode
