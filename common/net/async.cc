// SPDX-License-Identifier: Apache-2.0
#include "common/net/async.h"

#include <exception>

#include "common/log/log.h"

namespace cairn::net {
namespace {

// What a coroutine leaves behind goes to the log: nobody waits for it.
struct LogEnd {
  std::string name;

  void operator()(std::exception_ptr exception, const Status& status) const {
    if (exception) {
      try {
        std::rethrow_exception(exception);
      } catch (const std::exception& e) {
        LOG(kError, "task ended by an exception", {"task", name}, {"what", e.what()});
      }
      return;
    }
    if (status.ok() || status.code() == Code::kCancelled || status.code() == Code::kEndOfFile) {
      return;
    }
    LOG(kWarn, "task ended", {"task", name}, {"status", status});
  }
};

}  // namespace

void Spawn(IoContext& io, std::string name, Async<Status> task) {
  boost::asio::co_spawn(io, std::move(task), LogEnd{std::move(name)});
}

Status FromErrorCode(const boost::system::error_code& error, std::string_view what) {
  namespace errors = boost::asio::error;
  if (!error) return Status();
  Code code = Code::kNetwork;
  if (error == errors::eof) code = Code::kEndOfFile;
  if (error == errors::operation_aborted) code = Code::kCancelled;
  if (error == errors::timed_out) code = Code::kTimeout;
  return Status(code, std::string(what) + ": " + error.message());
}

Async<void> Event::Wait() {
  while (!notified_) {
    waiting_ = true;
    timer_.expires_at(boost::asio::steady_timer::time_point::max());
    boost::system::error_code ignored;
    co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    waiting_ = false;
  }
  notified_ = false;
}

Async<void> Sleep(boost::asio::steady_timer& timer, std::chrono::milliseconds delay) {
  timer.expires_after(delay);
  boost::system::error_code ignored;
  co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

}  // namespace cairn::net
