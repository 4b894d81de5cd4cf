// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/net/address.h"
#include "common/util/result.h"

namespace cairn::net {

// How a socket is set up. Zero means: leave it as the system has it.
struct SocketOptions {
  std::chrono::milliseconds read_timeout{0};   // Longest silence of one read; 0 waits for ever.
  std::chrono::milliseconds write_timeout{0};  // Longest stall of one write; 0 waits for ever.
  int send_buffer_bytes = 0;
  int receive_buffer_bytes = 0;
  bool no_delay = true;
  bool keep_alive = true;
};

// A connected TCP socket whose calls wait. For threads that own one stream each.
//
// Errors: kTimeout (silence longer than the timeout), kEndOfFile (the peer closed, in the middle of
// what was wanted), kNetwork (everything else, with the system's reason). After an error of a write
// the stream is of no use any more. Never raises SIGPIPE.
//
// One reader and one writer may be at work at once; Shutdown may be called from any thread. All
// else, closing included, belongs to the owner.
class BlockingSocket {
 public:
  BlockingSocket() = default;
  // Takes a connected descriptor.
  explicit BlockingSocket(int fd) : fd_(fd) {}
  ~BlockingSocket() { Close(); }

  BlockingSocket(BlockingSocket&& other) noexcept;
  BlockingSocket& operator=(BlockingSocket&& other) noexcept;

  // Resolves the name and tries its addresses in order until one answers; each has `timeout`
  // (0: as long as the system waits). kTimeout or kNetwork; nothing was sent.
  static Result<BlockingSocket> Connect(const HostPort& address, std::chrono::milliseconds timeout,
                                        const SocketOptions& options = {});

  Status Apply(const SocketOptions& options);
  Status SetReadTimeout(std::chrono::milliseconds timeout);
  Status SetWriteTimeout(std::chrono::milliseconds timeout);

  // Whether ReadSome has something to return (bytes, the end or an error) within `timeout`.
  Result<bool> WaitReadable(std::chrono::milliseconds timeout);
  // Waits for the first byte and returns what is there, at most `n`; 0 is the orderly end.
  Result<size_t> ReadSome(void* buffer, size_t n);
  // Exactly `n` bytes, or kEndOfFile.
  Status ReadFull(void* buffer, size_t n);
  Status WriteAll(std::string_view bytes);
  // All parts, in order, as one gathered write where the system takes it.
  Status WriteAll(std::span<const std::string_view> parts);
  // `n` bytes of the file from `offset`, from the page cache without a copy. kEndOfFile when the
  // file is shorter.
  Status SendFile(int file, uint64_t offset, uint64_t n);

  // True when the peer has closed, or bytes have come that nobody asked for: a pooled connection in
  // that state must not be used again. Does not wait.
  bool IsStale() const;

  // Wakes readers and writers in other threads: they see the end of the stream.
  void Shutdown();
  // Sends the end of the stream; reading goes on.
  void ShutdownWrite();
  void Close();

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  // Gives the descriptor away.
  int Release();
  HostPort local_address() const { return LocalAddressOf(fd_); }
  HostPort peer_address() const { return PeerAddressOf(fd_); }

 private:
  int fd_ = -1;
};

// Accepts TCP connections for threads that wait.
//
// Accept may be called by several threads; Wake by any.
class BlockingListener {
 public:
  ~BlockingListener();
  BlockingListener(const BlockingListener&) = delete;
  BlockingListener& operator=(const BlockingListener&) = delete;

  // Port 0 takes any free port, see address(). kAlreadyExists when the port is taken.
  static Result<std::unique_ptr<BlockingListener>> Open(const HostPort& address, int backlog = 256);

  // The next connection, set up by `options`. kCancelled after Wake. Lack of descriptors is waited
  // out.
  Result<BlockingSocket> Accept(const SocketOptions& options = {});
  // Ends every Accept, now and later.
  void Wake();

  HostPort address() const { return LocalAddressOf(fd_); }
  uint16_t port() const { return address().port; }

 private:
  BlockingListener(int fd, int wake_fd) : fd_(fd), wake_fd_(wake_fd) {}

  const int fd_;
  const int wake_fd_;
};

// A listening descriptor, non-blocking, SO_REUSEADDR: for the listeners of both kinds.
Result<int> OpenListeningSocket(const HostPort& address, int backlog);

}  // namespace cairn::net
