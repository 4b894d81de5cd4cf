// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/codec.h"

#include <utility>

#include "common/util/bytes.h"
#include "common/util/crc.h"
#include "namenode/journal/op_fields.h"
#include "namenode/journal/op_table.h"

namespace cairn::namenode {

namespace {

constexpr size_t kLengthAt = 1;
constexpr size_t kTxIdAt = 5;
constexpr size_t kBodyAt = 13;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kFrameBytesMin = kBodyAt + kChecksumBytes;
// What `length` does not count: opcode and checksum.
constexpr size_t kUncounted = 1 + kChecksumBytes;

template <size_t Index>
EditOp MakeOp() {
  return EditOp(std::in_place_index<Index>);
}

template <size_t... Index>
EditOp MakeOpAt(size_t index, std::index_sequence<Index...>) {
  using Maker = EditOp (*)();
  static constexpr Maker kMakers[] = {&MakeOp<Index>...};
  return kMakers[index]();
}

Status CheckLayout(int32_t layout_version) {
  if (layout_version > kOldestEditLayout || layout_version < kNewestEditLayout) {
    return Status(Code::kIncorrectVersion,
                  "edit log layout " + std::to_string(layout_version) + " is not between " +
                      std::to_string(kOldestEditLayout) + " and " +
                      std::to_string(kNewestEditLayout));
  }
  return Status();
}

}  // namespace

std::string SegmentHeader(int32_t layout_version) {
  std::string out;
  PutU32(out, static_cast<uint32_t>(layout_version));
  PutU32(out, 0);
  return out;
}

Result<int32_t> ParseSegmentHeader(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes) {
    return Status(Code::kEndOfFile, "the header is cut off");
  }
  const auto layout_version = static_cast<int32_t>(LoadU32(bytes.data()));
  CAIRN_TRY(CheckLayout(layout_version));
  if (LoadU32(bytes.data() + 4) != 0) {
    return Status(Code::kCorrupt, "the header has unknown layout flags");
  }
  return layout_version;
}

Status EncodeRecord(const EditRecord& record, int32_t layout_version, std::string& out) {
  const OpInfo& info = kOps[record.op.index()];
  if (layout_version > info.since) {
    return Status(Code::kUnsupported, std::string(info.name) + " does not exist in layout " +
                                          std::to_string(layout_version));
  }
  const size_t start = out.size();
  PutU8(out, info.code);
  PutU32(out, 0);
  PutU64(out, static_cast<uint64_t>(record.txid.value));
  FieldWriter writer(out, layout_version);
  std::visit(
      [&writer](const auto& o) {
        FieldsOf(writer, o, static_cast<const std::decay_t<decltype(o)>*>(nullptr));
      },
      record.op);
  const size_t size = out.size() - start + kChecksumBytes;
  Status status = writer.status();
  if (status.ok() && size > kRecordBytesMax) {
    status = Status(Code::kInvalidArgument, std::to_string(size) +
                                                " bytes are too many for a record of the edit log");
  }
  if (!status.ok()) {
    out.resize(start);
    return status.WithContext(info.name);
  }
  StoreU32(out.data() + start + kLengthAt, static_cast<uint32_t>(size - kUncounted));
  PutU32(out, Crc32(0, out.data() + start, out.size() - start));
  return Status();
}

Result<Frame> PeekFrame(std::string_view bytes) {
  if (bytes.empty()) return Frame{};
  const auto code = static_cast<uint8_t>(bytes[0]);
  if (code == 0xFF) return Frame{};
  // Zeros may be a filler, or the first bytes of an OP_ADD, whose code is 0.
  if (bytes.size() < kFrameBytesMin) return Frame{Frame::Kind::kMore, kFrameBytesMin, TxId()};
  const uint32_t length = LoadU32(bytes.data() + kLengthAt);
  if (code == 0 && length == 0) return Frame{};
  if (length < kFrameBytesMin - kUncounted || length > kRecordBytesMax - kUncounted) {
    return Status(Code::kCorrupt, "a record claims to be " + std::to_string(length) +
                                      " bytes long (opcode " + std::to_string(code) + ")");
  }
  const uint32_t size = length + kUncounted;
  const TxId txid(static_cast<int64_t>(LoadU64(bytes.data() + kTxIdAt)));
  if (bytes.size() < size) return Frame{Frame::Kind::kMore, size, txid};
  const uint32_t expected = LoadU32(bytes.data() + size - kChecksumBytes);
  const uint32_t actual = Crc32(0, bytes.data(), size - kChecksumBytes);
  if (expected != actual) {
    return Status(Code::kChecksum, "the checksum of a record is wrong (opcode " +
                                       std::to_string(code) + ", transaction " + ToString(txid) +
                                       ")");
  }
  return Frame{Frame::Kind::kRecord, size, txid};
}

bool OpensSegment(std::string_view record) {
  // An operation's place among EditOp's alternatives tells its code.
  static const uint8_t code = kOps[EditOp(op::StartLogSegment()).index()].code;
  return static_cast<uint8_t>(record.front()) == code;
}

Result<EditRecord> DecodeRecord(std::string_view frame, int32_t layout_version) {
  if (frame.size() < kFrameBytesMin) return Status(Code::kCorrupt, "a record is too short");
  const auto code = static_cast<uint8_t>(frame[0]);
  const TxId txid(static_cast<int64_t>(LoadU64(frame.data() + kTxIdAt)));
  const size_t index = OpIndexOfCode(code);
  if (index == kOps.size()) {
    return Status(Code::kCorrupt, "unknown opcode " + std::to_string(code) + " of transaction " +
                                      ToString(txid));
  }
  EditRecord record{txid, MakeOpAt(index, std::make_index_sequence<kOps.size()>())};
  FieldReader reader(frame.substr(kBodyAt, frame.size() - kFrameBytesMin), layout_version);
  std::visit(
      [&reader](auto& o) {
        FieldsOf(reader, o, static_cast<const std::decay_t<decltype(o)>*>(nullptr));
      },
      record.op);
  Status status = reader.status();
  if (status.ok() && reader.remaining() > 0) {
    status = Status(Code::kCorrupt, std::to_string(reader.remaining()) + " bytes too many");
  }
  if (!status.ok()) {
    return status.WithContext(std::string(kOps[index].name) + " of transaction " + ToString(txid));
  }
  return record;
}

}  // namespace cairn::namenode
