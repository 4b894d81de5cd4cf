// SPDX-License-Identifier: Apache-2.0
#include "bench/rpc_load.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/net/blocking_socket.h"
#include "common/util/bytes.h"
#include "common/util/random.h"
#include "common/wire/rpc_frames.h"

namespace cairn::bench {
namespace {

constexpr char kProtocol[] = "org.apache.hadoop.hdfs.protocol.ClientProtocol";
constexpr std::chrono::seconds kConnectTimeout{10};
constexpr size_t kReadBytes = 256 << 10;
// Silence after which a server counts as hung.
constexpr int kSilenceMaxMs = 60'000;

using SteadyClock = std::chrono::steady_clock;

uint64_t NowNs() {
  return static_cast<uint64_t>(SteadyClock::now().time_since_epoch().count());
}

std::string NewClientId(Random& random) {
  std::string id;
  PutU64(id, random.Next());
  PutU64(id, random.Next());
  return id;
}

Status SystemError(const char* what) {
  return Status(Code::kNetwork, std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

// One socket with its callers. A call id is its caller's number plus a multiple of their count.
class RpcLoad::Connection {
 public:
  Connection(net::BlockingSocket socket, std::string client_id)
      : socket_(std::move(socket)), client_id_(std::move(client_id)) {}

  void AddCaller(std::unique_ptr<Script> script) {
    callers_.push_back({.script = std::move(script)});
  }

  Status Greet(const std::string& user) {
    out_ = wire::EncodePreamble({});
    out_ += wire::EncodeConnectionContext(client_id_,
                                          {.effective_user = user, .protocol = kProtocol});
    if (::fcntl(socket_.fd(), F_SETFL, O_NONBLOCK) != 0) return SystemError("fcntl");
    return Flush();
  }

  Status StartAll() {
    for (size_t i = 0; i < callers_.size(); ++i) Start(i);
    return Flush();
  }

  // Reads what has come; callers go on with their next call while `go_on`.
  Status Read(bool go_on, LoadResult& result) {
    std::array<char, kReadBytes>& buffer = *buffer_;
    for (;;) {
      const ssize_t n = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (n < 0) return SystemError("recv");
      if (n == 0) return Status(Code::kEndOfFile, "the namenode closed the connection");
      in_.append(buffer.data(), static_cast<size_t>(n));
      if (static_cast<size_t>(n) < buffer.size()) break;
    }
    CAIRN_TRY(TakeFrames(go_on, result));
    return Flush();
  }

  Status Flush() {
    while (!out_.empty()) {
      const ssize_t n = ::send(socket_.fd(), out_.data(), out_.size(), MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return Status();
      if (n < 0) return SystemError("send");
      out_.erase(0, static_cast<size_t>(n));
    }
    return Status();
  }

  bool wants_to_write() const { return !out_.empty(); }
  int outstanding() const { return outstanding_; }
  int fd() const { return socket_.fd(); }

 private:
  struct Caller {
    std::unique_ptr<Script> script;
    uint64_t started_ns = 0;
    int32_t call_id = -1;  // Of the outstanding call; -1: none.
    int32_t calls = 0;
  };

  void Start(size_t index) {
    Caller& caller = callers_[index];
    std::optional<Call> call = caller.script->Next();
    if (!call) return;
    // Never used twice: a namenode would answer from its retry cache.
    caller.call_id =
        caller.calls++ * static_cast<int32_t>(callers_.size()) + static_cast<int32_t>(index);
    caller.started_ns = NowNs();
    out_ += wire::EncodeRequest(
        {.call_id = caller.call_id, .client_id = client_id_},
        {.method = call->method, .protocol = kProtocol, .request = call->request});
    ++outstanding_;
  }

  Status TakeFrames(bool go_on, LoadResult& result) {
    std::string_view rest = in_;
    while (rest.size() >= wire::kFrameLengthBytes) {
      CAIRN_ASSIGN(const uint32_t length,
                   wire::ParseFrameLength(rest.substr(0, wire::kFrameLengthBytes)));
      if (rest.size() < wire::kFrameLengthBytes + length) break;
      CAIRN_TRY(TakeResponse(rest.substr(wire::kFrameLengthBytes, length), go_on, result));
      rest.remove_prefix(wire::kFrameLengthBytes + length);
    }
    in_.erase(0, in_.size() - rest.size());
    return Status();
  }

  Status TakeResponse(std::string_view frame, bool go_on, LoadResult& result) {
    CAIRN_ASSIGN(const wire::Response response, wire::DecodeResponse(frame));
    if (response.call_id < 0) return response.ToStatus();
    const size_t index = static_cast<size_t>(response.call_id) % callers_.size();
    Caller& caller = callers_[index];
    if (caller.call_id != response.call_id) {
      return Status(Code::kCorrupt, "an answer to a call that nobody made");
    }
    caller.call_id = -1;
    --outstanding_;
    ++result.calls;
    result.latency.Add(NowNs() - caller.started_ns);
    if (const Status status = response.ToStatus(); !status.ok()) {
      if (++result.failures == 1) result.first_failure = status.ToString();
    } else {
      caller.script->Answered(response.body);
    }
    if (go_on) Start(index);
    return Status();
  }

  net::BlockingSocket socket_;
  const std::string client_id_;
  std::vector<Caller> callers_;
  std::string in_;
  std::string out_;
  const std::unique_ptr<std::array<char, kReadBytes>> buffer_ =
      std::make_unique<std::array<char, kReadBytes>>();
  int outstanding_ = 0;
};

RpcLoad::RpcLoad(int epoll_fd) : epoll_fd_(epoll_fd) {}

RpcLoad::~RpcLoad() { ::close(epoll_fd_); }

Result<std::unique_ptr<RpcLoad>> RpcLoad::Open(const LoadOptions& options,
                                               const MakeScript& make_script) {
  const int epoll_fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) return SystemError("epoll_create1");
  std::unique_ptr<RpcLoad> load(new RpcLoad(epoll_fd));
  SeededRandom random;
  for (int i = 0; i < options.connections; ++i) {
    CAIRN_ASSIGN(net::BlockingSocket socket,
                 net::BlockingSocket::Connect(options.address, kConnectTimeout));
    auto connection = std::make_unique<Connection>(std::move(socket), NewClientId(random));
    for (int d = 0; d < options.depth; ++d) {
      connection->AddCaller(make_script(i * options.depth + d));
    }
    CAIRN_TRY(connection->Greet(options.user));
    epoll_event event{.events = EPOLLIN, .data = {.ptr = connection.get()}};
    if (::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, connection->fd(), &event) != 0) {
      return SystemError("epoll_ctl");
    }
    load->connections_.push_back(std::move(connection));
  }
  return load;
}

Result<LoadResult> RpcLoad::Run(std::chrono::nanoseconds duration) {
  LoadResult result;
  const auto begin = SteadyClock::now();
  for (auto& connection : connections_) CAIRN_TRY(connection->StartAll());
  std::array<epoll_event, 256> events;
  for (bool go_on = true;;) {
    int outstanding = 0;
    bool writing = false;
    for (const auto& connection : connections_) {
      outstanding += connection->outstanding();
      writing = writing || connection->wants_to_write();
    }
    if (outstanding == 0) break;
    // Requests are small, so that a full socket is rare: then it is tried again at once.
    const int n = ::epoll_wait(epoll_fd_, events.data(), events.size(),
                               writing ? 0 : kSilenceMaxMs);
    if (n < 0 && errno != EINTR) return SystemError("epoll_wait");
    if (n == 0 && !writing) return Status(Code::kTimeout, "the namenode does not answer");
    go_on = go_on && SteadyClock::now() - begin < duration;
    for (int i = 0; i < n; ++i) {
      CAIRN_TRY(static_cast<Connection*>(events[i].data.ptr)->Read(go_on, result));
    }
    if (!writing) continue;
    for (auto& connection : connections_) CAIRN_TRY(connection->Flush());
  }
  result.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  return result;
}

}  // namespace cairn::bench
