// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/net/blocking_socket.h"
#include "common/util/clock.h"

namespace cairn::datanode {

// One active stream: a connection that is served, or a replica that is being sent. Holds what other
// threads need to see and to end it; the work itself happens on the stream's own thread.
//
// Thread-safe, except socket(), which follows the rules of BlockingSocket.
class Stream {
 public:
  // A served connection.
  explicit Stream(net::BlockingSocket socket);
  // A stream that this datanode begins itself; it has no socket upstream.
  explicit Stream(std::string name);

  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  net::BlockingSocket& socket() { return socket_; }
  // "127.0.0.1:4711".
  const std::string& peer() const { return peer_; }
  const std::string& peer_host() const { return peer_host_; }
  // Whether the peer is on this machine, as far as addresses tell.
  bool peer_is_local() const { return peer_is_local_; }

  // Ends all waiting for the network of the stream's threads, now and later.
  void Break();
  bool broken() const;

  // What the stream does, for dumps.
  void SetActivity(std::string activity);
  std::string Describe() const;

  // Tells the upstream of a pipeline that this datanode restarts; no-op for other streams.
  void AnnounceRestart();
  bool is_writing() const;

  // While it lives, Break wakes the threads at `socket` too.
  class AlsoBreaks {
   public:
    AlsoBreaks(Stream& stream, net::BlockingSocket& socket);
    ~AlsoBreaks();
    AlsoBreaks(const AlsoBreaks&) = delete;
    AlsoBreaks& operator=(const AlsoBreaks&) = delete;

   private:
    Stream& stream_;
    net::BlockingSocket& socket_;
  };

  // While it lives, the stream counts as a writer.
  class Writing {
   public:
    explicit Writing(Stream& stream);
    ~Writing();
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;
    // `announce` is called by AnnounceRestart, from another thread.
    void SetAnnouncement(std::function<void()> announce);

   private:
    Stream& stream_;
  };

  // After an answer that must not be lost: ends the sending side and reads until the peer closes,
  // for `limit` at most. Closing with unread bytes would reset the connection and take the answer
  // out of the peer's buffer.
  void DrainAndEnd(Clock::Duration limit);

 private:
  net::BlockingSocket socket_;
  std::string peer_;
  std::string peer_host_;
  bool peer_is_local_ = false;

  mutable std::mutex mutex_;
  std::vector<net::BlockingSocket*> also_;
  std::string activity_;
  int writing_ = 0;
  bool broken_ = false;
  std::mutex announce_mutex_;
  std::function<void()> announce_;
};

}  // namespace cairn::datanode
