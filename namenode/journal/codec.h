// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/util/result.h"
#include "namenode/journal/record.h"

// The bytes of Apache's edit log. A segment is a header and records; all numbers are big-endian:
//
//   header   i32 layout version | i32 0 (layout flags)
//   record   u8 opcode | i32 length | i64 txid | body | u32 CRC-32 of all before
//            `length` counts itself, the txid and the body: neither opcode nor checksum
//   tail     0xFF in steps of 1 MiB while the segment is open; cut when it is finalized
//
// A body holds numbers, and strings as u16 length and Java's modified UTF-8. Some older parts are
// Hadoop's zero-compressed integers (vlong), Text (vlong length and UTF-8) and delimited Protobuf.
//
// End of a segment: the end of the file, or a byte 0xFF or 0x00 where an opcode should be, with
// nothing but 0xFF and 0x00 behind it. (Opcode 0 is OP_ADD and valid; an OP_ADD of length 0 is the
// zero-filled tail of a file whose size became durable before its bytes.) Anything else behind the
// terminator is corruption.
//
// The layout version is a value: -60 (the first with storage policies) to -67. Below -56 records
// have no length, and are refused.
//
// All functions are thread-safe.
namespace cairn::namenode {

inline constexpr int32_t kOldestEditLayout = -60;
inline constexpr int32_t kNewestEditLayout = -67;

// dfs.namenode.max.op.size: a longer record is corruption.
inline constexpr uint32_t kRecordBytesMax = 50 << 20;
inline constexpr uint32_t kSegmentHeaderBytes = 8;

std::string SegmentHeader(int32_t layout_version);
// kIncorrectVersion for a layout that cannot be read, kEndOfFile when it is cut off.
Result<int32_t> ParseSegmentHeader(std::string_view bytes);

// Appends the record's bytes to `out`. Fails with kInvalidArgument, and appends nothing, when a
// string is longer than its length field can tell or the record longer than kRecordBytesMax; with
// kUnsupported for an operation that the layout does not have.
Status EncodeRecord(const EditRecord& record, int32_t layout_version, std::string& out);

// What stands at the front of some bytes of a segment.
struct Frame {
  enum class Kind {
    kRecord,  // A whole record with a right checksum, `size` bytes.
    kEnd,     // A terminator, or no bytes at all; what follows it must be checked by the caller.
    kMore,    // Not enough bytes to tell; `size` are needed.
  };
  Kind kind = Kind::kEnd;
  uint32_t size = 0;
  TxId txid;
};

// kCorrupt for a length out of bounds, kChecksum for a wrong checksum.
Result<Frame> PeekFrame(std::string_view bytes);

// Whether a record is OP_START_LOG_SEGMENT. `record` must not be empty.
bool OpensSegment(std::string_view record);

// Decodes the record of a frame of kind kRecord. kCorrupt when its body is not of its form.
Result<EditRecord> DecodeRecord(std::string_view frame, int32_t layout_version);

// Java's modified UTF-8: U+0000 as two bytes, characters beyond U+FFFF as two surrogates of three
// bytes each. Bytes that are not UTF-8 are carried as they are.
std::string ToModifiedUtf8(std::string_view utf8);
std::string FromModifiedUtf8(std::string_view modified);

}  // namespace cairn::namenode
