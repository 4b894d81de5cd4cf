// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/listener.h"
#include "common/net/stream.h"
#include "common/rpc/core.h"
#include "common/rpc/shard.h"
#include "common/wire/rpc_frames.h"

namespace cairn::rpc {

// One client of a server.
//
// One coroutine reads. Replies are written by whoever makes them ready, after all that were ready
// at once: a write that the system takes needs no second coroutine. Only what it does not take is
// left to a coroutine that waits for room.
//
// Lives on the I/O thread of its shard, except for RunSlow.
class RpcConnection : public std::enable_shared_from_this<RpcConnection> {
 public:
  RpcConnection(RpcShard& shard, net::TcpSocket socket, net::ConnectionSlot slot);
  ~RpcConnection();

  RpcConnection(const RpcConnection&) = delete;
  RpcConnection& operator=(const RpcConnection&) = delete;

  // Serves the client until one side ends. `self` keeps the connection alive.
  static net::Async<Status> Run(std::shared_ptr<RpcConnection> self);

  // Adds an encoded reply to what Flush writes.
  void Queue(std::vector<std::string> frame);
  void Queue(std::string frame);
  // Writes what is queued, as far as the system takes it.
  void Flush();
  // A held reply that leaves the heap; to be followed by Queue or Close.
  void Unhold(size_t bytes);
  // Ends everything: the coroutines see a closed stream.
  void Close();
  // Closes the connection when one of its timeouts has passed. `crowded`: idle ones must go.
  void CheckTimeouts(RpcShard::TimePoint now, bool crowded);

  // Set while the connection waits in a list to be flushed.
  bool marked = false;

 private:
  struct LeaveShard;
  enum class Phase { kPreamble, kContext, kOpen };
  // A call that runs on the pool, with a copy of its bytes.
  struct SlowCall {
    std::shared_ptr<RpcConnection> connection;
    const Registered* registered;
    std::string frame;
    wire::ResponseTo to;
    RpcReply reply;
    uint64_t nanos = 0;
  };

  net::Async<Status> Serve();
  net::Async<Status> ReadPreamble();
  net::Async<Status> WaitForRoom();
  // Lets the client read the last words before the connection is reset.
  net::Async<Status> SayGoodbye();
  static net::Async<Status> Drain(std::shared_ptr<RpcConnection> self);

  // False: the connection ends, after what is queued has left.
  bool HandleFrame(std::string_view frame);
  bool HandleContext(const wire::RequestFrame& frame);
  bool HandleSasl(const wire::RequestFrame& frame);
  bool HandleCall(const wire::RequestFrame& frame, std::string_view bytes);
  bool Fatal(const wire::ResponseTo& to, wire::RpcErrorCode code, Status error);
  void RunInline(const Registered& registered, const wire::RequestFrame& frame,
                 const wire::RequestCall& call);
  void StartSlow(const Registered& registered, const wire::RequestFrame& frame,
                 std::string_view bytes);
  static void RunSlow(SlowCall& slow);
  RpcReply CallHandler(const Registered& registered, const wire::RequestFrame& frame,
                       const wire::RequestCall& call) const;
  void Reply(const wire::ResponseTo& to, RpcReply reply, uint64_t nanos);

  bool HasRoom() const;
  Status WriteQueued();
  void WroteBytes(size_t n);

  LifeCount::Token life_;  // First: the last to go.
  RpcShard& shard_;
  RpcCore& core_;
  net::Stream stream_;
  net::ConnectionSlot slot_;
  RpcCaller caller_;
  Phase phase_ = Phase::kPreamble;
  bool sasl_pending_ = false;  // The client asked for SASL and has not been answered yet.

  std::deque<std::string> out_;  // What has not been written; of the first,
  size_t out_offset_ = 0;        // so much has gone already.
  size_t out_bytes_ = 0;
  size_t held_bytes_ = 0;
  int in_flight_ = 0;       // Calls held or on the pool.
  bool draining_ = false;
  bool reader_waits_ = false;
  net::Event room_;
  RpcShard::TimePoint opened_;
  RpcShard::TimePoint last_read_;
  RpcShard::TimePoint last_write_;
};

}  // namespace cairn::rpc
