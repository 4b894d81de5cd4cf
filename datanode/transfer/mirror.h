// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/net/blocking_socket.h"
#include "common/util/result.h"
#include "common/wire/data_transfer.h"
#include "common/wire/data_transfer_ops.h"
#include "datanode/transfer/context.h"
#include "datanode/transfer/stream.h"
#include "datanode/transfer/stream_reader.h"

namespace cairn::datanode {

// "ip:port" to connect to.
net::HostPort TransferAddressOf(const DatanodeInfo& node, const TransferOptions& options);

// The operation that passes `op` on to its first target: the same without that target.
wire::WriteBlockOp OpForFirstTarget(const wire::WriteBlockOp& op);

// The next datanode of a pipeline.
//
// Forward belongs to the thread that receives packets, the reads to the thread that handles
// acknowledgements; Fail may be called by both.
class Mirror {
 public:
  // Connects to the first target of `op` and passes the operation on. Timeouts grow with the number
  // of datanodes downstream, so that the one nearest to a dead datanode notices it first.
  // `context` and `stream` must outlive the mirror.
  static Result<std::unique_ptr<Mirror>> Connect(TransferContext& context, Stream& stream,
                                                 const wire::WriteBlockOp& op);

  // The first answer from downstream: whether all of them are ready.
  Result<wire::OpAnswer> ReadConnectAnswer();

  Status Forward(std::string_view bytes);
  Result<wire::PipelineAck> ReadAck();
  // Whether the next one is here already.
  bool HasAck() const { return reader_.HasMessage(); }

  // Gives the mirror up: both threads see it.
  void Fail();
  bool failed() const { return failed_; }

  // Whether something was sent so lately that downstream cannot have run into its timeout: else an
  // end of its stream says nothing against it.
  bool SentInTime() const;

  const std::string& name() const { return name_; }

 private:
  Mirror(TransferContext& context, Stream& stream, net::BlockingSocket socket, std::string name);

  TransferContext& context_;
  net::BlockingSocket socket_;
  Stream::AlsoBreaks breaks_;
  StreamReader reader_;
  const std::string name_;
  std::atomic<bool> failed_{false};
  std::atomic<int64_t> last_sent_ns_;
};

}  // namespace cairn::datanode
