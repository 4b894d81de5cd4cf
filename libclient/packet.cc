// SPDX-License-Identifier: Apache-2.0
#include "libclient/packet.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <string>

#include "common/wire/data_transfer.h"
#include "libclient/checksum.h"

namespace cairn::client {
namespace {

constexpr size_t kHeadBytesMax = wire::kPacketLengthsBytes + wire::kPacketHeaderBytesMax;

}  // namespace

Packet::Packet(const ChecksumSpec& checksum, size_t data_bytes_max)
    : checksum_(checksum),
      buffer_(kHeadBytesMax + ChecksumBytes(checksum, data_bytes_max) + data_bytes_max),
      data_begin_(buffer_.size() - data_bytes_max),
      limit_(data_bytes_max) {}

void Packet::Reset(uint64_t offset_in_block, size_t limit) {
  assert(limit <= buffer_.size() - data_begin_);
  offset_ = offset_in_block;
  limit_ = limit;
  size_ = 0;
  last_ = false;
}

size_t Packet::Append(const char* data, size_t n) {
  const size_t taken = std::min(n, limit_ - size_);
  std::memcpy(buffer_.data() + data_begin_ + size_, data, taken);
  size_ += taken;
  return taken;
}

void Packet::Seal(int64_t seqno, Flags flags) {
  seqno_ = seqno;
  last_ = flags.last_in_block;
  const size_t checksum_bytes = ChecksumBytes(checksum_, size_);
  char* const checksums = buffer_.data() + data_begin_ - checksum_bytes;
  ComputeChecksums(checksum_, buffer_.data() + data_begin_, size_, checksums);
  std::array<char, kHeadBytesMax> head;
  const size_t head_bytes =
      wire::EncodePacketHeader({.offset_in_block = static_cast<int64_t>(offset_),
                                .seqno = seqno,
                                .last_in_block = flags.last_in_block,
                                .sync_block = flags.sync_block,
                                .data_bytes = static_cast<uint32_t>(size_),
                                .checksum_bytes = static_cast<uint32_t>(checksum_bytes)},
                               head.data());
  begin_ = data_begin_ - checksum_bytes - head_bytes;
  std::memcpy(buffer_.data() + begin_, head.data(), head_bytes);
}

size_t PacketDataBytes(const ChecksumSpec& checksum, size_t packet_bytes) {
  const size_t chunk = checksum.bytes_per_checksum + kChecksumBytes;
  const size_t body = packet_bytes - std::min(packet_bytes, kHeadBytesMax);
  return std::max<size_t>(body / chunk, 1) * checksum.bytes_per_checksum;
}

std::string_view HeartbeatPacket() {
  static const std::string kBytes = wire::EncodePacketHeader({.offset_in_block = 0,
                                                              .seqno = wire::kHeartbeatSeqno,
                                                              .last_in_block = false,
                                                              .sync_block = false,
                                                              .data_bytes = 0,
                                                              .checksum_bytes = 0});
  return kBytes;
}

PacketPtr PacketPool::Take() {
  if (free_.empty()) return std::make_unique<Packet>(checksum_, data_bytes_max_);
  PacketPtr packet = std::move(free_.back());
  free_.pop_back();
  return packet;
}

}  // namespace cairn::client
