// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "common/net/blocking_socket.h"
#include "common/util/result.h"

namespace cairn::datanode {

// Reads a socket through one buffer that is used again and again. Reads somewhat ahead, so that a
// packet costs about one system call.
//
// The buffer grows with the bytes that have come, never with the bytes that were announced: a peer
// that lies about a length gets no memory for it.
//
// Views stay valid until the next Fill that finds no room behind them. Not thread-safe: belongs to
// one thread.
class StreamReader {
 public:
  // `socket` must outlive this object.
  explicit StreamReader(net::BlockingSocket& socket) : socket_(socket) {}

  // From now on takes all that has come at once, into a buffer that grows to `n` bytes when a fast
  // peer fills it.
  void ReadAhead(size_t n) { ahead_ = n; }

  // Waits until `n` bytes are there. kEndOfFile when the stream ends before.
  Status Fill(size_t n);
  // Whether a Fill(n) leaves what is there where it is.
  bool HasRoomFor(size_t n) const { return capacity_ - begin_ >= n; }
  std::string_view bytes() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void Consume(size_t n) { begin_ += n; }

  // The next varint-delimited message, consumed; kCorrupt when it is longer than `size_max`.
  Result<std::string_view> Message(uint32_t size_max);
  // Whether the next Message is here and need not be waited for.
  bool HasMessage() const;

 private:
  void MakeRoom(size_t n);

  net::BlockingSocket& socket_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0;  // What is read and not consumed: [begin_, end_).
  size_t end_ = 0;
  size_t ahead_ = 0;
};

}  // namespace cairn::datanode
