// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/net/http.h"
#include "common/net/http_body.h"
#include "common/net/listener.h"
#include "common/net/stream.h"
#include "common/net/worker_pool.h"

namespace cairn::net {

// Which handler answers which path. Immutable once the server has started.
struct HttpRoutes {
  struct Route {
    std::string path;
    bool is_prefix = false;
    HttpHandler handler;
  };
  struct Upload {
    std::string method;
    std::string prefix;
    HttpUploadHandler handler;
  };

  // Null when there is none.
  const HttpHandler* Find(std::string_view path) const;
  const HttpUploadHandler* FindUpload(std::string_view method, std::string_view path) const;

  std::vector<Route> routes;
  std::vector<Upload> uploads;
};

// What all sessions of a server share.
struct HttpServerContext {
  IoContext& io;
  const HttpServerOptions& options;
  const HttpRoutes& routes;
  WorkerPool& pool;
  const std::atomic<bool>& stopping;
};

// One connection of the HTTP server: request after request, until one side closes.
//
// Lives on the server's I/O thread; the handlers that it calls run on the pool while its coroutine
// waits, so the two never touch its members at once.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(const HttpServerContext& context, TcpSocket socket, ConnectionSlot slot);

  // `self` keeps the session while it runs.
  static Async<Status> Run(std::shared_ptr<HttpSession> self);
  void Close() { stream_.Close(); }

 private:
  // Where a request's handling has come to, when it must end early: the answer is in response_.
  enum class Next { kGoOn, kAnswer };

  Async<Status> ServeOne();
  Async<Result<Next>> ReadHead();
  Next TakeHead();
  Async<Result<Next>> ReadBody();
  Async<Status> ReceiveUpload(const HttpUploadHandler& handler);
  // The next piece of the body, at the front of chunk_; 0 at its end.
  Async<Result<size_t>> NextPiece();
  Async<Status> Answer();
  Async<Status> SendSource();
  std::string EncodeHead() const;
  Next Refuse(int status, std::string text);

  // Runs `work` on the pool and waits for it; `work` may use members.
  Async<void> RunOnPool(std::function<void()> work);
  void CallHandler(const HttpHandler& handler);
  void StartUpload(const HttpUploadHandler& handler);
  void WriteUpload(size_t n);
  void FinishUpload(const Status& status);
  void ReadSource(uint64_t offset);

  const HttpServerContext context_;
  Stream stream_;
  ConnectionSlot slot_;
  Event done_;  // The pool has finished.

  // Of the request being served.
  std::optional<HttpRequestParser> parser_;
  HttpRequest request_;
  HttpResponse response_;
  std::string chunk_;
  bool keep_alive_ = false;
  bool head_only_ = false;
  std::unique_ptr<HttpUpload> upload_;
  Status upload_status_;
  Result<std::string> source_piece_{std::string()};
};

}  // namespace cairn::net
