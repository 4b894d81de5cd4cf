// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/connection.h"

#include <chrono>
#include <utility>

#include "common/log/log.h"
#include "common/util/bytes.h"
#include "common/wire/exception_names.h"

namespace cairn::datanode {
namespace {

// What a client sends that wants SASL on the stream: 0xDEADBEEF, of which these are the first
// bytes, where an operation has its version.
constexpr uint16_t kSaslMagicStart = 0xDEAD;

Status BadOp(const Status& why) { return Status(Code::kBadRequest, why.message()); }

}  // namespace

std::string JavaText(const Status& status) {
  return wire::JavaClassOf(status) + ": " + status.message();
}

std::string BlockText(const ExtendedBlock& block) {
  return block.pool_id + ":" + ToString(block.block);
}

Connection::Connection(TransferContext& context, Stream& stream)
    : context_(context), stream_(stream), reader_(stream.socket()) {}

Result<wire::Op> Connection::NextOp(bool first) {
  const int64_t wait_ms =
      first ? context_.options.read_timeout_ms : context_.options.keepalive_ms;
  CAIRN_TRY(stream_.socket().SetReadTimeout(std::chrono::milliseconds(wait_ms)));
  if (const Status filled = reader_.Fill(wire::kOpPrefixBytes); !filled.ok()) {
    // Whoever keeps a connection for later may drop it at any time.
    if (!first || reader_.bytes().empty()) return Status(Code::kCancelled, "no more operations");
    return BadOp(filled);
  }
  const std::string_view prefix = reader_.bytes().substr(0, wire::kOpPrefixBytes);
  if (LoadU16(prefix.data()) == kSaslMagicStart) {
    return Status(Code::kBadRequest,
                  "the client wants SASL on the data stream, which is not configured here "
                  "(dfs.data.transfer.protection, dfs.encrypt.data.transfer)");
  }
  const Result<wire::Op> op = wire::ParseOpPrefix(prefix);
  if (!op.ok()) return BadOp(op.status());
  reader_.Consume(wire::kOpPrefixBytes);
  CAIRN_TRY(stream_.socket().SetReadTimeout(
      std::chrono::milliseconds(context_.options.read_timeout_ms)));
  return *op;
}

Status Connection::Serve() {
  for (bool first = true; !ends_ && (first || context_.options.keepalive_ms > 0); first = false) {
    stream_.SetActivity(first ? "waiting for an operation" : "waiting for the next operation");
    const Result<wire::Op> op = NextOp(first);
    if (op.status().code() == Code::kCancelled) return Status();
    if (!op.ok()) return op.status();
    stream_.SetActivity(wire::OpName(*op));
    const Result<std::string_view> message = reader_.Message(wire::kOpMessageBytesMax);
    if (!message.ok()) return BadOp(message.status());
    CAIRN_TRY(Dispatch(*op, *message));
  }
  return Status();
}

// A parsed operation owns its bytes: the message's buffer is used again for what follows.
#define CAIRN_DISPATCH(name)                                          \
  case wire::Op::k##name: {                                           \
    const Result<wire::name##Op> op = wire::Parse##name(message);     \
    return op.ok() ? name(*op) : BadOp(op.status());                  \
  }

Status Connection::Dispatch(wire::Op op, std::string_view message) {
  switch (op) {
    CAIRN_DISPATCH(ReadBlock)
    CAIRN_DISPATCH(WriteBlock)
    CAIRN_DISPATCH(TransferBlock)
    CAIRN_DISPATCH(CopyBlock)
    CAIRN_DISPATCH(ReplaceBlock)
    CAIRN_DISPATCH(BlockChecksum)
    case wire::Op::kRequestShortCircuitFds:
      return RequestShortCircuitFds();
    case wire::Op::kReleaseShortCircuitFds:
      return ReleaseShortCircuitFds();
    case wire::Op::kRequestShortCircuitShm:
      return RequestShortCircuitShm();
    case wire::Op::kBlockGroupChecksum:
      return BlockGroupChecksum();
    case wire::Op::kReadMetadata:
    case wire::Op::kCustom:
      break;
  }
  return Status(Code::kBadRequest,
                std::string("operation ") + wire::OpName(op) + " is not served");
}

#undef CAIRN_DISPATCH

Status Connection::Answer(wire::OpStatus status, std::string message) {
  wire::OpAnswer answer;
  answer.status = status;
  answer.message = std::move(message);
  return Send(wire::Encode(answer));
}

Status Connection::Refuse(const std::string& operation, const Status& why) {
  // The peer may have gone; the reason counts, not whether it could be told.
  const Status told =
      Answer(wire::OpStatus::kError, operation + " received exception " + JavaText(why));
  return why.WithContext(told.ok() ? operation : operation + " (not told: " + told.message() + ")");
}

}  // namespace cairn::datanode
