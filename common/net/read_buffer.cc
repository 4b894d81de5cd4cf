// SPDX-License-Identifier: Apache-2.0
#include "common/net/read_buffer.h"

#include <cstring>

#include "common/util/bytes.h"

namespace cairn::net {
namespace {

// Thousands of idle connections hold one of these each.
constexpr size_t kSmallBytes = 4096;
// A busy connection's buffer, so that one read takes many small frames.
constexpr size_t kBusyBytes = 64 << 10;
constexpr size_t kLengthBytes = 4;

}  // namespace

ReadBuffer::Room ReadBuffer::Prepare() {
  const size_t used = end_ - begin_;
  size_t wanted = capacity_ == 0 ? kSmallBytes : capacity_;
  if (used == capacity_ && capacity_ > 0) {
    wanted = capacity_ * 2;
  } else if (was_filled_ && capacity_ < kBusyBytes) {
    wanted = capacity_ * 2;
  } else if (used == 0 && capacity_ > kBusyBytes) {
    wanted = kSmallBytes;
  }
  if (wanted != capacity_) {
    std::unique_ptr<char[]> larger(new char[wanted]);
    if (used > 0) std::memcpy(larger.get(), data_.get() + begin_, used);
    data_ = std::move(larger);
    capacity_ = wanted;
  } else if (begin_ > 0 && used > 0) {
    std::memmove(data_.get(), data_.get() + begin_, used);
  }
  begin_ = 0;
  end_ = used;
  return {data_.get() + end_, capacity_ - end_};
}

void ReadBuffer::Commit(size_t n) {
  end_ += n;
  was_filled_ = end_ == capacity_;
}

Result<std::optional<std::string_view>> ReadBuffer::TakeFrame(size_t size_max) {
  const std::string_view all = bytes();
  if (all.size() < kLengthBytes) return std::optional<std::string_view>();
  const uint32_t length = LoadU32(all.data());
  if (length > size_max) {
    return Status(Code::kBadRequest, "frame of " + std::to_string(length) +
                                         " bytes is over the limit of " +
                                         std::to_string(size_max));
  }
  if (all.size() - kLengthBytes < length) return std::optional<std::string_view>();
  Consume(kLengthBytes + length);
  return std::optional(all.substr(kLengthBytes, length));
}

}  // namespace cairn::net
