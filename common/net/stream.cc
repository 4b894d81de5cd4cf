// SPDX-License-Identifier: Apache-2.0
#include "common/net/stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <vector>

namespace cairn::net {

using boost::asio::redirect_error;
using boost::asio::use_awaitable;

Stream::Stream(TcpSocket socket) : state_(std::make_shared<State>(std::move(socket))) {
  const int fd = state_->socket.native_handle();
  peer_ = PeerAddressOf(fd);
  local_ = LocalAddressOf(fd);
  // TryWrite goes past Asio and relies on it.
  boost::system::error_code ignored;
  state_->socket.non_blocking(true, ignored);
}

Status Stream::Error(const boost::system::error_code& error, std::string_view what) const {
  if (error && state_->timed_out) {
    return Status(Code::kTimeout, std::string(what) + ": the deadline passed");
  }
  return FromErrorCode(error, what);
}

Async<Status> Stream::ReadSome() {
  const ReadBuffer::Room room = buffer_.Prepare();
  boost::system::error_code error;
  const size_t n = co_await state_->socket.async_read_some(
      boost::asio::buffer(room.data, room.size), redirect_error(use_awaitable, error));
  buffer_.Commit(n);
  co_return Error(error, "read from socket");
}

Async<Result<std::string_view>> Stream::ReadFrame(size_t size_max) {
  for (;;) {
    CAIRN_CO_ASSIGN(const std::optional<std::string_view> frame, TakeFrame(size_max));
    if (frame) co_return *frame;
    CAIRN_CO_TRY(co_await ReadSome());
  }
}

Result<size_t> Stream::TryWrite(std::span<const std::string_view> parts) {
  if (!is_open()) return Status(Code::kCancelled, "write to socket: it is closed");
  std::array<iovec, 16> vectors;
  const size_t count = std::min(parts.size(), vectors.size());
  for (size_t i = 0; i < count; ++i) {
    vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  for (;;) {
    const ssize_t n = sendmsg(state_->socket.native_handle(), &message, MSG_NOSIGNAL);
    if (n >= 0) return static_cast<size_t>(n);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return size_t{0};
    if (errno != EINTR) {
      return FromErrorCode({errno, boost::system::system_category()}, "write to socket");
    }
  }
}

Async<Status> Stream::WaitWritable() {
  boost::system::error_code error;
  co_await state_->socket.async_wait(TcpSocket::wait_write, redirect_error(use_awaitable, error));
  co_return Error(error, "write to socket");
}

Async<Status> Stream::Write(std::string_view bytes) {
  boost::system::error_code error;
  co_await boost::asio::async_write(state_->socket,
                                    boost::asio::buffer(bytes.data(), bytes.size()),
                                    redirect_error(use_awaitable, error));
  co_return Error(error, "write to socket");
}

Async<Status> Stream::Write(std::span<const std::string_view> parts) {
  std::vector<boost::asio::const_buffer> buffers;
  buffers.reserve(parts.size());
  for (const std::string_view part : parts) buffers.emplace_back(part.data(), part.size());
  boost::system::error_code error;
  co_await boost::asio::async_write(state_->socket, buffers, redirect_error(use_awaitable, error));
  co_return Error(error, "write to socket");
}

void Stream::SetDeadline(std::chrono::milliseconds after) {
  const uint64_t number = ++state_->deadline;
  state_->timer.expires_after(after);
  state_->timer.async_wait(
      [weak = std::weak_ptr<State>(state_), number](const boost::system::error_code& error) {
        const std::shared_ptr<State> state = weak.lock();
        if (error || !state || state->deadline != number) return;
        state->timed_out = true;
        boost::system::error_code ignored;
        state->socket.close(ignored);
      });
}

void Stream::ClearDeadline() {
  ++state_->deadline;
  state_->timer.cancel();
}

void Stream::ShutdownWrite() {
  boost::system::error_code ignored;
  state_->socket.shutdown(TcpSocket::shutdown_send, ignored);
}

void Stream::Close() {
  ClearDeadline();
  boost::system::error_code ignored;
  state_->socket.close(ignored);
}

}  // namespace cairn::net
