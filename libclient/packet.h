// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "common/model/block.h"

namespace cairn::client {

// One packet of a write pipeline, in the buffer from which it is sent:
//
//   room for lengths and header · room for checksums · data
//
// Data has a fixed place; what goes in front of it is put right before it when the packet is
// sealed, so that one write sends all and nothing is moved.
//
// Not thread-safe.
class Packet {
 public:
  // For at most `data_bytes_max` bytes.
  Packet(const ChecksumSpec& checksum, size_t data_bytes_max);

  // Empties it. The data begins at `offset_in_block` and may have `limit` bytes; when that offset
  // is inside of a chunk, the limit must end with the chunk at the latest.
  void Reset(uint64_t offset_in_block, size_t limit);
  // Copies as much of [data, data + n) as fits; returns how much that was.
  size_t Append(const char* data, size_t n);

  bool full() const { return size_ == limit_; }
  bool empty() const { return size_ == 0; }
  std::string_view data() const { return {buffer_.data() + data_begin_, size_}; }
  uint64_t offset() const { return offset_; }
  // Of the byte behind the last one, in the block.
  uint64_t end_offset() const { return offset_ + size_; }

  struct Flags {
    bool last_in_block = false;
    bool sync_block = false;
  };
  // Computes checksums and header. Nothing may be appended afterwards.
  void Seal(int64_t seqno, Flags flags);
  int64_t seqno() const { return seqno_; }
  bool last_in_block() const { return last_; }
  // All bytes of a sealed packet.
  std::string_view bytes() const {
    return {buffer_.data() + begin_, data_begin_ + size_ - begin_};
  }

 private:
  const ChecksumSpec checksum_;
  std::vector<char> buffer_;
  const size_t data_begin_;
  size_t limit_ = 0;
  size_t size_ = 0;
  size_t begin_ = 0;
  uint64_t offset_ = 0;
  int64_t seqno_ = 0;
  bool last_ = false;
};

using PacketPtr = std::unique_ptr<Packet>;

// How much data a packet has when all of it shall have about `packet_bytes`: whole chunks, at least
// one.
size_t PacketDataBytes(const ChecksumSpec& checksum, size_t packet_bytes);

// Bytes of a packet that says only: this pipeline is in use.
std::string_view HeartbeatPacket();

// Packets of one size, to be used again. Those that were given back last, and are in the cache, go
// first.
//
// Not thread-safe.
class PacketPool {
 public:
  PacketPool(const ChecksumSpec& checksum, size_t data_bytes_max)
      : checksum_(checksum), data_bytes_max_(data_bytes_max) {}

  PacketPtr Take();
  void Put(PacketPtr packet) { free_.push_back(std::move(packet)); }
  size_t data_bytes_max() const { return data_bytes_max_; }

 private:
  const ChecksumSpec checksum_;
  const size_t data_bytes_max_;
  std::vector<PacketPtr> free_;
};

}  // namespace cairn::client
