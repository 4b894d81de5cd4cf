// SPDX-License-Identifier: Apache-2.0
#include "common/wire/block_list.h"

#include <limits>

#include "common/util/bytes.h"
#include "common/wire/field_reader.h"

namespace cairn::wire {
namespace {

constexpr size_t kBufferBytes = 64 << 10;
constexpr size_t kReplicaBytesMin = 4;
constexpr size_t kHeaderLongs = 2;
// The bits above these are reserved for releases to come.
constexpr uint64_t kLengthMask = (1ULL << 48) - 1;
constexpr uint64_t kStateMask = 0xf;

Status Corrupt(const std::string& why) {
  return Status(Code::kCorrupt, "block report does not decode: " + why);
}

Result<ReplicaState> StateOf(uint64_t number) {
  if (number > static_cast<uint64_t>(ReplicaState::kTemporary)) {
    return Corrupt("replica state " + std::to_string(number) + " is none");
  }
  return static_cast<ReplicaState>(number);
}

}  // namespace

void BlockListWriter::Add(const ReportedReplica& replica) {
  PutVarint(last_, ToZigZag(replica.block.id.value));
  PutVarint(last_, replica.block.length);
  PutVarint(last_, replica.block.generation_stamp.value);
  PutVarint(last_, static_cast<uint64_t>(replica.state));
  ++count_;
  if (last_.size() < kBufferBytes) return;
  std::string rest = last_.substr(kBufferBytes);
  last_.resize(kBufferBytes);
  full_.push_back(std::move(last_));
  last_ = std::move(rest);
}

std::vector<std::string> BlockListWriter::Take() {
  // An empty list is one empty buffer, as Apache sends it.
  if (!last_.empty() || full_.empty()) full_.push_back(std::move(last_));
  std::vector<std::string> buffers = std::move(full_);
  *this = BlockListWriter();
  return buffers;
}

Result<BlockListReader> BlockListReader::OfBuffers(uint64_t count,
                                                   std::vector<std::string_view> buffers) {
  size_t bytes = 0;
  for (const std::string_view buffer : buffers) bytes += buffer.size();
  if (count > bytes / kReplicaBytesMin) {
    return Corrupt(std::to_string(count) + " replicas cannot be in " + std::to_string(bytes) +
                   " bytes");
  }
  BlockListReader reader;
  reader.buffers_ = std::move(buffers);
  reader.count_ = count;
  return reader;
}

Result<BlockListReader> BlockListReader::OfLongs(std::span<const uint64_t> longs) {
  BlockListReader reader;
  reader.old_form_ = true;
  if (longs.empty()) return reader;
  if (longs.size() < kHeaderLongs) return Corrupt("the old form has no header");
  const uint64_t numbers = longs.size() - kHeaderLongs;
  if (longs[0] > numbers || longs[1] > numbers) {
    return Corrupt("more replicas are announced than there are numbers");
  }
  reader.longs_ = longs.subspan(kHeaderLongs);
  reader.finalized_ = longs[0];
  reader.count_ = longs[0] + longs[1];
  return reader;
}

Result<std::optional<ReportedReplica>> BlockListReader::Next() {
  if (read_ == count_) {
    CAIRN_TRY(CheckEnd());
    return std::optional<ReportedReplica>();
  }
  CAIRN_ASSIGN(ReportedReplica replica, old_form_ ? NextOfLongs() : NextOfBuffers());
  ++read_;
  return std::optional(replica);
}

Result<ReportedReplica> BlockListReader::NextOfBuffers() {
  ReportedReplica replica;
  CAIRN_ASSIGN(const uint64_t id, Varint());
  CAIRN_ASSIGN(const uint64_t length, Varint());
  CAIRN_ASSIGN(const uint64_t generation_stamp, Varint());
  CAIRN_ASSIGN(const uint64_t state, Varint());
  replica.block.id = BlockId(FromZigZag(id));
  replica.block.length = length & kLengthMask;
  replica.block.generation_stamp = GenerationStamp(generation_stamp);
  CAIRN_ASSIGN(replica.state, StateOf(state & kStateMask));
  return replica;
}

Result<ReportedReplica> BlockListReader::NextOfLongs() {
  constexpr uint64_t kDelimiter = std::numeric_limits<uint64_t>::max();
  if (read_ == finalized_) {
    for (int i = 0; i < 3; ++i) {
      CAIRN_ASSIGN(const uint64_t number, Long());
      if (number != kDelimiter) return Corrupt("the delimiter behind finalized replicas is wrong");
    }
  }
  ReportedReplica replica;
  CAIRN_ASSIGN(const uint64_t id, Long());
  CAIRN_ASSIGN(replica.block.length, Long());
  CAIRN_ASSIGN(const uint64_t generation_stamp, Long());
  replica.block.id = BlockId(static_cast<int64_t>(id));
  replica.block.generation_stamp = GenerationStamp(generation_stamp);
  if (read_ >= finalized_) {
    CAIRN_ASSIGN(const uint64_t state, Long());
    CAIRN_ASSIGN(replica.state, StateOf(state));
  }
  return replica;
}

// A number may begin in one buffer and end in the next.
Result<uint64_t> BlockListReader::Varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    while (buffer_ < buffers_.size() && in_buffer_ == buffers_[buffer_].size()) {
      ++buffer_;
      in_buffer_ = 0;
    }
    if (buffer_ == buffers_.size()) return Corrupt("the bytes end inside a replica");
    const auto byte = static_cast<uint8_t>(buffers_[buffer_][in_buffer_++]);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return Corrupt("a number has more than 10 bytes");
}

Result<uint64_t> BlockListReader::Long() {
  if (in_longs_ == longs_.size()) return Corrupt("the numbers end inside a replica");
  return longs_[in_longs_++];
}

// Apache's reader stops at the count; bytes beyond it would be replicas that nobody takes over.
// The old form's delimiter stands there when no replica follows it.
Status BlockListReader::CheckEnd() const {
  if (old_form_) return Status();
  size_t left = 0;
  for (size_t i = buffer_; i < buffers_.size(); ++i) left += buffers_[i].size();
  if (buffer_ < buffers_.size()) left -= in_buffer_;
  if (left == 0) return Status();
  return Corrupt(std::to_string(left) + " bytes are left behind the last replica");
}

}  // namespace cairn::wire
