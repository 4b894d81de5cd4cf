// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "common/net/address.h"
#include "common/net/async.h"
#include "common/net/read_buffer.h"
#include "common/util/result.h"

namespace cairn::net {

// A TCP connection for coroutines, with a read buffer of its own.
//
// Errors: kEndOfFile (the peer closed), kTimeout (the deadline passed), kCancelled (Close was
// called), kNetwork (all else). After any of them the stream is of no use any more.
//
// Lives on the I/O thread of its socket. One coroutine may read while another writes; both must
// have ended before this object goes.
class Stream {
 public:
  explicit Stream(TcpSocket socket);
  ~Stream() { Close(); }

  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Waits for bytes and adds what is there to the buffer. Views into the buffer die.
  Async<Status> ReadSome();
  // What was read and not consumed yet. Valid until the next ReadSome.
  std::string_view buffered() const { return buffer_.bytes(); }
  void Consume(size_t n) { buffer_.Consume(n); }

  // The body of the next frame (4 bytes of big-endian length, then that many bytes), taken out of
  // the buffer; nullopt when it is not all there yet. kBadRequest for a length over `size_max`.
  // The view is valid until the next ReadSome.
  Result<std::optional<std::string_view>> TakeFrame(size_t size_max) {
    return buffer_.TakeFrame(size_max);
  }
  // Waits for a frame.
  Async<Result<std::string_view>> ReadFrame(size_t size_max);

  // Writes as much as the system takes without waiting, of at most 16 parts; 0 when it takes
  // nothing now.
  Result<size_t> TryWrite(std::span<const std::string_view> parts);
  // Waits until the system takes bytes again.
  Async<Status> WaitWritable();
  // Writes all. The bytes must stay until it returns.
  Async<Status> Write(std::string_view bytes);
  // Writes all parts as one gathered write where the system takes it.
  Async<Status> Write(std::span<const std::string_view> parts);

  // Closes the stream when `after` has passed, unless it is set anew or cleared before.
  void SetDeadline(std::chrono::milliseconds after);
  void ClearDeadline();

  // Sends the end of the stream; reading goes on.
  void ShutdownWrite();
  // What is under way ends with kCancelled. Idempotent.
  void Close();
  bool is_open() const { return state_->socket.is_open(); }

  const HostPort& peer() const { return peer_; }
  const HostPort& local() const { return local_; }

 private:
  // Shared with the deadline's handler only, which may run after the stream has gone.
  struct State {
    explicit State(TcpSocket s) : socket(std::move(s)), timer(socket.get_executor()) {}

    TcpSocket socket;
    boost::asio::steady_timer timer;
    uint64_t deadline = 0;  // Counts SetDeadline and ClearDeadline: a late handler does nothing.
    bool timed_out = false;
  };

  Status Error(const boost::system::error_code& error, std::string_view what) const;

  std::shared_ptr<State> state_;
  ReadBuffer buffer_;
  HostPort peer_;
  HostPort local_;
};

}  // namespace cairn::net
