// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/peer_link.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <variant>

#include "common/log/log.h"
#include "common/net/io_threads.h"

namespace cairn::namenode::ha {

namespace {

// Accepted connections at a time. One is the peer's; the others are its successors and strangers.
constexpr size_t kIncomingMax = 16;

void Signal(int wake_fd) {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(wake_fd, &one, sizeof(one));
}

// Whether the peer's host lives and has nobody at the port. The socket layer tells it in words.
bool IsRefusal(const Status& status) {
  return status.code() == Code::kNetwork &&
         status.message().find(std::strerror(ECONNREFUSED)) != std::string::npos;
}

LinkMessage ToLinkMessage(const Message& message) {
  return std::visit([](const auto& m) -> LinkMessage { return m; }, message);
}

// Only what a namenode may say; nothing for a watcher's notice.
std::optional<Message> ToMessage(LinkMessage message) {
  return std::visit(
      [](auto&& m) -> std::optional<Message> {
        if constexpr (std::is_same_v<std::decay_t<decltype(m)>, Died>) {
          return std::nullopt;
        } else {
          return Message(std::move(m));
        }
      },
      std::move(message));
}

}  // namespace

Result<std::unique_ptr<PeerLink>> PeerLink::Start(Options options, Sink sink) {
  CAIRN_ASSIGN(std::unique_ptr<net::BlockingListener> listener,
               net::BlockingListener::Open(options.listen));
  const int wake_fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd < 0) return Status(Code::kIoError, std::string("eventfd: ") + std::strerror(errno));
  std::unique_ptr<PeerLink> link(
      new PeerLink(std::move(options), std::move(sink), std::move(listener), wake_fd));
  link->acceptor_ = std::thread([raw = link.get()] { raw->RunAcceptor(); });
  link->dialler_ = std::thread([raw = link.get()] { raw->RunDialler(); });
  return link;
}

PeerLink::PeerLink(Options options, Sink sink, std::unique_ptr<net::BlockingListener> listener,
                   int wake_fd)
    : options_(std::move(options)),
      sink_(std::move(sink)),
      listener_(std::move(listener)),
      wake_fd_(wake_fd) {}

PeerLink::~PeerLink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const Incoming& incoming : incoming_) ::shutdown(incoming.fd, SHUT_RDWR);
  }
  stop_.notify_all();
  Signal(wake_fd_);
  listener_->Wake();
  dialler_.join();
  acceptor_.join();
  for (Incoming& incoming : incoming_) End(incoming);
  ::close(wake_fd_);
}

LinkHello PeerLink::Self(LinkPurpose purpose) const {
  return {.purpose = purpose, .node = options_.node, .incarnation = options_.incarnation};
}

void PeerLink::Send(const Message& message) {
  std::string bytes = EncodeMessage(ToLinkMessage(message));
  {
    const std::lock_guard lock(mutex_);
    if (!up_ || queued_bytes_ + bytes.size() > options_.queue_bytes_max) return;
    queued_bytes_ += bytes.size();
    queue_.push_back(std::move(bytes));
  }
  Signal(wake_fd_);
}

// --- What goes out.

void PeerLink::RunDialler() {
  net::NameThisThread("ha-link-out");
  for (;;) {
    Result<Channel> channel = DialPeer();
    if (!channel.ok()) {
      ReportDown(channel.status());
      if (!PauseBeforeRedial()) return;
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      queue_.clear();
      queued_bytes_ = 0;
      up_ = true;
    }
    LOG(kInfo, "link to the peer is up", {"peer", options_.peer.value},
        {"address", net::ToString(options_.peer_address)});
    reported_up_ = true;
    reported_refused_ = false;
    sink_(event::LinkUp{});
    const Status why = SendUntilBroken(*channel);
    {
      const std::lock_guard lock(mutex_);
      up_ = false;
      if (stopping_) return;
    }
    ReportDown(why);
  }
}

Result<Channel> PeerLink::DialPeer() {
  CAIRN_ASSIGN(net::BlockingSocket socket,
               net::BlockingSocket::Connect(options_.peer_address, options_.connect_timeout));
  CAIRN_ASSIGN(Channel channel, Channel::Dial(std::move(socket), options_.secret,
                                              Self(LinkPurpose::kPeer), options_.stall_timeout));
  if (channel.peer().node != options_.peer) {
    return Status(Code::kUnauthenticated, "at " + net::ToString(options_.peer_address) + " is " +
                                              channel.peer().node.value + ", not " +
                                              options_.peer.value);
  }
  return channel;
}

// Says once that the link is down, and once more when it turns out that the peer refuses.
void PeerLink::ReportDown(const Status& why) {
  const bool refused = IsRefusal(why);
  if (reported_up_ || why.code() != last_failure_) {
    LOG(kInfo, "link to the peer is down", {"peer", options_.peer.value}, {"reason", why},
        {"refused", refused});
  }
  last_failure_ = why.code();
  if (!reported_up_ && (!refused || reported_refused_)) return;
  reported_up_ = false;
  reported_refused_ = refused;
  sink_(event::LinkDown{.refused = refused});
}

bool PeerLink::PauseBeforeRedial() {
  std::unique_lock lock(mutex_);
  return !stop_.wait_for(lock, options_.redial_pause, [this] { return stopping_; });
}

