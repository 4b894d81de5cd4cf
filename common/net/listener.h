// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "common/net/address.h"
#include "common/net/async.h"
#include "common/net/io_threads.h"

namespace cairn::net {

struct ListenerOptions {
  HostPort address{"0.0.0.0", 0};  // Port 0 takes any free port.
  int backlog = 256;
  int connections_max = 65536;     // More are accepted and closed at once.
};

// A place among the connections that a listener allows; given back by the destructor.
class ConnectionSlot {
 public:
  ConnectionSlot() = default;
  explicit ConnectionSlot(std::shared_ptr<std::atomic<int>> open) : open_(std::move(open)) {}
  ConnectionSlot(ConnectionSlot&&) = default;
  ConnectionSlot& operator=(ConnectionSlot&& other) {
    std::swap(open_, other.open_);
    return *this;
  }
  ~ConnectionSlot() {
    if (open_) open_->fetch_sub(1, std::memory_order_relaxed);
  }

 private:
  // Shared: a connection may outlive its listener.
  std::shared_ptr<std::atomic<int>> open_;
};

// Accepts TCP connections and deals them to the I/O threads. Sockets have TCP_NODELAY and
// SO_KEEPALIVE. Lack of descriptors is waited out.
//
// Owned by one thread that is not an I/O thread; `handler` runs on the I/O thread of the socket.
// The I/O threads must run until Stop has returned.
class Listener {
 public:
  // `index` is the I/O thread's number in `threads`.
  using Handler = std::function<void(int index, TcpSocket socket, ConnectionSlot slot)>;

  // Binds and listens; nothing is accepted before Start. `threads` must outlive this object.
  static Result<std::unique_ptr<Listener>> Open(IoThreads& threads, ListenerOptions options);
  ~Listener() { Stop(); }

  // Called once. `handler` is kept until the I/O threads have stopped.
  void Start(Handler handler);
  // No connection is accepted after it returns; the port is free. Idempotent.
  void Stop();

  HostPort address() const { return address_; }
  uint16_t port() const { return address_.port; }
  // Connections that hold a slot.
  int open_connections() const { return open_->load(std::memory_order_relaxed); }
  // Connections that were closed because of the limit.
  uint64_t refused() const;

 private:
  struct State;

  Listener(IoThreads& threads, ListenerOptions options, std::shared_ptr<State> state);
  static Async<Status> AcceptLoop(IoThreads& threads, std::shared_ptr<State> state);

  IoThreads& threads_;
  HostPort address_;
  std::shared_ptr<std::atomic<int>> open_;
  std::shared_ptr<State> state_;  // Shared with the accepting coroutine.
  bool stopped_ = false;
};

}  // namespace cairn::net
