// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/net/blocking_socket.h"
#include "common/util/result.h"
#include "namenode/ha_link/link_codec.h"

namespace cairn::namenode::ha {

// A connection between two processes that have proved to each other that they know the pair's
// secret, without showing it. What is sent goes one way, from who dialled to who accepted, and
// carries a code that only they can make; it is not encrypted.
//
//   frame      u32 length | body | code (only behind the greeting)
//   greeting   dialler:  Hello
//              acceptor: Hello
//              acceptor: HMAC(secret, "cairn link acceptor 1" | its Hello | the dialler's)
//              dialler:  HMAC(secret, "cairn link dialler 1"  | the dialler's Hello | its)
//              acceptor: HMAC(session, "welcome")
//   session    HMAC(secret, "cairn link session 1" | the dialler's Hello | the acceptor's)
//   code       the first 16 bytes of HMAC(session, u64 number of the frame | body)
//
// Each Hello carries fresh random bytes, so that nothing of a connection is of use in another.
//
// One thread may send while another shuts down; all else belongs to the owner.
class Channel {
 public:
  Channel() = default;

  // Each step of the greeting may take `timeout`. kUnauthenticated when the other side does not
  // know the secret (or closed when it saw that we do not), else the socket's errors.
  static Result<Channel> Dial(net::BlockingSocket socket, const std::string& secret,
                              const LinkHello& self, std::chrono::milliseconds timeout);
  static Result<Channel> Accept(net::BlockingSocket socket, const std::string& secret,
                                const LinkHello& self, std::chrono::milliseconds timeout);

  // Who is at the other side.
  const LinkHello& peer() const { return peer_; }

  // Of the dialler. After a failure the channel is of no use.
  Status Send(std::string_view body);
  // Of the acceptor: the next body. kEndOfFile when the dialler is gone, kChecksum for a wrong
  // code. Memory grows with the bytes that have come, not with what a length claims.
  Result<std::string> Receive(size_t bytes_max);

  net::BlockingSocket& socket() { return socket_; }

 private:
  explicit Channel(net::BlockingSocket socket) : socket_(std::move(socket)) {}

  Status Greet(bool dials, const std::string& secret, const LinkHello& self);
  Status WriteFrame(std::string_view body);
  Result<std::string> ReadFrame(size_t bytes_max);
  std::string CodeOf(std::string_view body);

  net::BlockingSocket socket_;
  LinkHello peer_;
  std::string session_;
  uint64_t frames_ = 0;
};

}  // namespace cairn::namenode::ha
