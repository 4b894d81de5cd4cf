// SPDX-License-Identifier: Apache-2.0
#include "libclient/pipeline.h"

#include <poll.h>

#include <array>
#include <cerrno>
#include <utility>

#include "common/util/bytes.h"
#include "libclient/datanode_stream.h"

namespace cairn::client {
namespace {

constexpr size_t kReceiveBytes = 4096;

// Which datanode the first one blames; itself when it names none.
size_t BlamedIndex(const std::vector<DatanodeTarget>& nodes, const std::string& first_bad_link) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].node.id.TransferAddress() == first_bad_link) return i;
  }
  return 0;
}

bool PollFor(int fd, short events, Milliseconds timeout) {
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  int ready = 0;
  do {
    ready = ::poll(&entry, 1, static_cast<int>(timeout.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

std::variant<std::unique_ptr<Pipeline>, PipelineFailure> Pipeline::Open(
    const ClientConfig& config, const Clock& clock, const std::vector<DatanodeTarget>& nodes,
    const wire::WriteBlockOp& op) {
  const std::string where = "write " + BlockName(op.block) + " through datanode ";
  const auto failed = [&](const Status& why, size_t index = 0, bool restarting = false) {
    return PipelineFailure{why.WithContext(where + NodeName(nodes[index].node)), index,
                           restarting};
  };
  auto socket = ConnectDatanode(config, nodes[0].node.id, nodes.size());
  if (!socket.ok()) return failed(socket.status());
  if (Status s = socket->WriteAll(wire::Encode(op)); !s.ok()) return failed(s);
  const auto answer = ReadOpAnswer(*socket);
  if (!answer.ok()) return failed(answer.status());
  if (const Status s = wire::StatusOf(*answer); !s.ok()) {
    return failed(s, BlamedIndex(nodes, answer->first_bad_link),
                  answer->status == wire::OpStatus::kOobRestart);
  }
  return std::unique_ptr<Pipeline>(new Pipeline(std::move(*socket), clock));
}

Status Pipeline::Send(std::string_view bytes) {
  sent_at_ = clock_.Now();
  return socket_.WriteAll(bytes);
}

bool Pipeline::Writable() const { return PollFor(socket_.fd(), POLLOUT, Milliseconds(0)); }

Result<std::optional<wire::PipelineAck>> Pipeline::NextAck(Milliseconds timeout) {
  CAIRN_ASSIGN(std::optional<wire::PipelineAck> ack, TakeAck());
  while (!ack) {
    if (!PollFor(socket_.fd(), POLLIN, timeout)) return std::optional<wire::PipelineAck>();
    std::array<char, kReceiveBytes> buffer;
    CAIRN_ASSIGN(const size_t got, socket_.ReadSome(buffer.data(), buffer.size()));
    if (got == 0) return Status(Code::kEndOfFile, "the datanode closed the connection");
    received_.append(buffer.data(), got);
    CAIRN_ASSIGN(ack, TakeAck());
  }
  return ack;
}

Result<std::optional<wire::PipelineAck>> Pipeline::TakeAck() {
  ByteReader reader(std::string_view(received_).substr(consumed_));
  const auto length = reader.Varint();
  const bool whole = length.ok() && *length <= reader.remaining();
  if (length.ok() && *length > wire::kAckBytesMax) {
    return Status(Code::kCorrupt, "acknowledgement of " + std::to_string(*length) + " bytes");
  }
  if (!length.ok() && length.status().code() != Code::kEndOfFile) return length.status();
  if (!whole) {
    received_.erase(0, consumed_);
    consumed_ = 0;
    return std::optional<wire::PipelineAck>();
  }
  CAIRN_ASSIGN(const std::string_view bytes, reader.Take(*length));
  CAIRN_ASSIGN(wire::PipelineAck ack, wire::ParsePipelineAck(bytes));
  consumed_ += reader.offset();
  return std::optional<wire::PipelineAck>(std::move(ack));
}

std::optional<PipelineFailure> FailureOf(const wire::PipelineAck& ack,
                                         const LocatedBlock& pipeline) {
  if (ack.replies.size() > pipeline.locations.size()) {
    return PipelineFailure{Status(Code::kCorrupt, "an acknowledgement has " +
                                                      std::to_string(ack.replies.size()) +
                                                      " replies")};
  }
  for (size_t i = ack.replies.size(); i-- > 0;) {
    const wire::OpStatus status = ack.replies[i].status;
    if (status == wire::OpStatus::kSuccess) continue;
    const std::string node = "datanode " + NodeName(pipeline.locations[i].node);
    if (status == wire::OpStatus::kOobRestart) {
      return PipelineFailure{Status(Code::kIoError, node + " is restarting"), i, true};
    }
    return PipelineFailure{Status(Code::kIoError, node + " answered " +
                                                      wire::OpStatusName(status) + " for " +
                                                      BlockName(pipeline.block)),
                           i};
  }
  return std::nullopt;
}

}  // namespace cairn::client
