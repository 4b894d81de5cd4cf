// SPDX-License-Identifier: Apache-2.0
#include "common/wire/data_transfer.h"

#include <algorithm>
#include <cstring>

#include "common/util/bytes.h"
#include "common/wire/field_reader.h"
#include "common/wire/field_writer.h"

namespace cairn::wire {
namespace {

// The length of a packet counts its own four bytes.
constexpr uint32_t kPayloadLengthBytes = 4;

// Tags of PacketHeaderProto: number << 3 | wire type.
constexpr char kOffsetTag = 1 << 3 | 1;
constexpr char kSeqnoTag = 2 << 3 | 1;
constexpr char kLastTag = 3 << 3;
constexpr char kDataLengthTag = 4 << 3 | 5;
constexpr char kSyncTag = 5 << 3;

char* PutLittleEndian(char* out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) *out++ = static_cast<char>(value >> (8 * i));
  return out;
}

// The flags of an acknowledgement: status in 4 bits, 1 reserved, then Ecn and Slow in 2 each.
uint32_t FlagOf(const AckReply& reply) {
  return static_cast<uint32_t>(reply.status) | static_cast<uint32_t>(reply.ecn) << 5 |
         static_cast<uint32_t>(reply.slow) << 7;
}

OpStatus StatusOfNumber(uint64_t number) {
  if (number > static_cast<uint64_t>(OpStatus::kErrorBlockPinned)) return OpStatus::kError;
  return static_cast<OpStatus>(number);
}

AckReply ReplyOfFlag(uint64_t flag) {
  return {.status = StatusOfNumber(flag & 0xf),
          .ecn = static_cast<Ecn>(flag >> 5 & 3),
          .slow = static_cast<Slow>(flag >> 7 & 3)};
}

// The values of a repeated number, whether packed or not.
Status AddNumbers(const Field& field, std::vector<uint64_t>* out) {
  if (field.kind == Field::Kind::kVarint) {
    out->push_back(field.value);
    return Status();
  }
  ByteReader packed(field.bytes);
  while (packed.remaining() > 0) {
    CAIRN_ASSIGN(const uint64_t value, packed.Varint());
    out->push_back(value);
  }
  return Status();
}

Status CorruptPacket(const std::string& why) {
  return Status(Code::kCorrupt, "packet does not decode: " + why);
}

}  // namespace

const char* OpName(Op op) {
  switch (op) {
    case Op::kWriteBlock: return "WRITE_BLOCK";
    case Op::kReadBlock: return "READ_BLOCK";
    case Op::kReadMetadata: return "READ_METADATA";
    case Op::kReplaceBlock: return "REPLACE_BLOCK";
    case Op::kCopyBlock: return "COPY_BLOCK";
    case Op::kBlockChecksum: return "BLOCK_CHECKSUM";
    case Op::kTransferBlock: return "TRANSFER_BLOCK";
    case Op::kRequestShortCircuitFds: return "REQUEST_SHORT_CIRCUIT_FDS";
    case Op::kReleaseShortCircuitFds: return "RELEASE_SHORT_CIRCUIT_FDS";
    case Op::kRequestShortCircuitShm: return "REQUEST_SHORT_CIRCUIT_SHM";
    case Op::kBlockGroupChecksum: return "BLOCK_GROUP_CHECKSUM";
    case Op::kCustom: return "CUSTOM";
  }
  return "UNKNOWN";
}

const char* OpStatusName(OpStatus status) {
  switch (status) {
    case OpStatus::kSuccess: return "SUCCESS";
    case OpStatus::kError: return "ERROR";
    case OpStatus::kErrorChecksum: return "ERROR_CHECKSUM";
    case OpStatus::kErrorInvalid: return "ERROR_INVALID";
    case OpStatus::kErrorExists: return "ERROR_EXISTS";
    case OpStatus::kErrorAccessToken: return "ERROR_ACCESS_TOKEN";
    case OpStatus::kChecksumOk: return "CHECKSUM_OK";
    case OpStatus::kErrorUnsupported: return "ERROR_UNSUPPORTED";
    case OpStatus::kOobRestart: return "OOB_RESTART";
    case OpStatus::kOobReserved1: return "OOB_RESERVED1";
    case OpStatus::kOobReserved2: return "OOB_RESERVED2";
    case OpStatus::kOobReserved3: return "OOB_RESERVED3";
    case OpStatus::kInProgress: return "IN_PROGRESS";
    case OpStatus::kErrorBlockPinned: return "ERROR_BLOCK_PINNED";
  }
  return "UNKNOWN";
}

