// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/link_codec.h"

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "namenode/ha_link/config_text.h"
#include "namenode/journal/codec.h"
#include "namenode/journal/log_chain.h"
#include "thrift/journal_types.h"

namespace cairn::namenode::ha {

namespace {

using apache::thrift::protocol::TBinaryProtocolT;
using apache::thrift::transport::TMemoryBuffer;

constexpr int32_t kLinkVersion = 1;
constexpr int32_t kTermsMax = 16'384;
constexpr size_t kNonceBytesMin = 16;
constexpr size_t kNonceBytesMax = 64;

template <typename Struct>
std::string Write(const Struct& value) {
  auto memory = std::make_shared<TMemoryBuffer>();
  TBinaryProtocolT<TMemoryBuffer> protocol(memory);
  value.write(&protocol);
  return memory->getBufferAsString();
}

// Thrift's reader throws; it must have used all bytes.
template <typename Struct>
Result<Struct> Read(std::string_view bytes, size_t bytes_max) {
  if (bytes.size() > bytes_max) return Status(Code::kBadRequest, "a link message is too long");
  try {
    auto* data = reinterpret_cast<uint8_t*>(const_cast<char*>(bytes.data()));
    auto memory = std::make_shared<TMemoryBuffer>(data, static_cast<uint32_t>(bytes.size()),
                                                  TMemoryBuffer::OBSERVE);
    TBinaryProtocolT<TMemoryBuffer> protocol(memory, static_cast<int32_t>(bytes.size()), kTermsMax,
                                             true, true);
    Struct value;
    value.read(&protocol);
    if (memory->available_read() != 0) {
      return Status(Code::kBadRequest, "bytes behind a link message");
    }
    return value;
  } catch (const std::exception& e) {
    return Status(Code::kBadRequest, std::string("not a link message: ") + e.what());
  }
}

int64_t Signed(uint64_t v) { return static_cast<int64_t>(v); }
uint64_t Unsigned(int64_t v) { return static_cast<uint64_t>(v); }

wire::Position ToWire(const Position& position) {
  wire::Position out;
  out.txid = position.txid.value;
  out.term = Signed(position.term.value);
  out.chain = static_cast<int32_t>(position.chain);
  return out;
}

Position FromWire(const wire::Position& in) {
  return {TxId(in.txid), Epoch(Unsigned(in.term)), static_cast<uint32_t>(in.chain)};
}

wire::Lead ToWire(const Lead& lead) {
  wire::Lead out;
  out.epoch = Signed(lead.epoch.value);
  out.incarnation = Signed(lead.incarnation.value);
  out.stamp = lead.stamp;
  out.commit = lead.commit.value;
  out.in_sync = lead.in_sync;
  return out;
}

Lead FromWire(const wire::Lead& in) {
  return {.epoch = Epoch(Unsigned(in.epoch)),
          .incarnation = Incarnation(Unsigned(in.incarnation)),
          .stamp = in.stamp,
          .commit = TxId(in.commit),
          .in_sync = in.in_sync};
}

// One overload for each alternative of LinkMessage.
struct Encoder {
  wire::Message& out;

