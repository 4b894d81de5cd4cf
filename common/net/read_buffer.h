// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "common/util/result.h"

namespace cairn::net {

// Bytes that came from a peer and are not consumed yet.
//
// Memory follows what was received, never what a length field promises: the buffer doubles when it
// is full, so that a peer has to send a megabyte to make it take two. Once empty, it goes back to
// its small size.
//
// Not thread-safe.
class ReadBuffer {
 public:
  std::string_view bytes() const { return {data_.get() + begin_, end_ - begin_}; }
  void Consume(size_t n) { begin_ += n; }

  struct Room {
    char* data;
    size_t size;
  };
  // Where the next bytes go: at least 1. Moves what is buffered: views die.
  Room Prepare();
  // `n` bytes have been written to Prepare's room.
  void Commit(size_t n);

  // See Stream::TakeFrame.
  Result<std::optional<std::string_view>> TakeFrame(size_t size_max);

 private:
  std::unique_ptr<char[]> data_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool was_filled_ = false;  // The last read took all the room: more is probably waiting.
};

}  // namespace cairn::net