const char* BlockConstructionStageName(BlockConstructionStage stage) {
  switch (stage) {
    case BlockConstructionStage::kPipelineSetupAppend: return "PIPELINE_SETUP_APPEND";
    case BlockConstructionStage::kPipelineSetupAppendRecovery:
      return "PIPELINE_SETUP_APPEND_RECOVERY";
    case BlockConstructionStage::kDataStreaming: return "DATA_STREAMING";
    case BlockConstructionStage::kPipelineSetupStreamingRecovery:
      return "PIPELINE_SETUP_STREAMING_RECOVERY";
    case BlockConstructionStage::kPipelineClose: return "PIPELINE_CLOSE";
    case BlockConstructionStage::kPipelineCloseRecovery: return "PIPELINE_CLOSE_RECOVERY";
    case BlockConstructionStage::kPipelineSetupCreate: return "PIPELINE_SETUP_CREATE";
    case BlockConstructionStage::kTransferRbw: return "TRANSFER_RBW";
    case BlockConstructionStage::kTransferFinalized: return "TRANSFER_FINALIZED";
  }
  return "UNKNOWN";
}

std::string EncodeOpPrefix(Op op) {
  std::string out;
  PutU16(out, kDataTransferVersion);
  PutU8(out, static_cast<uint8_t>(op));
  return out;
}

Result<Op> ParseOpPrefix(std::string_view bytes) {
  ByteReader reader(bytes);
  CAIRN_ASSIGN(const uint16_t version, reader.U16());
  if (version != kDataTransferVersion) {
    return Status(Code::kIncorrectVersion,
                  "data transfer version " + std::to_string(version) + " is not " +
                      std::to_string(kDataTransferVersion));
  }
  CAIRN_ASSIGN(const uint8_t number, reader.U8());
  const auto op = static_cast<Op>(number);
  if (std::string_view(OpName(op)) != "UNKNOWN") return op;
  return Status(Code::kUnsupported, "unknown data transfer operation " + std::to_string(number));
}

Result<PacketLengths> ParsePacketLengths(std::string_view bytes) {
  ByteReader reader(bytes);
  CAIRN_ASSIGN(const uint32_t payload, reader.U32());
  CAIRN_ASSIGN(const uint16_t header, reader.U16());
  if (payload < kPayloadLengthBytes || payload > kPacketBytesMax ||
      payload + header > kPacketBytesMax) {
    return CorruptPacket("payload length " + std::to_string(static_cast<int32_t>(payload)) +
                         " is not in 4 to " + std::to_string(kPacketBytesMax));
  }
  if (header > INT16_MAX) {
    return CorruptPacket("header length " + std::to_string(header) + " is negative");
  }
  return PacketLengths{.header_bytes = header, .body_bytes = payload - kPayloadLengthBytes};
}

Result<PacketHeader> ParsePacketHeader(std::string_view header, uint32_t body_bytes) {
  PacketHeader parsed;
  uint32_t seen = 0;
  FieldReader fields(header);
  for (;;) {
    auto next = fields.Next();
    if (!next.ok()) return CorruptPacket(next.status().message());
    if (!*next) break;
    const Field& field = **next;
    const bool is_64 = field.kind == Field::Kind::kFixed64;
    const bool is_flag = field.kind == Field::Kind::kVarint;
    if (field.number == 1 && is_64) {
      parsed.offset_in_block = static_cast<int64_t>(field.value);
    } else if (field.number == 2 && is_64) {
      parsed.seqno = static_cast<int64_t>(field.value);
    } else if (field.number == 3 && is_flag) {
      parsed.last_in_block = field.value != 0;
    } else if (field.number == 4 && field.kind == Field::Kind::kFixed32) {
      parsed.data_bytes = static_cast<uint32_t>(field.value);
    } else if (field.number == 5 && is_flag) {
      parsed.sync_block = field.value != 0;
    } else {
      continue;
    }
    seen |= 1U << field.number;
  }
  constexpr uint32_t kRequired = 1U << 1 | 1U << 2 | 1U << 3 | 1U << 4;
  if ((seen & kRequired) != kRequired) return CorruptPacket("a required field is missing");
  if (parsed.offset_in_block < 0) return CorruptPacket("the offset in the block is negative");
  if (parsed.data_bytes > body_bytes) {
    return CorruptPacket("data length " + std::to_string(static_cast<int32_t>(parsed.data_bytes)) +
                         " does not fit into " + std::to_string(body_bytes) + " bytes");
  }
  parsed.checksum_bytes = body_bytes - parsed.data_bytes;
  return parsed;
}

