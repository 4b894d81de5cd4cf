// SPDX-License-Identifier: Apache-2.0
#include <cassert>
#include <future>
#include <set>

#include "common/net/http_session.h"
#include "common/net/io_threads.h"

namespace cairn::net {

class HttpServer::Impl {
 public:
  explicit Impl(HttpServerOptions options) : options_(std::move(options)) {}

  HttpRoutes& routes() { return routes_; }
  HostPort address() const { return listener_->address(); }

  Status Start();
  void Stop();

 private:
  void Accepted(TcpSocket socket, ConnectionSlot slot);
  static Async<Status> Serve(Impl* impl, std::shared_ptr<HttpSession> session);

  const HttpServerOptions options_;
  HttpRoutes routes_;
  std::atomic<bool> stopping_{false};
  std::set<HttpSession*> sessions_;  // On the I/O thread.
  // In this order: the pool posts to the I/O thread, which must outlive it.
  std::unique_ptr<IoThreads> io_;
  std::unique_ptr<WorkerPool> pool_;
  std::unique_ptr<Listener> listener_;
};

Status HttpServer::Impl::Start() {
  io_ = std::make_unique<IoThreads>(options_.name, 1);
  CAIRN_ASSIGN(listener_, Listener::Open(*io_, {.address = options_.address,
                                                .connections_max = options_.connections_max}));
  // Each connection has at most one piece of work there.
  pool_ = std::make_unique<WorkerPool>(options_.name + "-w", options_.pool_threads,
                                       static_cast<size_t>(options_.connections_max));
  listener_->Start([this](int, TcpSocket socket, ConnectionSlot slot) {
    Accepted(std::move(socket), std::move(slot));
  });
  return Status();
}

void HttpServer::Impl::Accepted(TcpSocket socket, ConnectionSlot slot) {
  if (stopping_) return;
  const HttpServerContext context{io_->at(0), options_, routes_, *pool_, stopping_};
  auto session = std::make_shared<HttpSession>(context, std::move(socket), std::move(slot));
  sessions_.insert(session.get());
  Spawn(io_->at(0), "HTTP connection", Serve(this, std::move(session)));
}

Async<Status> HttpServer::Impl::Serve(Impl* impl, std::shared_ptr<HttpSession> session) {
  const Status status = co_await HttpSession::Run(session);
  impl->sessions_.erase(session.get());
  session->Close();
  // A peer that leaves, or says nothing for long, is everyday life.
  co_return status.code() == Code::kInternal ? status : Status();
}

void HttpServer::Impl::Stop() {
  if (stopping_.exchange(true)) return;
  if (listener_) listener_->Stop();
  if (pool_) {
    std::promise<void> closed;
    boost::asio::post(io_->at(0), [this, &closed] {
      for (HttpSession* session : sessions_) session->Close();
      closed.set_value();
    });
    closed.get_future().wait();
    pool_->Stop();
  }
  if (io_) io_->Stop();
}

HttpServer::HttpServer(HttpServerOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

HttpServer::~HttpServer() { Stop(); }

void HttpServer::Handle(const std::string& path, HttpHandler handler) {
  impl_->routes().routes.push_back({path, false, std::move(handler)});
}

void HttpServer::HandlePrefix(const std::string& prefix, HttpHandler handler) {
  impl_->routes().routes.push_back({prefix, true, std::move(handler)});
}

void HttpServer::HandleUpload(const std::string& method, const std::string& prefix,
                              HttpUploadHandler handler) {
  impl_->routes().uploads.push_back({method, prefix, std::move(handler)});
}

Status HttpServer::Start() { return impl_->Start(); }
void HttpServer::Stop() { impl_->Stop(); }
HostPort HttpServer::address() const { return impl_->address(); }

}  // namespace cairn::net
