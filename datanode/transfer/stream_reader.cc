// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/stream_reader.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "common/util/bytes.h"

namespace cairn::datanode {
namespace {

// What is read beyond the wanted bytes has to be moved to the front later: enough for the head of
// the next packet, too little to matter.
constexpr size_t kReadAheadBytes = 8 * 1024;
constexpr size_t kFirstCapacity = 16 * 1024;
constexpr size_t kVarint32BytesMax = 5;

}  // namespace

void StreamReader::MakeRoom(size_t n) {
  const size_t used = end_ - begin_;
  const bool was_full = end_ == capacity_;
  if (used == 0) begin_ = end_ = 0;
  const size_t wanted = std::max(n + kReadAheadBytes, ahead_);
  if (!was_full && capacity_ - begin_ >= (ahead_ > 0 ? n : wanted)) return;
  if (was_full && capacity_ < wanted) {
    // As many bytes have come as it can hold: now more may be believed.
    const size_t grown = std::min(wanted, std::max(kFirstCapacity, capacity_ * 4));
    auto bigger = std::make_unique_for_overwrite<char[]>(grown);
    if (used > 0) std::memcpy(bigger.get(), buffer_.get() + begin_, used);
    buffer_ = std::move(bigger);
    capacity_ = grown;
  } else if (used > 0 && begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, used);
  }
  begin_ = 0;
  end_ = used;
}

Status StreamReader::Fill(size_t n) {
  while (end_ - begin_ < n) {
    MakeRoom(n);
    const size_t ahead = std::max(kReadAheadBytes, ahead_);
    const size_t room = std::min(capacity_ - end_, n - (end_ - begin_) + ahead);
    CAIRN_ASSIGN(const size_t got, socket_.ReadSome(buffer_.get() + end_, room));
    if (got == 0) return Status(Code::kEndOfFile, "the peer closed the connection");
    end_ += got;
  }
  return Status();
}

bool StreamReader::HasMessage() const {
  ByteReader reader(bytes());
  const Result<uint64_t> length = reader.Varint();
  return length.ok() && *length <= reader.remaining();
}

Result<std::string_view> StreamReader::Message(uint32_t size_max) {
  uint64_t length = 0;
  size_t digits = 0;
  for (bool more = true; more; ++digits) {
    if (digits == kVarint32BytesMax) return Status(Code::kCorrupt, "message length has no end");
    CAIRN_TRY(Fill(digits + 1));
    const auto byte = static_cast<uint8_t>(bytes()[digits]);
    length |= static_cast<uint64_t>(byte & 0x7f) << (7 * digits);
    more = (byte & 0x80) != 0;
  }
  if (length > size_max) {
    return Status(Code::kCorrupt, "message of " + std::to_string(length) +
                                      " bytes is longer than " + std::to_string(size_max));
  }
  CAIRN_TRY(Fill(digits + length));
  const std::string_view message = bytes().substr(digits, length);
  Consume(digits + length);
  return message;
}

}  // namespace cairn::datanode
