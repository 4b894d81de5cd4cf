// SPDX-License-Identifier: Apache-2.0
#include "common/net/http_session.h"

#include <algorithm>
#include <array>
#include <exception>

#include "common/log/log.h"

namespace cairn::net {
namespace {

// `prefix` itself, or below it.
bool IsUnder(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  return path.size() == prefix.size() || prefix.ends_with('/') || path[prefix.size()] == '/';
}

// A handler's text must not be able to end the header.
void AppendHeader(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  for (const char c : value) {
    if (c != '\r' && c != '\n' && c != '\0') head += c;
  }
  head += "\r\n";
}

// Third-party code inside a handler may throw; the client gets a plain answer.
template <typename Fn>
void CallSafely(HttpResponse& response, Fn&& fn) {
  try {
    fn();
  } catch (const std::exception& e) {
    LOG(kError, "HTTP handler threw", {"what", e.what()});
    response = HttpText(500, "500 Internal Server Error: " + std::string(e.what()));
  }
}

}  // namespace

const HttpHandler* HttpRoutes::Find(std::string_view path) const {
  const Route* best = nullptr;
  for (const Route& route : routes) {
    if (!route.is_prefix && route.path == path) return &route.handler;
    if (!route.is_prefix || !IsUnder(path, route.path)) continue;
    if (best == nullptr || route.path.size() > best->path.size()) best = &route;
  }
  return best == nullptr ? nullptr : &best->handler;
}

const HttpUploadHandler* HttpRoutes::FindUpload(std::string_view method,
                                                std::string_view path) const {
  const Upload* best = nullptr;
  for (const Upload& upload : uploads) {
    if (upload.method != method || !IsUnder(path, upload.prefix)) continue;
    if (best == nullptr || upload.prefix.size() > best->prefix.size()) best = &upload;
  }
  return best == nullptr ? nullptr : &best->handler;
}

HttpSession::HttpSession(const HttpServerContext& context, TcpSocket socket, ConnectionSlot slot)
    : context_(context), stream_(std::move(socket)), slot_(std::move(slot)), done_(context.io) {}

Async<Status> HttpSession::Run(std::shared_ptr<HttpSession> self) {
  do {
    CAIRN_CO_TRY(co_await self->ServeOne());
  } while (self->keep_alive_ && !self->context_.stopping);
  co_return Status();
}

Async<Status> HttpSession::ServeOne() {
  keep_alive_ = false;
  CAIRN_CO_ASSIGN(Next next, co_await ReadHead());
  if (next == Next::kAnswer) co_return co_await Answer();
  const HttpUploadHandler* upload = context_.routes.FindUpload(request_.method, request_.path);
  if (upload != nullptr) co_return co_await ReceiveUpload(*upload);

  CAIRN_CO_ASSIGN(next, co_await ReadBody());
  if (next == Next::kAnswer) co_return co_await Answer();
  const HttpHandler* handler = context_.routes.Find(request_.path);
  if (handler == nullptr) {
    response_ = HttpText(404, "404 Not Found: there is nothing at " + request_.path);
  } else {
    std::function<void()> work = std::bind_front(&HttpSession::CallHandler, this, *handler);
    co_await RunOnPool(std::move(work));
  }
  co_return co_await Answer();
}

Async<Result<HttpSession::Next>> HttpSession::ReadHead() {
  parser_.emplace();
  SetUpHttpParser(*parser_);
  request_ = {};
  response_ = {};
  head_only_ = false;
  chunk_.resize(1);  // The parser wants room for a body, but stops behind the head.
  stream_.SetDeadline(context_.options.head_timeout);
  while (!parser_->is_header_done()) {
    HttpStep step;
    if (!stream_.buffered().empty()) {
      auto parsed = AdvanceHttp(*parser_, stream_.buffered(), chunk_);
      if (!parsed.ok()) {
        const bool too_long = parsed.status().code() == Code::kTooManyItems;
        co_return Refuse(too_long ? 431 : 400, parsed.status().message());
      }
      step = *parsed;
      stream_.Consume(step.consumed);
    }
    if (step.consumed == 0) CAIRN_CO_TRY(co_await stream_.ReadSome());
  }
  co_return TakeHead();
}

HttpSession::Next HttpSession::TakeHead() {
  const auto& head = parser_->get();
  keep_alive_ = head.keep_alive();
  request_.method = std::string(head.method_string());
  head_only_ = request_.method == "HEAD";
  const std::string target(head.target());
  const size_t question = target.find('?');
  request_.raw_path = target.substr(0, question);
  if (question != target.npos) request_.raw_query = target.substr(question + 1);
  request_.headers = HttpFields(head);
  request_.remote = stream_.peer();
  request_.local = stream_.local();
  auto path = PercentDecode(request_.raw_path, false);
  if (!path.ok()) return Refuse(400, path.status().message());
  request_.path = std::move(*path);
  auto query = ParseQuery(request_.raw_query);
  if (!query.ok()) return Refuse(400, query.status().message());
  request_.query = std::move(*query);
  return Next::kGoOn;
}

HttpSession::Next HttpSession::Refuse(int status, std::string text) {
  // The rest of what came cannot be told from a next request.
  keep_alive_ = false;
  const std::string head = std::to_string(status) + " " + std::string(HttpReason(status));
  response_ = HttpText(status, head + ": " + text);
  return Next::kAnswer;
}

Async<Result<HttpSession::Next>> HttpSession::ReadBody() {
  const size_t size_max = context_.options.body_size_max;
  const std::string too_large = "the body is over the limit of " + std::to_string(size_max);
  if (parser_->content_length() && *parser_->content_length() > size_max) {
    co_return Refuse(413, too_large);
  }
  for (;;) {
    CAIRN_CO_ASSIGN(const size_t n, co_await NextPiece());
    if (n == 0) co_return Next::kGoOn;
    if (request_.body.size() + n > size_max) co_return Refuse(413, too_large);
    request_.body.append(chunk_, 0, n);
  }
}

Async<Result<size_t>> HttpSession::NextPiece() {
  if (parser_->is_done()) co_return size_t{0};
  if (chunk_.size() != kHttpChunkBytes) {
    chunk_.resize(kHttpChunkBytes);
    // Before the first piece: a client that asked first waits for this.
    const auto expect = request_.Header("Expect");
    if (expect && *expect == "100-continue" && stream_.buffered().empty()) {
      CAIRN_CO_TRY(co_await stream_.Write("HTTP/1.1 100 Continue\r\n\r\n"));
    }
  }
  stream_.SetDeadline(context_.options.io_timeout);
  while (!parser_->is_done()) {
    HttpStep step;
    if (!stream_.buffered().empty()) {
      CAIRN_CO_ASSIGN(step, AdvanceHttp(*parser_, stream_.buffered(), chunk_));
      stream_.Consume(step.consumed);
      if (step.produced > 0) co_return step.produced;
    }
    if (step.consumed == 0) CAIRN_CO_TRY(co_await stream_.ReadSome());
  }
  co_return size_t{0};
}

Async<Status> HttpSession::ReceiveUpload(const HttpUploadHandler& handler) {
  std::function<void()> start = std::bind_front(&HttpSession::StartUpload, this, handler);
  co_await RunOnPool(std::move(start));
  if (!upload_) {
    keep_alive_ = keep_alive_ && parser_->is_done();
    co_return co_await Answer();
  }
  upload_status_ = Status();
  while (upload_status_.ok()) {
    auto piece = co_await NextPiece();
    if (!piece.ok()) {
      std::function<void()> drop = [this] { upload_.reset(); };
      co_await RunOnPool(std::move(drop));
      co_return piece.status();
    }
    if (*piece == 0) break;
    std::function<void()> write = std::bind_front(&HttpSession::WriteUpload, this, *piece);
    co_await RunOnPool(std::move(write));
  }
  keep_alive_ = keep_alive_ && parser_->is_done();
  std::function<void()> finish = std::bind_front(&HttpSession::FinishUpload, this, upload_status_);
  co_await RunOnPool(std::move(finish));
  co_return co_await Answer();
}

std::string HttpSession::EncodeHead() const {
  const uint64_t length = response_.source ? response_.source->length : response_.body.size();
  std::string head = "HTTP/1.1 " + std::to_string(response_.status) + " ";
  head += HttpReason(response_.status);
  head += "\r\n";
  if (!response_.content_type.empty()) {
    AppendHeader(head, "Content-Type", response_.content_type);
  }
  for (const auto& [name, value] : response_.headers) AppendHeader(head, name, value);
  // 1xx, 204 and 304 have no body and must not announce one.
  if (response_.status != 204 && response_.status != 304) {
    AppendHeader(head, "Content-Length", std::to_string(length));
  }
  AppendHeader(head, "Connection", keep_alive_ ? "keep-alive" : "close");
  head += "\r\n";
  return head;
}

Async<Status> HttpSession::Answer() {
  stream_.SetDeadline(context_.options.io_timeout);
  const std::string head = EncodeHead();
  const bool bodiless = head_only_ || response_.status == 204 || response_.status == 304;
  if (response_.source || bodiless) {
    CAIRN_CO_TRY(co_await stream_.Write(head));
    if (bodiless || !response_.source) co_return Status();
    co_return co_await SendSource();
  }
  const std::array<std::string_view, 2> parts = {head, response_.body};
  const std::span<const std::string_view> span(parts);
  co_return co_await stream_.Write(span);
}

Async<Status> HttpSession::SendSource() {
  const uint64_t length = response_.source->length;
  for (uint64_t offset = 0; offset < length;) {
    stream_.ClearDeadline();
    std::function<void()> read = std::bind_front(&HttpSession::ReadSource, this, offset);
    co_await RunOnPool(std::move(read));
    if (source_piece_.ok() && source_piece_->empty()) {
      source_piece_ = Status(Code::kEndOfFile, "the body's source ended early");
    }
    if (!source_piece_.ok()) {
      LOG(kWarn, "HTTP answer broken off", {"path", request_.path}, {"offset", offset},
          {"status", source_piece_.status()});
      co_return source_piece_.status();
    }
    stream_.SetDeadline(context_.options.io_timeout);
    CAIRN_CO_TRY(co_await stream_.Write(*source_piece_));
    offset += source_piece_->size();
  }
  co_return Status();
}

Async<void> HttpSession::RunOnPool(std::function<void()> work) {
  // No deadline while a handler works: only the peer's silence is limited.
  stream_.ClearDeadline();
  std::function<void()> job = [self = shared_from_this(), work = std::move(work)] {
    work();
    boost::asio::post(self->context_.io, [self] { self->done_.Notify(); });
  };
  if (context_.pool.TryRun(std::move(job))) {
    co_await done_.Wait();
  } else {
    response_ = HttpText(503, "503 Service Unavailable: the server is stopping");
    source_piece_ = Status(Code::kCancelled, "the server is stopping");
    upload_status_ = source_piece_.status();
  }
}

void HttpSession::CallHandler(const HttpHandler& handler) {
  CallSafely(response_, [&] { response_ = handler(request_); });
}

void HttpSession::StartUpload(const HttpUploadHandler& handler) {
  CallSafely(response_, [&] {
    HttpUploadStart started = handler(request_);
    upload_ = std::move(started.sink);
    if (!upload_) response_ = std::move(started.refusal);
  });
}

void HttpSession::WriteUpload(size_t n) {
  HttpResponse thrown;
  upload_status_ = Status(Code::kInternal, "the upload's sink threw");
  CallSafely(thrown, [&] { upload_status_ = upload_->Write({chunk_.data(), n}); });
}

void HttpSession::FinishUpload(const Status& status) {
  CallSafely(response_, [&] { response_ = upload_->Finish(status); });
  upload_.reset();
}

void HttpSession::ReadSource(uint64_t offset) {
  HttpResponse thrown;
  const size_t wanted = std::min<uint64_t>(kHttpChunkBytes, response_.source->length - offset);
  source_piece_ = Status(Code::kInternal, "the body's source threw");
  CallSafely(thrown, [&] { source_piece_ = response_.source->read(offset, wanted); });
}

}  // namespace cairn::net
