// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/packet_receiver.h"

namespace cairn::datanode {
namespace {

// So much of a fast stream is passed on and written at once: large writes make large folios in the
// page cache, and few wake-ups of those who wait. More than this would not stay in the processor's
// cache on its way.
constexpr size_t kHeldBytes = 256 * 1024;

}  // namespace

PacketReceiver::PacketReceiver(StreamReader& reader) : reader_(reader) {
  reader_.ReadAhead(kHeldBytes);
}

Result<Packet> PacketReceiver::Next() {
  reader_.Consume(taken_);
  taken_ = 0;
  return NextBeside();
}

PacketReceiver::Following PacketReceiver::following() const {
  const std::string_view rest = reader_.bytes().substr(taken_);
  if (rest.size() < wire::kPacketLengthsBytes) return Following::kNothing;
  const auto lengths = wire::ParsePacketLengths(rest.substr(0, wire::kPacketLengthsBytes));
  if (!lengths.ok()) return Following::kNothing;
  const size_t total = wire::kPacketLengthsBytes + lengths->header_bytes + lengths->body_bytes;
  if (rest.size() >= total) return Following::kWhole;
  return reader_.HasRoomFor(taken_ + total) ? Following::kBegin : Following::kNothing;
}

Result<Packet> PacketReceiver::NextBeside() {
  CAIRN_TRY(reader_.Fill(taken_ + wire::kPacketLengthsBytes));
  CAIRN_ASSIGN(const wire::PacketLengths lengths,
               wire::ParsePacketLengths(
                   reader_.bytes().substr(taken_, wire::kPacketLengthsBytes)));
  const size_t head = wire::kPacketLengthsBytes + lengths.header_bytes;
  const size_t total = head + lengths.body_bytes;
  CAIRN_TRY(reader_.Fill(taken_ + total));

  Packet packet;
  packet.wire_bytes = reader_.bytes().substr(taken_, total);
  CAIRN_ASSIGN(packet.header,
               wire::ParsePacketHeader(
                   packet.wire_bytes.substr(wire::kPacketLengthsBytes, lengths.header_bytes),
                   lengths.body_bytes));
  packet.checksums = packet.wire_bytes.substr(head, packet.header.checksum_bytes);
  packet.data = packet.wire_bytes.substr(head + packet.header.checksum_bytes);
  taken_ += total;
  return packet;
}

}  // namespace cairn::datanode
