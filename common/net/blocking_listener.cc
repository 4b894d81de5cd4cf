// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/net/blocking_socket.h"

namespace cairn::net {
namespace {

// How long to let others close descriptors before accepting again.
constexpr int kBackOffMs = 100;

Status ListenError(const HostPort& address, int error) {
  const Code code = error == EADDRINUSE ? Code::kAlreadyExists : Code::kNetwork;
  return Status(code, "listen on " + ToString(address) + ": " + strerror(error));
}

// The peer left before it was its turn, or another thread was quicker. Everything else is our
// trouble, lack of descriptors first of all, and would come again at once.
bool IsHarmless(int error) {
  return error == EAGAIN || error == EINTR || error == ECONNABORTED || error == EPROTO;
}

}  // namespace

Result<int> OpenListeningSocket(const HostPort& address, int backlog) {
  CAIRN_ASSIGN(const std::vector<SocketAddress> candidates, Resolve(address, true));
  int error = 0;
  for (const SocketAddress& candidate : candidates) {
    const int fd = socket(candidate.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      error = errno;
      continue;
    }
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, candidate.get(), candidate.size) == 0 && listen(fd, backlog) == 0) return fd;
    error = errno;
    close(fd);
  }
  return ListenError(address, error);
}

Result<std::unique_ptr<BlockingListener>> BlockingListener::Open(const HostPort& address,
                                                                 int backlog) {
  CAIRN_ASSIGN(const int fd, OpenListeningSocket(address, backlog));
  const int wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd < 0) {
    const int error = errno;
    close(fd);
    return ListenError(address, error);
  }
  return std::unique_ptr<BlockingListener>(new BlockingListener(fd, wake_fd));
}

BlockingListener::~BlockingListener() {
  close(fd_);
  close(wake_fd_);
}

Result<BlockingSocket> BlockingListener::Accept(const SocketOptions& options) {
  pollfd waits[2] = {{wake_fd_, POLLIN, 0}, {fd_, POLLIN, 0}};
  for (;;) {
    if (poll(waits, 2, -1) < 0 && errno != EINTR) {
      return Status(Code::kNetwork, std::string("wait for a connection: ") + strerror(errno));
    }
    // The event is never read back, so that every later Accept sees it, too.
    if (waits[0].revents != 0) return Status(Code::kCancelled, "the listener was woken");
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) {
      BlockingSocket socket(fd);
      // A peer that has gone already makes an option fail; its first read will tell.
      if (socket.Apply(options).ok()) return socket;
      continue;
    }
    if (!IsHarmless(errno)) poll(waits, 1, kBackOffMs);
  }
}

void BlockingListener::Wake() {
  const uint64_t one = 1;
  // Fails only when the counter is at its end, and then it is readable anyway.
  [[maybe_unused]] const ssize_t n = write(wake_fd_, &one, sizeof(one));
}

}  // namespace cairn::net
