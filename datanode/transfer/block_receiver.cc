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
    CAIRN_ASSIGN(const Packet packet, packets_.Next());
    last = packet.header.last_in_block;
    CAIRN_TRY(Take(packet));
  }
  return options_.acks == nullptr ? Status() : options_.acks->Finish();
}

Status BlockReceiver::Take(const Packet& packet) {
  const wire::PacketHeader& header = packet.header;
  CAIRN_TRY(Check(packet));
  if (header.seqno != wire::kHeartbeatSeqno) ++context_.metrics.packets_received;
  const uint64_t end = static_cast<uint64_t>(header.offset_in_block) + header.data_bytes;
  writer_.SetReceived(end);

  Forward(packet);
  if (header.last_in_block || packet.data.empty()) {
    if (header.last_in_block && header.sync_block) sync_on_finalize_ = true;
    if (header.sync_block) {
      const TimeCounter timed(context_.clock, context_.metrics.fsync_nanos);
      ++context_.metrics.fsync_count;
      CAIRN_TRY(writer_.Flush(true));
    }
  } else {
    if (const Status good = Verify(packet); !good.ok()) {
      // Whether or not the sender can be told, this is the end.
      const Status told = Acknowledge(packet, wire::OpStatus::kErrorChecksum);
      if (told.ok() && options_.acks != nullptr && options_.mirror != nullptr) {
        // The answer goes out when those downstream have answered.
        const Status relayed = options_.acks->Finish();
        return good.WithContext(relayed.message());
      }
      return good;
    }
    CAIRN_TRY(Write(packet));
  }
  CAIRN_TRY(Acknowledge(packet, wire::OpStatus::kSuccess));
  if (options_.on_packet) CAIRN_TRY(options_.on_packet());
  if (options_.throttler != nullptr) options_.throttler->Take(header.data_bytes);
  return Status();
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
void BlockReceiver::Forward(const Packet& packet) {
  if (options_.mirror == nullptr || options_.mirror->failed()) return;
  const Status sent = options_.mirror->Forward(packet.wire_bytes);
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

Status BlockReceiver::Write(const Packet& packet) {
  const auto offset = static_cast<uint64_t>(packet.header.offset_in_block);
  const Clock::TimePoint begin = context_.clock.Now();
  // Without checksums, or with those of another kind, the store computes its own.
  const std::string_view sums = translates_ ? std::string_view() : packet.checksums;
  CAIRN_TRY(writer_.WritePacket(offset, packet.data, sums));
  if (packet.header.sync_block) {
    const TimeCounter timed(context_.clock, context_.metrics.fsync_nanos);
    ++context_.metrics.fsync_count;
    CAIRN_TRY(writer_.Flush(true));
  }
  const int64_t took_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(context_.clock.Now() - begin).count();
  if (took_ms > context_.options.slow_io_warning_ms) {
    ++context_.metrics.packets_slow_to_disk;
    LOG(kWarn, "slow write of a packet to disk", {"block", writer_.block()}, {"ms", took_ms},
        {"storage", writer_.storage_uuid()}, {"sync", packet.header.sync_block});
  }
  context_.metrics.bytes_written += packet.data.size();
  ManageCache(offset + packet.data.size());
  return Status();
}

Status BlockReceiver::Acknowledge(const Packet& packet, wire::OpStatus status) {
  if (options_.acks == nullptr) return Status();
  PacketDone done;
  done.seqno = packet.header.seqno;
  done.end_offset = static_cast<uint64_t>(packet.header.offset_in_block) + packet.data.size();
  done.last_in_block = packet.header.last_in_block;
  done.status = status;
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
