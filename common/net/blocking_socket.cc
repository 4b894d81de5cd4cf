// SPDX-License-Identifier: Apache-2.0
#include "common/net/blocking_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace cairn::net {
namespace {

using std::chrono::milliseconds;

Status SocketError(const char* what, int error) {
  if (error == EAGAIN || error == EWOULDBLOCK || error == ETIMEDOUT) {
    return Status(Code::kTimeout, std::string(what) + ": no progress within the timeout");
  }
  return Status(Code::kNetwork, std::string(what) + ": " + strerror(error));
}

Status SetOption(int fd, int level, int name, int value, const char* what) {
  if (setsockopt(fd, level, name, &value, sizeof(value)) == 0) return Status();
  return SocketError(what, errno);
}

Status SetTimeout(int fd, int name, milliseconds timeout) {
  timeval value{};
  value.tv_sec = timeout.count() / 1000;
  value.tv_usec = (timeout.count() % 1000) * 1000;
  if (setsockopt(fd, SOL_SOCKET, name, &value, sizeof(value)) == 0) return Status();
  return SocketError("set socket timeout", errno);
}

// sendfile has no MSG_NOSIGNAL: holds SIGPIPE back from this thread, and takes the one that its
// own call raised.
class SigpipeGuard {
 public:
  SigpipeGuard() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~SigpipeGuard() {
    if (raised_ && !sigismember(&before_, SIGPIPE)) {
      const timespec now{};
      while (sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  void Raised() { raised_ = true; }

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool raised_ = false;
};

// Waits until the connection is made. 0, or the error.
int WaitConnected(int fd, milliseconds timeout) {
  pollfd wait{fd, POLLOUT, 0};
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    int left = -1;
    if (timeout.count() > 0) {
      const auto rest = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
      left = static_cast<int>(std::max<int64_t>(rest.count(), 0));
    }
    const int ready = poll(&wait, 1, left);
    if (ready == 0) return ETIMEDOUT;
    if (ready > 0) break;
    if (errno != EINTR) return errno;
  }
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

// 0, or the error.
int ConnectOne(BlockingSocket& socket, const SocketAddress& address, milliseconds timeout) {
  const int fd = socket.fd();
  const int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  if (connect(fd, address.get(), address.size) != 0) {
    if (errno != EINPROGRESS && errno != EINTR) return errno;
    if (const int error = WaitConnected(fd, timeout); error != 0) return error;
  }
  fcntl(fd, F_SETFL, flags);
  // A connection to a free local port may meet itself: nobody listens there.
  if (LocalAddressOf(fd) == PeerAddressOf(fd)) return ECONNREFUSED;
  return 0;
}

}  // namespace

BlockingSocket::BlockingSocket(BlockingSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

BlockingSocket& BlockingSocket::operator=(BlockingSocket&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Result<BlockingSocket> BlockingSocket::Connect(const HostPort& address, milliseconds timeout,
                                               const SocketOptions& options) {
  CAIRN_ASSIGN(const std::vector<SocketAddress> candidates, Resolve(address));
  int error = 0;
  for (const SocketAddress& candidate : candidates) {
    BlockingSocket result(::socket(candidate.family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!result.is_open()) {
      error = errno;
      continue;
    }
    // Buffer sizes count only when they are set before the handshake.
    CAIRN_TRY(result.Apply(options));
    error = ConnectOne(result, candidate, timeout);
    if (error == 0) return result;
  }
  if (error == ETIMEDOUT) {
    return Status(Code::kTimeout, "connect to " + ToString(address) + ": no answer in time");
  }
  return Status(Code::kNetwork, "connect to " + ToString(address) + ": " + strerror(error));
}

Status BlockingSocket::Apply(const SocketOptions& options) {
  if (options.send_buffer_bytes > 0) {
    CAIRN_TRY(SetOption(fd_, SOL_SOCKET, SO_SNDBUF, options.send_buffer_bytes, "set send buffer"));
  }
  if (options.receive_buffer_bytes > 0) {
    CAIRN_TRY(
        SetOption(fd_, SOL_SOCKET, SO_RCVBUF, options.receive_buffer_bytes, "set receive buffer"));
  }
  if (options.no_delay) {
    CAIRN_TRY(SetOption(fd_, IPPROTO_TCP, TCP_NODELAY, 1, "set TCP_NODELAY"));
  }
  if (options.keep_alive) {
    CAIRN_TRY(SetOption(fd_, SOL_SOCKET, SO_KEEPALIVE, 1, "set SO_KEEPALIVE"));
  }
  if (options.read_timeout.count() > 0) CAIRN_TRY(SetReadTimeout(options.read_timeout));
  if (options.write_timeout.count() > 0) CAIRN_TRY(SetWriteTimeout(options.write_timeout));
  return Status();
}

Status BlockingSocket::SetReadTimeout(milliseconds timeout) {
  return SetTimeout(fd_, SO_RCVTIMEO, timeout);
}

Status BlockingSocket::SetWriteTimeout(milliseconds timeout) {
  return SetTimeout(fd_, SO_SNDTIMEO, timeout);
}

Result<bool> BlockingSocket::WaitReadable(std::chrono::milliseconds timeout) {
  pollfd entry{.fd = fd_, .events = POLLIN, .revents = 0};
  for (;;) {
    const int ready = ::poll(&entry, 1, static_cast<int>(timeout.count()));
    if (ready >= 0) return ready > 0;
    if (errno != EINTR) return SocketError("wait for socket", errno);
  }
}

Result<size_t> BlockingSocket::ReadSome(void* buffer, size_t n) {
  for (;;) {
    const ssize_t got = recv(fd_, buffer, n, 0);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) return SocketError("read from socket", errno);
  }
}

Status BlockingSocket::ReadFull(void* buffer, size_t n) {
  size_t done = 0;
  while (done < n) {
    CAIRN_ASSIGN(const size_t got, ReadSome(static_cast<char*>(buffer) + done, n - done));
    if (got == 0) {
      return Status(Code::kEndOfFile, "peer closed the connection after " + std::to_string(done) +
                                          " of " + std::to_string(n) + " bytes");
    }
    done += got;
  }
  return Status();
}

Status BlockingSocket::WriteAll(std::string_view bytes) {
  return WriteAll(std::span(&bytes, 1));
}

Status BlockingSocket::WriteAll(std::span<const std::string_view> parts) {
  constexpr size_t kBatch = 16;
  size_t first = 0;   // The part that comes next,
  size_t offset = 0;  // and what of it has gone already.
  while (first < parts.size()) {
    std::array<iovec, kBatch> vectors;
    size_t count = 0;
    for (size_t i = first; i < parts.size() && count < kBatch; ++i) {
      const std::string_view part = i == first ? parts[i].substr(offset) : parts[i];
      vectors[count++] = {const_cast<char*>(part.data()), part.size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const ssize_t sent = sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return SocketError("write to socket", errno);
    }
    size_t left = static_cast<size_t>(sent);
    while (first < parts.size() && left >= parts[first].size() - offset) {
      left -= parts[first].size() - offset;
      ++first;
      offset = 0;
    }
    offset += left;
  }
  return Status();
}

Status BlockingSocket::SendFile(int file, uint64_t offset, uint64_t n) {
  // The system cuts a single call at 2 GiB.
  constexpr uint64_t kStepBytesMax = 1 << 30;
  SigpipeGuard guard;
  off_t position = static_cast<off_t>(offset);
  while (n > 0) {
    const ssize_t sent = sendfile(fd_, file, &position, std::min(n, kStepBytesMax));
    if (sent > 0) {
      n -= static_cast<uint64_t>(sent);
    } else if (sent == 0) {
      return Status(Code::kEndOfFile, "file ends " + std::to_string(n) + " bytes too early");
    } else if (errno != EINTR) {
      if (errno == EPIPE) guard.Raised();
      return SocketError("send file to socket", errno);
    }
  }
  return Status();
}

bool BlockingSocket::IsStale() const {
  char byte;
  const ssize_t got = recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void BlockingSocket::Shutdown() {
  if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
}

void BlockingSocket::ShutdownWrite() {
  if (fd_ >= 0) shutdown(fd_, SHUT_WR);
}

void BlockingSocket::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

int BlockingSocket::Release() { return std::exchange(fd_, -1); }

}  // namespace cairn::net