  void operator()(const Heartbeat& message) const {
    wire::Heartbeat to;
    to.lead = ToWire(message.lead);
    to.tail = ToWire(message.tail);
    out.__set_heartbeat(to);
  }
  void operator()(const Append& message) const {
    wire::Append to;
    to.lead = ToWire(message.lead);
    to.previous = ToWire(message.previous);
    to.first = message.batch->first.value;
    to.last = ToWire(message.batch->last);
    to.records = message.batch->bytes;
    out.__set_append(to);
  }
  void operator()(const Sync& message) const {
    wire::Sync to;
    to.lead = ToWire(message.lead);
    for (const EpochTable::Entry& entry : message.terms.entries()) {
      wire::Term& term = to.terms.emplace_back();
      term.term = Signed(entry.term.value);
      term.first = entry.first.value;
    }
    to.tail = ToWire(message.tail);
    to.oldest = message.oldest.value;
    out.__set_sync(to);
  }
  void operator()(const Handoff& message) const {
    wire::Handoff to;
    to.lead = ToWire(message.lead);
    to.last = ToWire(message.last);
    to.stays = message.stays;
    out.__set_handoff(to);
  }
  void operator()(const Ack& message) const {
    wire::Ack to;
    to.epoch = Signed(message.epoch.value);
    to.stamp = message.stamp;
    to.log = message.log.value;
    to.tail = ToWire(message.tail);
    to.durable = message.durable.value;
    to.gap = message.gap;
    out.__set_ack(to);
  }
  void operator()(const Refused& message) const {
    wire::Refused to;
    to.epoch = Signed(message.epoch.value);
    to.promised = Signed(message.promised.value);
    out.__set_refused(to);
  }
  void operator()(const Died& message) const {
    wire::Died to;
    to.incarnation = Signed(message.incarnation.value);
    out.__set_died(to);
  }
};

// Whole records with right checksums, whose ids follow `previous`, up to `last`.
Status CheckRecords(std::string_view records, TxId previous, TxId last) {
  int64_t id = previous.value;
  while (!records.empty()) {
    CAIRN_ASSIGN(const Frame frame, PeekFrame(records));
    if (frame.kind != Frame::Kind::kRecord || frame.txid.value != id + 1) {
      return Status(Code::kCorrupt, "what follows transaction " + std::to_string(id) +
                                        " in the peer's message is not the next record");
    }
    ++id;
    records.remove_prefix(frame.size);
  }
  if (id == previous.value || id != last.value) {
    return Status(Code::kCorrupt, "the peer's records end at transaction " + std::to_string(id) +
                                      ", not at " + ToString(last));
  }
  return Status();
}

Result<LinkMessage> DecodeAppend(wire::Append& in) {
  Append append{.lead = FromWire(in.lead), .previous = FromWire(in.previous)};
  Batch batch{.first = TxId(in.first), .last = FromWire(in.last), .bytes = std::move(in.records)};
  if (batch.first.value != append.previous.txid.value + 1) {
    return Status(Code::kCorrupt, "the peer's records do not begin behind their predecessor");
  }
  CAIRN_TRY(CheckRecords(batch.bytes, append.previous.txid, batch.last.txid));
  const uint32_t chain = ExtendChain(append.previous.chain, batch.bytes);
  if (chain != 0 && batch.last.chain != 0 && chain != batch.last.chain) {
    return Status(Code::kChecksum, "records up to transaction " + ToString(batch.last.txid) +
                                       " do not match the peer's chained checksum");
  }
  if (batch.last.chain == 0) batch.last.chain = chain;
  append.batch = std::make_shared<const Batch>(std::move(batch));
  return LinkMessage(std::move(append));
}

Result<LinkMessage> DecodeSync(const wire::Sync& in) {
  std::vector<EpochTable::Entry> entries;
  for (const wire::Term& term : in.terms) {
    entries.push_back({Epoch(Unsigned(term.term)), TxId(term.first)});
  }
  std::optional<EpochTable> terms = EpochTable::From(std::move(entries));
  if (!terms) return Status(Code::kBadRequest, "the peer's terms do not rise");
  return LinkMessage(Sync{.lead = FromWire(in.lead),
                          .terms = std::move(*terms),
                          .tail = FromWire(in.tail),
                          .oldest = TxId(in.oldest)});
}

Result<LinkMessage> DecodeAck(const wire::Ack& in) {
  if (!IsPlainName(in.log)) return Status(Code::kBadRequest, "the peer's log has no good name");
  return LinkMessage(Ack{.epoch = Epoch(Unsigned(in.epoch)),
                         .stamp = in.stamp,
                         .log = LogId(in.log),
                         .tail = FromWire(in.tail),
                         .durable = TxId(in.durable),
                         .gap = in.gap});
}

}  // namespace

std::string EncodeMessage(const LinkMessage& message) {
  wire::Message out;
  std::visit(Encoder{out}, message);
  return Write(out);
}

Result<LinkMessage> DecodeMessage(std::string_view bytes) {
  CAIRN_ASSIGN(wire::Message in, Read<wire::Message>(bytes, kLinkMessageBytesMax));
  const auto& set = in.__isset;
  const int parts = set.heartbeat + set.append + set.sync + set.handoff + set.ack + set.refused +
                    set.died;
  if (parts != 1) return Status(Code::kBadRequest, "a link message must be one of its kinds");
  if (set.append) return DecodeAppend(in.append);
  if (set.sync) return DecodeSync(in.sync);
  if (set.ack) return DecodeAck(in.ack);
  if (set.heartbeat) {
    return LinkMessage(Heartbeat{FromWire(in.heartbeat.lead), FromWire(in.heartbeat.tail)});
  }
  if (set.handoff) {
    return LinkMessage(Handoff{.lead = FromWire(in.handoff.lead),
                               .last = FromWire(in.handoff.last),
                               .stays = in.handoff.stays});
  }
  if (set.refused) {
    return LinkMessage(Refused{.epoch = Epoch(Unsigned(in.refused.epoch)),
                               .promised = Epoch(Unsigned(in.refused.promised))});
  }
  return LinkMessage(Died{Incarnation(Unsigned(in.died.incarnation))});
}

std::string EncodeHello(const LinkHello& hello) {
  wire::Hello out;
  out.version = kLinkVersion;
  out.purpose = hello.purpose == LinkPurpose::kPeer ? wire::Purpose::PEER : wire::Purpose::WATCHER;
  out.node = hello.node.value;
  out.incarnation = Signed(hello.incarnation.value);
  out.nonce = hello.nonce;
  return Write(out);
}

Result<LinkHello> DecodeHello(std::string_view bytes) {
  constexpr size_t kHelloBytesMax = 1024;
  CAIRN_ASSIGN(wire::Hello in, Read<wire::Hello>(bytes, kHelloBytesMax));
  if (in.version != kLinkVersion) {
    return Status(Code::kVersionMismatch, "the peer speaks version " + std::to_string(in.version) +
                                              " of the link, this namenode " +
                                              std::to_string(kLinkVersion));
  }
  const bool known = in.purpose == wire::Purpose::PEER || in.purpose == wire::Purpose::WATCHER;
  if (!known || !IsPlainName(in.node) || in.nonce.size() < kNonceBytesMin ||
      in.nonce.size() > kNonceBytesMax) {
    return Status(Code::kBadRequest, "a greeting that is not of its form");
  }
  return LinkHello{.purpose = in.purpose == wire::Purpose::PEER ? LinkPurpose::kPeer
                                                                : LinkPurpose::kWatcher,
                   .node = NodeId(in.node),
                   .incarnation = Incarnation(Unsigned(in.incarnation)),
                   .nonce = in.nonce};
}

}  // namespace cairn::namenode::ha
