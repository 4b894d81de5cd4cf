// SPDX-License-Identifier: Apache-2.0
#include "common/net/listener.h"

#include <future>

#include "common/log/log.h"
#include "common/net/blocking_socket.h"

namespace cairn::net {
namespace {

// How long to let others close descriptors before accepting again.
constexpr std::chrono::milliseconds kBackOff{100};

// The peer left before it was its turn. Everything else is our trouble, lack of descriptors first
// of all, and would come again at once.
bool IsFaultOfPeer(const boost::system::error_code& error) {
  return error == boost::asio::error::connection_aborted ||
         error == boost::asio::error::interrupted || error.value() == EPROTO;
}

}  // namespace

struct Listener::State {
  State(IoContext& io, ListenerOptions o) : acceptor(io), back_off(io), options(std::move(o)) {}

  boost::asio::ip::tcp::acceptor acceptor;
  boost::asio::steady_timer back_off;
  const ListenerOptions options;
  Handler handler;
  std::shared_ptr<std::atomic<int>> open;
  std::atomic<uint64_t> refused{0};
  int next = 0;  // The I/O thread whose turn it is.
};

Result<std::unique_ptr<Listener>> Listener::Open(IoThreads& threads, ListenerOptions options) {
  CAIRN_ASSIGN(const int fd, OpenListeningSocket(options.address, options.backlog));
  const bool v6 = LocalAddressOf(fd).host.find(':') != std::string::npos;
  auto state = std::make_shared<State>(threads.at(0), options);
  boost::system::error_code error;
  state->acceptor.assign(v6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4(), fd, error);
  if (error) return FromErrorCode(error, "listen on " + ToString(options.address));
  return std::unique_ptr<Listener>(
      new Listener(threads, std::move(options), std::move(state)));
}

Listener::Listener(IoThreads& threads, ListenerOptions, std::shared_ptr<State> state)
    : threads_(threads),
      address_(LocalAddressOf(state->acceptor.native_handle())),
      open_(std::make_shared<std::atomic<int>>(0)),
      state_(std::move(state)) {
  state_->open = open_;
}

void Listener::Start(Handler handler) {
  state_->handler = std::move(handler);
  Spawn(threads_.at(0), "accept on " + ToString(address_), AcceptLoop(threads_, state_));
}

Async<Status> Listener::AcceptLoop(IoThreads& threads, std::shared_ptr<State> state) {
  for (;;) {
    const int index = state->next;
    TcpSocket socket(threads.at(index));
    boost::system::error_code error;
    co_await state->acceptor.async_accept(
        socket, boost::asio::redirect_error(boost::asio::use_awaitable, error));
    if (!state->acceptor.is_open()) co_return Status();
    if (error) {
      if (IsFaultOfPeer(error)) continue;
      LOG(kWarn, "cannot accept connections", {"reason", error.message()});
      co_await Sleep(state->back_off, kBackOff);
      continue;
    }
    if (state->open->fetch_add(1, std::memory_order_relaxed) >= state->options.connections_max) {
      state->open->fetch_sub(1, std::memory_order_relaxed);
      state->refused.fetch_add(1, std::memory_order_relaxed);
      continue;  // The socket's destructor closes it.
    }
    ConnectionSlot slot(state->open);
    boost::system::error_code ignored;
    socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    socket.set_option(boost::asio::socket_base::keep_alive(true), ignored);
    state->next = (index + 1) % threads.size();
    boost::asio::post(threads.at(index), [state, index, s = std::move(socket),
                                          slot = std::move(slot)]() mutable {
      state->handler(index, std::move(s), std::move(slot));
    });
  }
}

void Listener::Stop() {
  if (stopped_) return;
  stopped_ = true;
  // The acceptor belongs to its I/O thread; the owner waits there so that the port is free.
  std::promise<void> closed;
  boost::asio::post(threads_.at(0), [this, &closed] {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    state_->back_off.cancel();
    closed.set_value();
  });
  closed.get_future().wait();
}

uint64_t Listener::refused() const { return state_->refused.load(std::memory_order_relaxed); }

}  // namespace cairn::net
