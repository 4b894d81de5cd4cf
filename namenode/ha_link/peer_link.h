// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "common/net/address.h"
#include "common/net/blocking_socket.h"
#include "common/util/result.h"
#include "namenode/ha/events.h"
#include "namenode/ha/types.h"
#include "namenode/ha_link/channel.h"
#include "namenode/ha_link/link_codec.h"

namespace cairn::namenode::ha {

// The link of one namenode to its peer. Each dials the other: what this namenode says goes over the
// channel that it dialled, what it hears comes over the one that it accepted. A channel that ends
// is dialled again at once, so that a peer whose process is gone shows by a refused connection.
//
// Events (LinkUp, LinkDown, Received, PeerDied) go to `sink`, on threads of the link; a sink that
// waits holds up what the peer sends. LinkUp and LinkDown tell of the channel that was dialled and
// alternate, but that LinkDown comes again when a peer that was silent begins to refuse.
//
// Thread-safe.
class PeerLink {
 public:
  struct Options {
    NodeId node;
    NodeId peer;
    Incarnation incarnation;
    net::HostPort listen;
    net::HostPort peer_address;
    std::string secret;
    std::chrono::milliseconds connect_timeout{1000};
    // For each step of a greeting, and the longest stall of a write.
    std::chrono::milliseconds stall_timeout{2000};
    // Between two attempts to dial.
    std::chrono::milliseconds redial_pause{50};
    // What waits for being sent beyond it is lost.
    size_t queue_bytes_max = 64 << 20;
  };
  using Sink = std::function<void(Event)>;

  // Listens, and begins to dial.
  static Result<std::unique_ptr<PeerLink>> Start(Options options, Sink sink);
  ~PeerLink();
  PeerLink(const PeerLink&) = delete;
  PeerLink& operator=(const PeerLink&) = delete;

  // Queues a message; lost when the link is down or the queue full. Never waits.
  void Send(const Message& message);

  // Where it listens.
  net::HostPort address() const { return listener_->address(); }

  // Tells `peer_address` that an incarnation of `node` is dead; one attempt. For the process that
  // watches a namenode.
  static Status TellDeath(const Options& options);

 private:
  // A connection that was accepted, with its thread.
  struct Incoming {
    int fd = -1;  // A second descriptor of the connection, to end it by.
    bool greeted = false;
    bool done = false;
    uint64_t number = 0;
    std::thread thread;
  };

  PeerLink(Options options, Sink sink, std::unique_ptr<net::BlockingListener> listener,
           int wake_fd);

  LinkHello Self(LinkPurpose purpose) const;

  // Outgoing.
  void RunDialler();
  Result<Channel> DialPeer();
  Status SendUntilBroken(Channel& channel);
  Status WaitForWork(Channel& channel);
  void ReportDown(const Status& why);
  bool PauseBeforeRedial();

  // Incoming.
  void RunAcceptor();
  void Admit(net::BlockingSocket socket);
  void Serve(Incoming& incoming, net::BlockingSocket socket);
  Status Listen(Incoming& incoming, Channel& channel);
  void MarkGreeted(Incoming& incoming);
  void Reap();
  static void End(Incoming& incoming);

  const Options options_;
  const Sink sink_;
  const std::unique_ptr<net::BlockingListener> listener_;
  const int wake_fd_;  // An eventfd: something to send, or to stop.

  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;                     // Guarded by mutex_, as all below.
  bool up_ = false;
  std::deque<std::string> queue_;
  size_t queued_bytes_ = 0;
  std::list<Incoming> incoming_;
  uint64_t accepted_ = 0;

  // Of the dialler's thread only.
  bool reported_up_ = false;
  bool reported_refused_ = false;
  Code last_failure_ = Code::kOk;

  std::thread dialler_;
  std::thread acceptor_;
};

}  // namespace cairn::namenode::ha
