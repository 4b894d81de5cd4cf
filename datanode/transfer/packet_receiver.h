// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "common/util/result.h"
#include "common/wire/data_transfer.h"
#include "datanode/transfer/stream_reader.h"

namespace cairn::datanode {

// One packet as it came, in views into the reader's buffer.
struct Packet {
  wire::PacketHeader header;
  std::string_view wire_bytes;  // All of it, to be passed on as it is.
  std::string_view checksums;
  std::string_view data;
};

// Takes packets off a stream without copying them, several at a time where they come fast.
//
// Not thread-safe: belongs to one thread.
class PacketReceiver {
 public:
  // `reader` must outlive this object.
  explicit PacketReceiver(StreamReader& reader);
  // Leaves the reader behind the last packet.
  ~PacketReceiver() { reader_.Consume(taken_); }
  PacketReceiver(const PacketReceiver&) = delete;
  PacketReceiver& operator=(const PacketReceiver&) = delete;

  // The next packet; those before are no longer valid. kCorrupt for bytes that are no packet;
  // kEndOfFile, kTimeout and kNetwork as the stream.
  Result<Packet> Next();

  enum class Following {
    kNothing,  // No byte of it is here, or it has no room beside the packets that are held.
    kBegin,    // It is on its way.
    kWhole,    // It need not be waited for.
  };
  // What there is of the packet that comes next.
  Following following() const;
  // The next packet, when not nothing is there of it; those before stay valid, and lie right in
  // front of it.
  Result<Packet> NextBeside();

 private:
  StreamReader& reader_;
  size_t taken_ = 0;  // Bytes of the packets that are held.
};

}  // namespace cairn::datanode
