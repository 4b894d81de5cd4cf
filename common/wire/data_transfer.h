// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/util/result.h"

namespace cairn::wire {

// The data transfer protocol, version 28, as bytes: what the parts of an operation are. The
// operations' parameters are in data_transfer_ops.h.
//
//   operation:  version(2) opcode(1) then a varint-delimited message
//   packet:     payload length(4) header length(2) header, checksums, data
//               where payload length counts itself, the checksums and the data
//   ack:        a varint-delimited PipelineAckProto
//
// All functions are thread-safe.

inline constexpr uint16_t kDataTransferVersion = 28;
inline constexpr size_t kOpPrefixBytes = 3;
// Limits of a varint-delimited message before memory is taken for it.
inline constexpr uint32_t kOpMessageBytesMax = 1 << 20;
inline constexpr uint32_t kAckBytesMax = 64 << 10;

// The operations, with the numbers of the protocol.
enum class Op : uint8_t {
  kWriteBlock = 80,
  kReadBlock = 81,
  kReadMetadata = 82,  // Apache has no code for it.
  kReplaceBlock = 83,
  kCopyBlock = 84,
  kBlockChecksum = 85,
  kTransferBlock = 86,
  kRequestShortCircuitFds = 87,
  kReleaseShortCircuitFds = 88,
  kRequestShortCircuitShm = 89,
  kBlockGroupChecksum = 90,
  kCustom = 127,
};

// "WRITE_BLOCK"; "UNKNOWN" for a number that is none.
const char* OpName(Op op);

// How an operation or one packet of it ended, with the numbers of the protocol.
enum class OpStatus : uint8_t {
  kSuccess = 0,
  kError = 1,
  kErrorChecksum = 2,
  kErrorInvalid = 3,
  kErrorExists = 4,
  kErrorAccessToken = 5,
  kChecksumOk = 6,
  kErrorUnsupported = 7,
  kOobRestart = 8,
  kOobReserved1 = 9,
  kOobReserved2 = 10,
  kOobReserved3 = 11,
  kInProgress = 12,
  kErrorBlockPinned = 13,
};

// "ERROR_CHECKSUM".
const char* OpStatusName(OpStatus status);

// Why a write pipeline is being set up, with the numbers of the protocol: a recovery stage is its
// regular stage with the lowest bit set.
enum class BlockConstructionStage : uint8_t {
  kPipelineSetupAppend = 0,
  kPipelineSetupAppendRecovery = 1,
  kDataStreaming = 2,
  kPipelineSetupStreamingRecovery = 3,
  kPipelineClose = 4,
  kPipelineCloseRecovery = 5,
  kPipelineSetupCreate = 6,
  kTransferRbw = 7,
  kTransferFinalized = 8,
};

const char* BlockConstructionStageName(BlockConstructionStage stage);

// The bytes of version and opcode.
std::string EncodeOpPrefix(Op op);
// Of kOpPrefixBytes bytes. kIncorrectVersion for another version, kUnsupported for an opcode that
// is none.
Result<Op> ParseOpPrefix(std::string_view bytes);

// ---- Packets.

inline constexpr size_t kPacketLengthsBytes = 6;
// The longest header that is ever written.
inline constexpr size_t kPacketHeaderBytesMax = 27;
// dfs.data.transfer.max.packet.size: header, checksums and data of one packet.
inline constexpr uint32_t kPacketBytesMax = 16 << 20;
inline constexpr int64_t kHeartbeatSeqno = -1;
inline constexpr int64_t kUnknownSeqno = -2;

struct PacketHeader {
  int64_t offset_in_block = 0;
  int64_t seqno = 0;
  bool last_in_block = false;
  bool sync_block = false;
  uint32_t data_bytes = 0;
  uint32_t checksum_bytes = 0;  // Not in the header itself: what the lengths leave.
};

struct PacketLengths {
  uint32_t header_bytes = 0;
  uint32_t body_bytes = 0;  // Checksums and data.
};

// Of kPacketLengthsBytes bytes; kCorrupt for what no packet may have.
Result<PacketLengths> ParsePacketLengths(std::string_view bytes);
// `header` are the bytes behind the lengths.
Result<PacketHeader> ParsePacketHeader(std::string_view header, uint32_t body_bytes);
// Lengths and header; checksums and data follow.
std::string EncodePacketHeader(const PacketHeader& header);
// Writes the same to `out`, which has room for kPacketLengthsBytes + kPacketHeaderBytesMax bytes;
// returns how many were written.
size_t EncodePacketHeader(const PacketHeader& header, char* out);

// ---- Acknowledgements.

// What a datanode says about its load, with the numbers of the protocol.
enum class Ecn : uint8_t { kDisabled = 0, kSupported = 1, kSupported2 = 2, kCongested = 3 };
enum class Slow : uint8_t { kDisabled = 0, kNormal = 1, kSlow = 2, kReserved = 3 };

// The answer of one datanode of the pipeline.
struct AckReply {
  OpStatus status = OpStatus::kSuccess;
  Ecn ecn = Ecn::kDisabled;
  Slow slow = Slow::kDisabled;

  bool operator==(const AckReply&) const = default;
};

// The answers for one packet: of the datanode that sends it, then of those downstream in order.
struct PipelineAck {
  int64_t seqno = kUnknownSeqno;
  std::vector<AckReply> replies;
  uint64_t downstream_ack_time_ns = 0;

  bool AllSuccess() const;
  // An out-of-band announcement (a restart), if this is one.
  std::optional<OpStatus> OutOfBand() const;
};

// With its varint length in front.
std::string EncodePipelineAck(const PipelineAck& ack);
// The bytes behind the length. A status that is not known reads as kError.
Result<PipelineAck> ParsePipelineAck(std::string_view bytes);

}  // namespace cairn::wire
