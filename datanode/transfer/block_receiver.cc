// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/block_receiver.h"

#include <chrono>
#include <utility>

#include "common/log/log.h"
#include "datanode/store/meta_file.h"
#include "datanode/transfer/connection.h"

namespace cairn::datanode {
namespace {

constexpr uint64_t kCacheStepBytes = 8u << 20;

// Whether somebody waits for this packet, or for what it asks for.
bool EndsBatch(const Packet& packet) {
  return packet.header.last_in_block || packet.header.sync_block || packet.data.empty();
}

}  // namespace

BlockReceiver::BlockReceiver(TransferContext& context, StreamReader& reader, ReplicaWriter& writer,
                             Options options)
    : context_(context),
      packets_(reader),
      writer_(writer),
      options_(std::move(options)),
      translates_(!(options_.checksum == writer.checksum())),
      sync_on_finalize_(context.options.sync_on_close) {}

Status BlockReceiver::Receive() {
  for (bool last = false; !last;) {
    const Status collected = Collect();
    // What came whole counts, whatever came behind it.
    CAIRN_TRY(Settle());
    CAIRN_TRY(collected);
    last = batch_.back().header.last_in_block;
  }
  return options_.acks == nullptr ? Status() : options_.acks->Finish();
}

Status BlockReceiver::Collect() {
  batch_.clear();
  forwarded_ = 0;
  CAIRN_ASSIGN(const Packet first, packets_.Next());
  CAIRN_TRY(Take(first));
  while (!EndsBatch(batch_.back())) {
    const auto following = packets_.following();
    if (following == PacketReceiver::Following::kNothing) break;
    if (following == PacketReceiver::Following::kBegin) Forward();
    CAIRN_ASSIGN(const Packet next, packets_.NextBeside());
    CAIRN_TRY(Take(next));
  }
  return Status();
}

Status BlockReceiver::Take(const Packet& packet) {
  const wire::PacketHeader& header = packet.header;
  CAIRN_TRY(Check(packet));
  if (header.seqno != wire::kHeartbeatSeqno) ++context_.metrics.packets_received;
  writer_.SetReceived(static_cast<uint64_t>(header.offset_in_block) + header.data_bytes);
  batch_.push_back(packet);
  return Status();
}

Status BlockReceiver::Settle() {
  if (batch_.empty()) return Status();
  Forward();
  Status good;
  size_t count = 0;
  while (count < batch_.size() && (good = Verify(batch_[count])).ok()) ++count;
  const std::span<const Packet> packets = std::span(batch_).first(count);
  CAIRN_TRY(Write(packets));
  CAIRN_TRY(Acknowledge(packets, wire::OpStatus::kSuccess));
  if (!good.ok()) return Refuse(batch_[count], good);
  for (const Packet& packet : packets) {
    if (options_.on_packet) CAIRN_TRY(options_.on_packet());
    if (options_.throttler != nullptr) options_.throttler->Take(packet.header.data_bytes);
  }
  return Status();
}

Status BlockReceiver::Refuse(const Packet& packet, const Status& good) {
  const Status told = Acknowledge({&packet, 1}, wire::OpStatus::kErrorChecksum);
  if (told.ok() && options_.acks != nullptr && options_.mirror != nullptr) {
    // The answer goes out when those downstream have answered.
    const Status relayed = options_.acks->Finish();
    return good.WithContext(relayed.message());
  }
  return good;
}

Status BlockReceiver::Check(const Packet& packet) const {
  const wire::PacketHeader& header = packet.header;
  const uint64_t received = writer_.lengths().received;
  const bool is_beyond = header.offset_in_block < 0 ||
                         static_cast<uint64_t>(header.offset_in_block) > received;
  if (is_beyond) {
    return Status(Code::kIoError, "received an out-of-sequence packet for " +
                                      ToString(writer_.block()) + " from " + options_.peer +
                                      " at offset " + std::to_string(header.offset_in_block) +
                                      ", expecting " + std::to_string(received));
  }
  if (header.last_in_block && !packet.data.empty()) {
    return Status(Code::kIoError, "the last packet of " + ToString(writer_.block()) + " from " +
                                      options_.peer + " has data");
  }
  const uint32_t chunk = options_.checksum.bytes_per_checksum;
  if (static_cast<uint64_t>(header.offset_in_block) % chunk != 0 && packet.data.size() > chunk) {
    return Status(Code::kIoError,
                  "unexpected packet data length for " + ToString(writer_.block()) + " from " +
                      options_.peer + ": a partial chunk must be sent in a packet of its own");
  }
  return Status();
}

// Failing to pass a packet on does not end the stream: the client learns of it, and ends it itself.
void BlockReceiver::Forward() {
  if (options_.mirror == nullptr || forwarded_ == batch_.size()) return;
  // Packets of a batch lie one behind the other.
  const char* const begin = batch_[forwarded_].wire_bytes.data();
  const std::string_view last = batch_.back().wire_bytes;
  forwarded_ = batch_.size();
  if (options_.mirror->failed()) return;
  const Status sent = options_.mirror->Forward(
      {begin, static_cast<size_t>(last.data() + last.size() - begin)});
  if (sent.ok()) return;
  LOG(kWarn, "packet could not be passed on", {"block", writer_.block()},
      {"datanode", options_.mirror->name()}, {"reason", sent});
  options_.mirror->Fail();
}

bool BlockReceiver::MustVerify() const {
  return options_.mirror == nullptr || options_.mirror->failed() || !options_.from_client ||
         translates_;
}

Status BlockReceiver::Verify(const Packet& packet) {
  if (packet.checksums.empty() || !MustVerify()) return Status();
  const Status good = VerifyChecksums(
      options_.checksum, static_cast<uint64_t>(packet.header.offset_in_block), packet.data,
      packet.checksums, ToString(writer_.block()) + " from " + options_.peer);
  if (good.ok()) return good;
  ++context_.metrics.checksum_errors;
  LOG(kWarn, "received data is corrupt", {"block", writer_.block()}, {"peer", options_.peer},
      {"reason", good});
  if (options_.source && !options_.from_client) {
    context_.events.OnCorruptRemote({writer_.pool_id(), writer_.block()}, *options_.source);
  }
  return good;
}

Status BlockReceiver::Write(std::span<const Packet> packets) {
  if (packets.empty()) return Status();
  const Clock::TimePoint begin = context_.clock.Now();
  std::vector<PacketContent> contents;
  contents.reserve(packets.size());
  uint64_t bytes = 0;
  for (const Packet& packet : packets) {
    if (packet.data.empty()) continue;
    // Without checksums, or with those of another kind, the store computes its own.
    contents.push_back({static_cast<uint64_t>(packet.header.offset_in_block), packet.data,
                        translates_ ? std::string_view() : packet.checksums});
    bytes += packet.data.size();
  }
  CAIRN_TRY(writer_.WritePackets(contents));
  const wire::PacketHeader& last = packets.back().header;
  if (last.last_in_block && last.sync_block) sync_on_finalize_ = true;
  if (last.sync_block) {
    const TimeCounter timed(context_.clock, context_.metrics.fsync_nanos);
    ++context_.metrics.fsync_count;
    CAIRN_TRY(writer_.Flush(true));
  }
  const int64_t took_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(context_.clock.Now() - begin).count();
  if (took_ms > context_.options.slow_io_warning_ms) {
    ++context_.metrics.packets_slow_to_disk;
    LOG(kWarn, "slow write of a packet to disk", {"block", writer_.block()}, {"ms", took_ms},
        {"storage", writer_.storage_uuid()}, {"sync", last.sync_block});
  }
  context_.metrics.bytes_written += bytes;
  if (bytes > 0) ManageCache(contents.back().offset + contents.back().data.size());
  return Status();
}

Status BlockReceiver::Acknowledge(std::span<const Packet> packets, wire::OpStatus status) {
  if (options_.acks == nullptr || packets.empty()) return Status();
  std::vector<PacketDone> done;
  done.reserve(packets.size());
  for (const Packet& packet : packets) {
    const wire::PacketHeader& header = packet.header;
    done.push_back({header.seqno,
                    static_cast<uint64_t>(header.offset_in_block) + packet.data.size(),
                    header.last_in_block, status});
  }
  return options_.acks->Add(done);
}

void BlockReceiver::ManageCache(uint64_t end) {
  if (end < cache_managed_to_ + kCacheStepBytes) return;
  cache_managed_to_ = end;
  const bool drop = options_.caching.drop_behind ? *options_.caching.drop_behind
                                                 : context_.options.drop_cache_behind_writes;
  if (drop || context_.options.sync_behind_writes) writer_.StartWriteOut(drop);
}

}  // namespace cairn::datanode
