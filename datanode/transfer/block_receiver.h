// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/model/datanode_info.h"
#include "common/util/status.h"
#include "common/wire/data_transfer_ops.h"
#include "datanode/store/replica_writer.h"
#include "datanode/transfer/context.h"
#include "datanode/transfer/mirror.h"
#include "datanode/transfer/packet_acks.h"
#include "datanode/transfer/packet_receiver.h"

namespace cairn::datanode {

// Takes the packets of one replica: passes them on to the mirror, verifies them, writes them, and
// hands them to the acknowledgements. One pass over the data while it is in the processor's cache.
//
// Packets that come fast are handled several at a time. Nobody waits for that: a packet behind
// which nothing has come yet is written and acknowledged at once, and so is what is held when the
// stream ends.
//
// Checksums are verified by the last datanode of a client's pipeline only, and by every datanode
// when another datanode is the source.
//
// Not thread-safe: belongs to the stream's thread.
class BlockReceiver {
 public:
  struct Options {
    std::string peer;                    // For messages.
    bool from_client = false;            // Else a datanode writes on its own account.
    std::optional<DatanodeInfo> source;  // That datanode.
    ChecksumSpec checksum;               // Of the packets; the replica may be stored with another.
    wire::CachingStrategy caching;
    Throttler* throttler = nullptr;
    Mirror* mirror = nullptr;            // None for the last of a pipeline.
    PacketAcks* acks = nullptr;          // None when nobody waits for acknowledgements.
    std::function<Status()> on_packet;   // After each packet; may be empty.
  };

  // All must outlive this object.
  BlockReceiver(TransferContext& context, StreamReader& reader, ReplicaWriter& writer,
                Options options);

  // Until the last packet is here and, with acknowledgements, is acknowledged. kChecksum for data
  // that does not match its checksums: the sender knows by then.
  Status Receive();

  // Whether the sender has asked for the replica to be durable when it is finalized.
  bool sync_on_finalize() const { return sync_on_finalize_; }

 private:
  // Waits for a packet, and takes into batch_ what comes right behind it.
  Status Collect();
  Status Take(const Packet& packet);
  Status Check(const Packet& packet) const;
  // Does with the packets of batch_ what is to be done with them.
  Status Settle();
  // Passes on what of batch_ has not been.
  void Forward();
  bool MustVerify() const;
  Status Verify(const Packet& packet);
  Status Write(std::span<const Packet> packets);
  Status Acknowledge(std::span<const Packet> packets, wire::OpStatus status);
  // Whether or not the sender can be told: the packet is not `good`, and this is the end.
  Status Refuse(const Packet& packet, const Status& good);
  void ManageCache(uint64_t end);

  TransferContext& context_;
  PacketReceiver packets_;
  ReplicaWriter& writer_;
  const Options options_;
  const bool translates_;  // Packets are checksummed in another way than the replica.
  bool sync_on_finalize_;
  std::vector<Packet> batch_;
  size_t forwarded_ = 0;  // The first so many of them have been passed on.
  uint64_t cache_managed_to_ = 0;
};

}  // namespace cairn::datanode
