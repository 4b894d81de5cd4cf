// SPDX-License-Identifier: Apache-2.0
#include "common/wire/converters.h"
#include "common/wire/data_transfer_ops.h"
#include "common/wire/message_codec.h"

namespace cairn::wire {
namespace {

std::string Delimited(const google::protobuf::MessageLite& message) {
  std::string out;
  AppendDelimited(message, out);
  return out;
}

pb::Status StatusProto(OpStatus status) { return static_cast<pb::Status>(status); }
OpStatus StatusOfProto(pb::Status status) { return static_cast<OpStatus>(status); }

void FillBlockChecksum(const BlockChecksumAnswer& answer, pb::OpBlockChecksumResponseProto* out) {
  out->set_bytespercrc(answer.bytes_per_crc);
  out->set_crcperblock(answer.crcs_per_block);
  out->set_blockchecksum(answer.checksum);
  out->set_crctype(ToProto(answer.crc_type));
  out->mutable_blockchecksumoptions()->set_blockchecksumtype(
      static_cast<pb::BlockChecksumTypeProto>(answer.kind));
}

BlockChecksumAnswer BlockChecksumOf(const pb::OpBlockChecksumResponseProto& in) {
  return {.bytes_per_crc = in.bytespercrc(),
          .crcs_per_block = in.crcperblock(),
          .checksum = in.blockchecksum(),
          .crc_type = FromProto(in.crctype()),
          .kind = static_cast<BlockChecksumKind>(in.blockchecksumoptions().blockchecksumtype())};
}

Code CodeOf(OpStatus status) {
  switch (status) {
    case OpStatus::kErrorChecksum: return Code::kChecksum;
    case OpStatus::kErrorExists: return Code::kAlreadyExists;
    case OpStatus::kErrorAccessToken: return Code::kInvalidToken;
    case OpStatus::kErrorUnsupported: return Code::kUnsupported;
    default: return Code::kIoError;
  }
}

}  // namespace

std::string Encode(const OpAnswer& answer) {
  pb::BlockOpResponseProto message;
  message.set_status(StatusProto(answer.status));
  // An empty string is sent, as Apache does for a pipeline without a bad link.
  message.set_firstbadlink(answer.first_bad_link);
  if (answer.block_checksum) {
    FillBlockChecksum(*answer.block_checksum, message.mutable_checksumresponse());
  }
  if (answer.read) {
    ToProto(answer.read->checksum, message.mutable_readopchecksuminfo()->mutable_checksum());
    message.mutable_readopchecksuminfo()->set_chunkoffset(answer.read->chunk_offset);
  }
  if (!answer.message.empty()) message.set_message(answer.message);
  if (answer.short_circuit_version) {
    message.set_shortcircuitaccessversion(*answer.short_circuit_version);
  }
  return Delimited(message);
}

Result<OpAnswer> ParseOpAnswer(std::string_view bytes) {
  pb::BlockOpResponseProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  OpAnswer answer;
  answer.status = StatusOfProto(message.status());
  answer.message = message.message();
  answer.first_bad_link = message.firstbadlink();
  if (message.has_readopchecksuminfo()) {
    answer.read = ReadAnswer{.checksum = FromProto(message.readopchecksuminfo().checksum()),
                             .chunk_offset = message.readopchecksuminfo().chunkoffset()};
  }
  if (message.has_checksumresponse()) {
    answer.block_checksum = BlockChecksumOf(message.checksumresponse());
  }
  if (message.has_shortcircuitaccessversion()) {
    answer.short_circuit_version = message.shortcircuitaccessversion();
  }
  return answer;
}

Status StatusOf(const OpAnswer& answer) {
  if (answer.status == OpStatus::kSuccess) return Status();
  std::string text = std::string("datanode answered ") + OpStatusName(answer.status);
  if (!answer.message.empty()) text += ": " + answer.message;
  return Status(CodeOf(answer.status), text);
}

std::string EncodeClientReadStatus(OpStatus status) {
  pb::ClientReadStatusProto message;
  message.set_status(StatusProto(status));
  return Delimited(message);
}

Result<OpStatus> ParseClientReadStatus(std::string_view bytes) {
  pb::ClientReadStatusProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  return StatusOfProto(message.status());
}

std::string Encode(const ShmAnswer& answer) {
  pb::ShortCircuitShmResponseProto message;
  message.set_status(StatusProto(answer.status));
  if (!answer.error.empty()) message.set_error(answer.error);
  if (answer.shm) {
    message.mutable_id()->set_hi(answer.shm->shm_id_high);
    message.mutable_id()->set_lo(answer.shm->shm_id_low);
  }
  return Delimited(message);
}

Result<ShmAnswer> ParseShmAnswer(std::string_view bytes) {
  pb::ShortCircuitShmResponseProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  ShmAnswer answer{.status = StatusOfProto(message.status()), .error = message.error()};
  if (message.has_id()) {
    answer.shm =
        ShortCircuitSlot{.shm_id_high = message.id().hi(), .shm_id_low = message.id().lo()};
  }
  return answer;
}

std::string Encode(const ReleaseAnswer& answer) {
  pb::ReleaseShortCircuitAccessResponseProto message;
  message.set_status(StatusProto(answer.status));
  if (!answer.error.empty()) message.set_error(answer.error);
  return Delimited(message);
}

Result<ReleaseAnswer> ParseReleaseAnswer(std::string_view bytes) {
  pb::ReleaseShortCircuitAccessResponseProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  return ReleaseAnswer{.status = StatusOfProto(message.status()), .error = message.error()};
}

}  // namespace cairn::wire
