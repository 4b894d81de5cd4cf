// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/packet_receiver.h"

namespace cairn::datanode {

Result<Packet> PacketReceiver::Next() {
  reader_.Consume(taken_);
  taken_ = 0;

  CAIRN_TRY(reader_.Fill(wire::kPacketLengthsBytes));
  CAIRN_ASSIGN(const wire::PacketLengths lengths,
               wire::ParsePacketLengths(reader_.bytes().substr(0, wire::kPacketLengthsBytes)));
  const size_t head = wire::kPacketLengthsBytes + lengths.header_bytes;
  const size_t total = head + lengths.body_bytes;
  CAIRN_TRY(reader_.Fill(total));

  Packet packet;
  packet.wire_bytes = reader_.bytes().substr(0, total);
  CAIRN_ASSIGN(packet.header,
               wire::ParsePacketHeader(
                   packet.wire_bytes.substr(wire::kPacketLengthsBytes, lengths.header_bytes),
                   lengths.body_bytes));
  packet.checksums = packet.wire_bytes.substr(head, packet.header.checksum_bytes);
  packet.data = packet.wire_bytes.substr(head + packet.header.checksum_bytes);
  taken_ = total;
  return packet;
}

}  // namespace cairn::datanode
