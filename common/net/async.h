// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one door to Asio. <utility> has to come first: Boost 1.74 uses std::exchange without it.
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <string>

#include "common/util/result.h"

namespace cairn::net {

// What a coroutine returns. A coroutine is a named function with parameters by value, or references
// to what a longer-lived object owns; never a lambda.
template <typename T>
using Async = boost::asio::awaitable<T>;

using IoContext = boost::asio::io_context;
using TcpSocket = boost::asio::ip::tcp::socket;

// Starts `task` on `io`. A Status that is neither ok nor kCancelled nor kEndOfFile is logged under
// `name`, and so is an exception, which ends here.
void Spawn(IoContext& io, std::string name, Async<Status> task);

// Our code for an error of Asio or of the system: kEndOfFile, kCancelled, kTimeout or kNetwork.
// `what` opens the message.
Status FromErrorCode(const boost::system::error_code& error, std::string_view what);

// Lets one coroutine wait for another, or for a handler. A Notify without a waiter is kept for the
// next Wait; many count as one.
//
// Lives on the I/O thread of its context.
class Event {
 public:
  explicit Event(IoContext& io) : timer_(io) {}

  void Notify() {
    notified_ = true;
    if (waiting_) timer_.cancel();
  }
  // At most one coroutine waits.
  Async<void> Wait();

 private:
  boost::asio::steady_timer timer_;
  bool notified_ = false;
  bool waiting_ = false;
};

// Suspends for `delay`, or until `timer` is cancelled.
Async<void> Sleep(boost::asio::steady_timer& timer, std::chrono::milliseconds delay);

}  // namespace cairn::net