Status PeerLink::SendUntilBroken(Channel& channel) {
  for (;;) {
    std::string bytes;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return Status(Code::kCancelled, "the link stops");
      if (!queue_.empty()) {
        bytes = std::move(queue_.front());
        queue_.pop_front();
        queued_bytes_ -= bytes.size();
      }
    }
    CAIRN_TRY(bytes.empty() ? WaitForWork(channel) : channel.Send(bytes));
  }
}

// Waits until there is something to send. Nothing ever comes back over this channel: what does is
// its end.
Status PeerLink::WaitForWork(Channel& channel) {
  pollfd waits[2] = {{wake_fd_, POLLIN, 0}, {channel.socket().fd(), POLLIN | POLLRDHUP, 0}};
  if (::poll(waits, 2, -1) < 0 && errno != EINTR) {
    return Status(Code::kNetwork, std::string("poll: ") + std::strerror(errno));
  }
  if (waits[1].revents != 0) return Status(Code::kEndOfFile, "the peer ended the connection");
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t n = ::read(wake_fd_, &count, sizeof(count));
  return Status();
}

Status PeerLink::TellDeath(const Options& options) {
  CAIRN_ASSIGN(net::BlockingSocket socket,
               net::BlockingSocket::Connect(options.peer_address, options.connect_timeout));
  const LinkHello self{.purpose = LinkPurpose::kWatcher,
                       .node = options.node,
                       .incarnation = options.incarnation};
  CAIRN_ASSIGN(Channel channel, Channel::Dial(std::move(socket), options.secret, self,
                                              options.stall_timeout));
  return channel.Send(EncodeMessage(Died{options.incarnation}));
}

// --- What comes in.

void PeerLink::RunAcceptor() {
  net::NameThisThread("ha-link-accept");
  for (;;) {
    Result<net::BlockingSocket> socket = listener_->Accept();
    if (!socket.ok()) return;
    Reap();
    Admit(std::move(*socket));
  }
}

// Joins the threads that have ended.
void PeerLink::Reap() {
  std::list<Incoming> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = incoming_.begin(); it != incoming_.end();) {
      const auto next = std::next(it);
      if (it->done) ended.splice(ended.end(), incoming_, it);
      it = next;
    }
  }
  for (Incoming& incoming : ended) End(incoming);
}

void PeerLink::End(Incoming& incoming) {
  incoming.thread.join();
  ::close(incoming.fd);
}

void PeerLink::Admit(net::BlockingSocket socket) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  if (incoming_.size() >= kIncomingMax) {
    // Strangers that greet slowly must not keep the peer out: the oldest of them goes.
    const auto stranger = std::find_if(incoming_.begin(), incoming_.end(), [](const Incoming& i) {
      return !i.greeted && !i.done;
    });
    if (stranger != incoming_.end()) ::shutdown(stranger->fd, SHUT_RDWR);
    if (incoming_.size() >= 2 * kIncomingMax) return;
  }
  const int second = ::fcntl(socket.fd(), F_DUPFD_CLOEXEC, 0);
  if (second < 0) return;
  Incoming& incoming = incoming_.emplace_back();
  incoming.fd = second;
  incoming.number = ++accepted_;
  incoming.thread = std::thread(
      [this, &incoming, fd = socket.Release()] { Serve(incoming, net::BlockingSocket(fd)); });
}

void PeerLink::Serve(Incoming& incoming, net::BlockingSocket socket) {
  net::NameThisThread("ha-link-in");
  const std::string from = net::ToString(socket.peer_address());
  Result<Channel> channel = Channel::Accept(std::move(socket), options_.secret,
                                            Self(LinkPurpose::kPeer), options_.stall_timeout);
  Status why = channel.status();
  if (channel.ok()) why = Listen(incoming, *channel);
  if (!why.ok() && why.code() != Code::kEndOfFile) {
    LOG(kWarn, "connection of the link ended", {"from", from}, {"reason", why});
  }
  ::shutdown(incoming.fd, SHUT_RDWR);
  const std::lock_guard lock(mutex_);
  incoming.done = true;
}

Status PeerLink::Listen(Incoming& incoming, Channel& channel) {
  if (channel.peer().node != options_.peer) {
    return Status(Code::kUnauthenticated, "the other side is " + channel.peer().node.value +
                                              ", not " + options_.peer.value);
  }
  const bool watcher = channel.peer().purpose == LinkPurpose::kWatcher;
  if (!watcher) MarkGreeted(incoming);
  for (;;) {
    CAIRN_ASSIGN(const std::string bytes, channel.Receive(kLinkMessageBytesMax));
    CAIRN_ASSIGN(LinkMessage message, DecodeMessage(bytes));
    if (watcher) {
      const Died* died = std::get_if<Died>(&message);
      if (died == nullptr || died->incarnation != channel.peer().incarnation) {
        return Status(Code::kBadRequest, "a watcher may only tell of the death of its own");
      }
      LOG(kInfo, "the peer's process is dead", {"incarnation", died->incarnation.value});
      sink_(event::PeerDied{died->incarnation});
      return Status();
    }
    std::optional<Message> said = ToMessage(std::move(message));
    if (!said) return Status(Code::kBadRequest, "only a watcher may tell of a death");
    sink_(event::Received{std::move(*said)});
  }
}

// The newest connection of the peer is the one that counts: it dials again only when it has given
// up the one before.
void PeerLink::MarkGreeted(Incoming& incoming) {
  const std::lock_guard lock(mutex_);
  incoming.greeted = true;
  for (const Incoming& other : incoming_) {
    if (other.greeted && other.number < incoming.number) ::shutdown(other.fd, SHUT_RDWR);
  }
}

}  // namespace cairn::namenode::ha
