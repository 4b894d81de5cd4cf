// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/model/located_block.h"
#include "common/net/blocking_socket.h"
#include "common/util/clock.h"
#include "common/util/result.h"
#include "common/wire/data_transfer.h"
#include "common/wire/data_transfer_ops.h"
#include "libclient/client_config.h"

namespace cairn::client {

// Why a pipeline does not work (any more), and which of its datanodes is to blame.
struct PipelineFailure {
  Status why;
  size_t bad_index = 0;
  bool restarting = false;  // That datanode has announced a restart.
};

// The connection to the first datanode of a pipeline: packets down, acknowledgements up.
//
// Not thread-safe.
class Pipeline {
 public:
  // Sends `op` to `nodes`, whose first one is connected to, and waits for the answer of all.
  static std::variant<std::unique_ptr<Pipeline>, PipelineFailure> Open(
      const ClientConfig& config, const Clock& clock, const std::vector<DatanodeTarget>& nodes,
      const wire::WriteBlockOp& op);

  Status Send(std::string_view bytes);
  // The next acknowledgement if it comes within `timeout` (0: if it is there).
  Result<std::optional<wire::PipelineAck>> NextAck(Milliseconds timeout);
  // Whether a few bytes can be sent without waiting.
  bool Writable() const;

  Clock::TimePoint sent_at() const { return sent_at_; }

 private:
  Pipeline(net::BlockingSocket socket, const Clock& clock)
      : socket_(std::move(socket)), clock_(clock), sent_at_(clock.Now()) {}

  // An acknowledgement that is in received_ as a whole.
  Result<std::optional<wire::PipelineAck>> TakeAck();

  net::BlockingSocket socket_;
  const Clock& clock_;
  Clock::TimePoint sent_at_;
  std::string received_;
  size_t consumed_ = 0;
};

// What one datanode's part in an acknowledgement says of the pipeline; nothing when all is well.
// The failure that is furthest downstream counts: those before it only pass it on.
std::optional<PipelineFailure> FailureOf(const wire::PipelineAck& ack,
                                         const LocatedBlock& pipeline);

}  // namespace cairn::client
