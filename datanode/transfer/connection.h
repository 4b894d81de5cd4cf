// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/util/clock.h"
#include "common/wire/data_transfer.h"
#include "common/wire/data_transfer_ops.h"
#include "datanode/transfer/context.h"
#include "datanode/transfer/stream.h"
#include "datanode/transfer/stream_reader.h"

namespace cairn::datanode {

// One accepted connection: reads operations one after the other, and does them on the calling
// thread. Each operation is one function in a file of its own; its Status says how it ended:
//
//   ok                        the connection can take the next operation, unless `ends_` was set
//   kEndOfFile, kNetwork      the peer has gone, which it may at any time
//   anything else             logged; the connection is closed
//
// An operation answers its errors itself, where the protocol has an answer.
//
// Not thread-safe: belongs to the stream's thread.
class Connection {
 public:
  // Both must outlive this object.
  Connection(TransferContext& context, Stream& stream);

  // Serves until the peer goes, is silent for too long, or sends what is no operation: kBadRequest
  // then, which the caller logs with restraint.
  Status Serve();

 private:
  // Ok and an operation, or kCancelled when the peer has nothing more to ask.
  Result<wire::Op> NextOp(bool first);
  Status Dispatch(wire::Op op, std::string_view message);

  Status ReadBlock(const wire::ReadBlockOp& op);
  Status WriteBlock(const wire::WriteBlockOp& op);
  Status TransferBlock(const wire::TransferBlockOp& op);
  Status CopyBlock(const wire::CopyBlockOp& op);
  Status ReplaceBlock(const wire::ReplaceBlockOp& op);
  Status BlockChecksum(const wire::BlockChecksumOp& op);
  Status RequestShortCircuitFds();
  Status ReleaseShortCircuitFds();
  Status RequestShortCircuitShm();
  Status BlockGroupChecksum();

  // REPLACE_BLOCK's steps: ask the datanode that has the replica, and take it.
  Status FetchMovedBlock(const wire::ReplaceBlockOp& op);
  Status ReceiveMovedBlock(const wire::ReplaceBlockOp& op, StreamReader& proxy,
                           const ChecksumSpec& checksum);
  Status SayInProgress(Clock::TimePoint& answered);

  Status Send(const std::string& bytes) { return stream_.socket().WriteAll(bytes); }
  Status Answer(wire::OpStatus status, std::string message);
  // The answer to an operation that failed in `why`; gives `why` back.
  Status Refuse(const std::string& operation, const Status& why);

  TransferContext& context_;
  Stream& stream_;
  StreamReader reader_;
  bool ends_ = false;  // Not to be used for another operation.
};

// "IOException: text" as a Java peer would print the error.
std::string JavaText(const Status& status);

// "BP-1:blk_7_1001", a block in messages that clients print.
std::string BlockText(const ExtendedBlock& block);

}  // namespace cairn::datanode
