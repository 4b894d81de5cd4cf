// SPDX-License-Identifier: Apache-2.0
// WRITE_BLOCK: a pipeline that a client sets up, rebuilds or closes, or a replica that another
// datanode sends.
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "common/log/log.h"
#include "datanode/store/meta_file.h"
#include "datanode/transfer/block_receiver.h"
#include "datanode/transfer/connection.h"
#include "datanode/transfer/mirror.h"
#include "datanode/transfer/packet_acks.h"
#include "datanode/transfer/relay_acks.h"

namespace cairn::datanode {
namespace {

using Stage = wire::BlockConstructionStage;

// How long a peer may take to read the answer that its data is corrupt.
constexpr std::chrono::seconds kLastAnswerLimit{3};

// One WRITE_BLOCK operation from its begin to its end.
//
// Lives on the stream's thread, but for the acknowledgements' finalizer.
class WriteBlockRun {
 public:
  WriteBlockRun(TransferContext& context, Stream& stream, StreamReader& reader,
                const wire::WriteBlockOp& op)
      : context_(context), stream_(stream), reader_(reader), op_(op) {}

  Status Run();

 private:
  bool from_client() const { return !op_.client_name.empty(); }
  bool is_transfer() const {
    return op_.stage == Stage::kTransferRbw || op_.stage == Stage::kTransferFinalized;
  }
  // A client's pipeline of which every packet is acknowledged.
  bool is_pipeline() const { return from_client() && !is_transfer(); }
  bool only_closes() const { return from_client() && op_.stage == Stage::kPipelineCloseRecovery; }

  Status CheckOp() const;
  Status OpenReplica();
  Result<std::unique_ptr<ReplicaWriter>> OpenWriter();
  Status SetUpPipeline();
  Status ConnectMirror(wire::OpAnswer& answer);
  Status Receive();
  Status ReceivePipeline(BlockReceiver::Options options);
  Status ReceiveCopy(BlockReceiver::Options options);
  Status FinalizePipeline(bool sync);
  // Tells whoever waits for it that the set-up failed here.
  Status RefuseSetUp(const Status& why);
  Status SendAnswer(const wire::OpAnswer& answer) {
    return stream_.socket().WriteAll(wire::Encode(answer));
  }

