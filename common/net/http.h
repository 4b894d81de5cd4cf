// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/net/address.h"
#include "common/util/result.h"

namespace cairn::net {

using NameValues = std::vector<std::pair<std::string, std::string>>;

// A request, with its head decoded. Plain value.
struct HttpRequest {
  std::string method;    // "GET"
  std::string path;      // Percent-decoded: "/webhdfs/v1/a b".
  std::string raw_path;  // As it came, without the query.
  std::string raw_query;
  NameValues query;      // Decoded, in order.
  NameValues headers;    // Names as they came.
  std::string body;      // Empty for a route with an upload sink.
  HostPort remote;
  HostPort local;

  // The first parameter of that name; WebHDFS's names are compared without case.
  std::optional<std::string_view> Query(std::string_view name) const;
  // The first header of that name, without case.
  std::optional<std::string_view> Header(std::string_view name) const;
};

// A body that is produced while it is sent: an image of many gigabytes, a block.
struct HttpBodySource {
  uint64_t length = 0;
  // Up to `n` bytes from position `offset` of the body; called in order, one at a time, on the
  // pool. An error or an empty answer breaks the connection, which the peer notices.
  std::function<Result<std::string>(uint64_t offset, size_t n)> read;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  NameValues headers;
  std::string body;
  std::optional<HttpBodySource> source;  // Instead of `body`.
};

// A plain answer: "404 Not Found", one sentence, a line feed.
HttpResponse HttpText(int status, std::string text);

// Answers one request. Runs on the server's pool: it may wait for disks and peers. Thread-safe.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

// Takes a request's body as it comes. Runs on the pool, one call at a time; destroyed without
// Finish when the client leaves early.
class HttpUpload {
 public:
  virtual ~HttpUpload() = default;
  // An error ends the request with Finish's answer to it.
  virtual Status Write(std::string_view bytes) = 0;
  // `status`: ok when the whole body has come, else the error of Write.
  virtual HttpResponse Finish(const Status& status) = 0;
};
// Either a sink, or the answer that refuses the request before its body is read.
struct HttpUploadStart {
  std::unique_ptr<HttpUpload> sink;
  HttpResponse refusal;  // Sent when `sink` is null.
};
using HttpUploadHandler = std::function<HttpUploadStart(const HttpRequest&)>;

struct HttpServerOptions {
  HostPort address{"0.0.0.0", 0};
  std::string name = "http";
  int pool_threads = 4;
  int connections_max = 1024;
  size_t body_size_max = 4 << 20;  // Of a request without an upload sink.
  std::chrono::milliseconds head_timeout{30'000};  // For a whole head, and between requests.
  std::chrono::milliseconds io_timeout{60'000};    // Longest silence inside a body.
};

// An HTTP/1.1 server: keep-alive, heads of up to 64 kB, bodies in memory up to a limit, uploads and
// downloads of any size as streams. It has an I/O thread of its own and a small pool for handlers,
// so that slow requests hold up neither RPC nor, up to the pool's size, each other.
//
// Register routes before Start. Owned by one thread.
class HttpServer {
 public:
  explicit HttpServer(HttpServerOptions options);
  ~HttpServer();

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // `path` itself. Exact routes win over prefixes, longer prefixes over shorter ones; a path
  // without a route gets 404. HEAD is answered as GET without the body.
  void Handle(const std::string& path, HttpHandler handler);
  // `prefix` and everything below it: "/webhdfs/v1" takes "/webhdfs/v1/a" and not "/webhdfs/v1x".
  void HandlePrefix(const std::string& prefix, HttpHandler handler);
  // Requests of `method` for `prefix` and below, with the body as a stream. Wins over the others.
  void HandleUpload(const std::string& method, const std::string& prefix,
                    HttpUploadHandler handler);

  // Binds, listens and serves. kAlreadyExists when the port is taken.
  Status Start();
  // Breaks all connections, waits for running handlers. Idempotent.
  void Stop();

  // After Start.
  HostPort address() const;
  uint16_t port() const { return address().port; }

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// "%41b+c" to "Ab c" ('+' only when `plus_is_space`); kBadRequest for a broken escape or a NUL.
Result<std::string> PercentDecode(std::string_view text, bool plus_is_space);
// All but unreserved characters escaped; '/' too, unless `keep_slash`.
std::string PercentEncode(std::string_view text, bool keep_slash);
// "a=1&b=%20" to pairs.
Result<NameValues> ParseQuery(std::string_view text);
// "Not Found" of 404.
std::string_view HttpReason(int status);

}  // namespace cairn::net