size_t EncodePacketHeader(const PacketHeader& header, char* out) {
  char* p = out + kPacketLengthsBytes;
  *p++ = kOffsetTag;
  p = PutLittleEndian(p, static_cast<uint64_t>(header.offset_in_block), 8);
  *p++ = kSeqnoTag;
  p = PutLittleEndian(p, static_cast<uint64_t>(header.seqno), 8);
  *p++ = kLastTag;
  *p++ = header.last_in_block ? 1 : 0;
  *p++ = kDataLengthTag;
  p = PutLittleEndian(p, header.data_bytes, 4);
  // Only when it is set, as Apache writes it: some of its readers expect the shorter header.
  if (header.sync_block) {
    *p++ = kSyncTag;
    *p++ = 1;
  }
  const auto bytes = static_cast<size_t>(p - out);
  StoreU32(out, kPayloadLengthBytes + header.checksum_bytes + header.data_bytes);
  StoreU16(out + kPayloadLengthBytes, static_cast<uint16_t>(bytes - kPacketLengthsBytes));
  return bytes;
}

std::string EncodePacketHeader(const PacketHeader& header) {
  char buffer[kPacketLengthsBytes + kPacketHeaderBytesMax];
  return std::string(buffer, EncodePacketHeader(header, buffer));
}

bool PipelineAck::AllSuccess() const {
  return std::all_of(replies.begin(), replies.end(),
                     [](const AckReply& r) { return r.status == OpStatus::kSuccess; });
}

std::optional<OpStatus> PipelineAck::OutOfBand() const {
  if (seqno != kUnknownSeqno) return std::nullopt;
  for (const AckReply& reply : replies) {
    if (reply.status >= OpStatus::kOobRestart && reply.status <= OpStatus::kOobReserved3) {
      return reply.status;
    }
  }
  return std::nullopt;
}

std::string EncodePipelineAck(const PipelineAck& ack) {
  std::string message;
  PutVarintField(message, 1, ToZigZag(ack.seqno));
  for (const AckReply& reply : ack.replies) {
    PutVarintField(message, 2, static_cast<uint64_t>(reply.status));
  }
  PutVarintField(message, 3, ack.downstream_ack_time_ns);
  if (!ack.replies.empty()) {
    std::string flags;
    for (const AckReply& reply : ack.replies) PutVarint(flags, FlagOf(reply));
    PutBytesField(message, 4, flags);
  }
  std::string out;
  PutDelimited(out, message);
  return out;
}

Result<PipelineAck> ParsePipelineAck(std::string_view bytes) {
  PipelineAck ack;
  std::vector<uint64_t> statuses;
  std::vector<uint64_t> flags;
  bool has_seqno = false;
  FieldReader fields(bytes);
  for (;;) {
    CAIRN_ASSIGN(const std::optional<Field> field, fields.Next());
    if (!field) break;
    const bool is_number = field->kind == Field::Kind::kVarint;
    if (field->number == 1 && is_number) {
      ack.seqno = FromZigZag(field->value);
      has_seqno = true;
    } else if (field->number == 2) {
      CAIRN_TRY(AddNumbers(*field, &statuses));
    } else if (field->number == 3 && is_number) {
      ack.downstream_ack_time_ns = field->value;
    } else if (field->number == 4) {
      CAIRN_TRY(AddNumbers(*field, &flags));
    }
  }
  if (!has_seqno) return Status(Code::kBadRequest, "acknowledgement without a sequence number");
  if (!flags.empty() && flags.size() != statuses.size()) {
    return Status(Code::kBadRequest, "acknowledgement with " + std::to_string(flags.size()) +
                                         " flags for " + std::to_string(statuses.size()) +
                                         " replies");
  }
  for (size_t i = 0; i < statuses.size(); ++i) {
    AckReply reply = flags.empty() ? AckReply{} : ReplyOfFlag(flags[i]);
    if (flags.empty()) reply.status = StatusOfNumber(statuses[i]);
    ack.replies.push_back(reply);
  }
  return ack;
}

}  // namespace cairn::wire