  TransferContext& context_;
  Stream& stream_;
  StreamReader& reader_;
  const wire::WriteBlockOp& op_;
  std::unique_ptr<ReplicaWriter> writer_;
  std::optional<FinalizedInfo> closed_;  // By a close recovery.
  std::unique_ptr<Mirror> mirror_;
};

Status WriteBlockRun::CheckOp() const {
  CAIRN_TRY(CheckChecksumSpec(op_.checksum));
  if (is_transfer() && !op_.targets.empty()) {
    return Status(Code::kIoError, std::string(wire::BlockConstructionStageName(op_.stage)) +
                                      " does not support multiple targets");
  }
  return context_.events.WaitForPool(op_.block.pool_id);
}

Result<std::unique_ptr<ReplicaWriter>> WriteBlockRun::OpenWriter() {
  ReplicaStore& store = context_.store;
  ExtendedBlock block = op_.block;
  if (block.block.length == 0) block.block.length = context_.options.block_size_estimate;
  const PlacementOptions place{op_.storage_type, op_.storage_uuid};
  WriterOptions options;
  options.checksum = op_.checksum;
  options.stop = [&stream = stream_] { stream.Break(); };
  const GenerationStamp stamp = op_.latest_generation_stamp;
  if (!from_client()) return store.CreateTemporary(block, place, false, options);
  switch (op_.stage) {
    case Stage::kPipelineSetupCreate:
      return store.CreateRbw(block, place, options, stamp);
    case Stage::kPipelineSetupStreamingRecovery:
      return store.RecoverRbw(op_.block, stamp, op_.min_bytes_received, op_.max_bytes_received,
                              options);
    case Stage::kPipelineSetupAppend:
      return store.Append(op_.block, stamp, op_.min_bytes_received, options);
    case Stage::kPipelineSetupAppendRecovery:
      return store.RecoverAppend(op_.block, stamp, op_.min_bytes_received, options);
    case Stage::kTransferRbw:
    case Stage::kTransferFinalized:
      return store.CreateTemporary(block, place, true, options);
    case Stage::kDataStreaming:
    case Stage::kPipelineClose:
    case Stage::kPipelineCloseRecovery:
      break;
  }
  return Status(Code::kIoError, std::string("unsupported stage ") +
                                    wire::BlockConstructionStageName(op_.stage) +
                                    " while receiving block " + BlockText(op_.block) + " from " +
                                    stream_.peer());
}

Status WriteBlockRun::OpenReplica() {
  if (only_closes()) {
    CAIRN_ASSIGN(closed_, context_.store.RecoverClose(op_.block, op_.latest_generation_stamp,
                                                      op_.min_bytes_received));
    return Status();
  }
  CAIRN_ASSIGN(writer_, OpenWriter());
  const bool is_news = op_.stage == Stage::kPipelineSetupCreate ||
                       op_.stage == Stage::kPipelineSetupAppend ||
                       op_.stage == Stage::kPipelineSetupAppendRecovery;
  if (from_client() && is_news) {
    context_.events.OnReceiving({op_.block.pool_id, writer_->block()}, writer_->storage_uuid());
  }
  return Status();
}

// The address makes a client, or the datanodes between, blame this datanode and nobody else.
Status WriteBlockRun::RefuseSetUp(const Status& why) {
  if (from_client()) {
    wire::OpAnswer answer;
    answer.status = wire::OpStatus::kError;
    answer.message = "opWriteBlock " + BlockText(op_.block) + " received exception " +
                     JavaText(why);
    answer.first_bad_link = context_.events.Self().id.TransferAddress();
    const Status told = SendAnswer(answer);
    if (told.ok()) stream_.DrainAndEnd(kLastAnswerLimit);
  }
  return why;
}

Status WriteBlockRun::ConnectMirror(wire::OpAnswer& answer) {
  Result<std::unique_ptr<Mirror>> mirror = Mirror::Connect(context_, stream_, op_);
  Status failure = mirror.status();
  if (failure.ok()) {
    mirror_ = std::move(*mirror);
    if (!from_client()) return Status();
    Result<wire::OpAnswer> from_mirror = mirror_->ReadConnectAnswer();
    if (from_mirror.ok()) {
      answer.status = from_mirror->status;
      answer.first_bad_link = from_mirror->first_bad_link;
      answer.message = from_mirror->message;
      return Status();
    }
    failure = from_mirror.status();
    mirror_.reset();
  }
  ++context_.metrics.network_errors;
  LOG(kWarn, "next datanode cannot be reached", {"block", BlockText(op_.block)},
      {"datanode", op_.targets.front().id.TransferAddress()}, {"reason", failure});
  // A copy between datanodes goes on with those that are there; the namenode orders another.
  if (!from_client()) return Status();
  answer.status = wire::OpStatus::kError;
  answer.first_bad_link = op_.targets.front().id.TransferAddress();
  answer.message = failure.message();
  const Status told = SendAnswer(answer);
  return failure.WithContext(told.ok() ? "connect to the next datanode"
                                       : "connect to the next datanode (client not told)");
}

Status WriteBlockRun::SetUpPipeline() {
  wire::OpAnswer answer;
  if (!op_.targets.empty()) CAIRN_TRY(ConnectMirror(answer));
  if (!is_pipeline()) return Status();
  return SendAnswer(answer);
}

Status WriteBlockRun::Run() {
  const Status opened = CheckOp();
  if (!opened.ok()) return RefuseSetUp(opened);
  if (const Status open = OpenReplica(); !open.ok()) return RefuseSetUp(open);
  CAIRN_TRY(SetUpPipeline());
  if (closed_) {
    ++context_.metrics.blocks_written;
    context_.events.OnReceived(closed_->block, closed_->storage.uuid, "");
    LOG(kInfo, "replica closed", {"block", BlockText(closed_->block)}, {"peer", stream_.peer()});
    return Status();
  }
  return Receive();
}

Status WriteBlockRun::Receive() {
  BlockReceiver::Options options;
  options.peer = stream_.peer();
  options.from_client = from_client();
  options.source = op_.source;
  options.checksum = op_.checksum;
  options.caching = op_.caching;
  options.throttler = &context_.write_throttler;
  options.mirror = mirror_.get();
  return is_pipeline() ? ReceivePipeline(std::move(options)) : ReceiveCopy(std::move(options));
}

Status WriteBlockRun::FinalizePipeline(bool sync) {
  CAIRN_ASSIGN(const FinalizedInfo final, context_.store.Finalize(*writer_, sync));
  ++context_.metrics.blocks_written;
  context_.events.OnReceived(final.block, final.storage.uuid, "");
  LOG(kInfo, "replica received", {"block", BlockText(final.block)},
      {"bytes", final.block.block.length}, {"peer", stream_.peer()},
      {"storage", final.storage.uuid});
  return Status();
}

Status WriteBlockRun::ReceivePipeline(BlockReceiver::Options options) {
  AckChannel channel(stream_, *writer_);
  Stream::Writing announced(stream_);
  announced.SetAnnouncement([&channel] { channel.SendRestart(); });
  // The finalizer runs after the last packet has been taken: the receiver's answer is settled then.
  const BlockReceiver* receiver_seen = nullptr;
  const auto finalize = [&] { return FinalizePipeline(receiver_seen->sync_on_finalize()); };
  std::unique_ptr<PacketAcks> acks;
  if (mirror_) {
    acks = std::make_unique<RelayAcks>(
        RelayAcks::Parts{context_, stream_, channel, *mirror_}, finalize);
  } else {
    acks = std::make_unique<TailAcks>(channel, finalize);
  }
  options.acks = acks.get();
  BlockReceiver receiver(context_, reader_, *writer_, std::move(options));
  receiver_seen = &receiver;
  const Status received = receiver.Receive();
  // Ends the relaying thread before what it uses.
  acks.reset();
  if (received.code() == Code::kChecksum) stream_.DrainAndEnd(kLastAnswerLimit);
  if (!received.ok() && context_.restarting) {
    const Status marked = context_.store.MarkForRestart(
        *writer_, context_.clock.WallMs() + context_.options.restart_expiry_ms);
    if (!marked.ok()) return received.WithContext("no restart marker: " + marked.message());
  }
  return received;
}

Status WriteBlockRun::ReceiveCopy(BlockReceiver::Options options) {
  BlockReceiver receiver(context_, reader_, *writer_, std::move(options));
  if (const Status received = receiver.Receive(); !received.ok()) {
    const Status removed = context_.store.AbortTemporary(*writer_);
    const Status whole = removed.ok() ? received : received.WithContext(removed.message());
    return is_transfer() ? RefuseSetUp(whole) : whole;
  }
  if (op_.stage == Stage::kTransferRbw && from_client()) {
    const uint64_t length = writer_->lengths().received;
    CAIRN_TRY(context_.store.ConvertTemporaryToRbw(
        *writer_, op_.block.block.generation_stamp, length));
  } else {
    CAIRN_ASSIGN(const FinalizedInfo final,
                 context_.store.Finalize(*writer_, receiver.sync_on_finalize()));
    // A client that transfers goes on with an append, which is reported then.
    if (!from_client()) {
      context_.events.OnReceived(final.block, final.storage.uuid, "");
      LOG(kInfo, "replica copied here", {"block", BlockText(final.block)},
          {"bytes", final.block.block.length}, {"peer", stream_.peer()});
    }
  }
  ++context_.metrics.blocks_written;
  return from_client() ? SendAnswer(wire::OpAnswer()) : Status();
}

}  // namespace

Status Connection::WriteBlock(const wire::WriteBlockOp& op) {
  // Apache's clients open a new connection for each block.
  ends_ = true;
  TransferMetrics& metrics = context_.metrics;
  const GaugeGuard writing(metrics.active_writers);
  const Stream::Writing marked(stream_);
  stream_.SetActivity("WRITE_BLOCK " + BlockText(op.block));
  const TimeCounter timed(context_.clock, metrics.write_block_op_nanos);
  ++metrics.write_block_ops;
  ++(stream_.peer_is_local() ? metrics.writes_from_local_client
                             : metrics.writes_from_remote_client);
  const Status ended = WriteBlockRun(context_, stream_, reader_, op).Run();
  if (ended.ok()) return ended;
  if (!context_.restarting) ++metrics.network_errors;
  return ended.WithContext("WRITE_BLOCK " + BlockText(op.block) + " from " + stream_.peer());
}

}  // namespace cairn::datanode
