// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/block.h"
#include "common/model/datanode_info.h"
#include "common/util/result.h"
#include "common/wire/data_transfer.h"

namespace cairn::wire {

// The parameters and answers of the data transfer operations.
//
// Encode(op) gives version, opcode, length and message: all that a client sends to begin the
// operation. Parse…(bytes) takes the message behind the length. Encode(answer) gives length and
// message. Parsing fails with kBadRequest. All functions are thread-safe.

// What the page cache should do; unset is the datanode's own default.
struct CachingStrategy {
  std::optional<bool> drop_behind;
  std::optional<int64_t> readahead_bytes;
};

struct ReadBlockOp {
  ExtendedBlock block;
  std::string client_name;
  uint64_t offset = 0;
  uint64_t length = 0;
  bool send_checksums = true;
  CachingStrategy caching;
};

// Parsing makes each `target_…` list as long as `targets`, whatever the client sent.
struct WriteBlockOp {
  ExtendedBlock block;
  std::string client_name;  // Empty when a datanode writes on its own account.
  std::vector<DatanodeInfo> targets;  // The datanodes behind the receiver.
  std::optional<DatanodeInfo> source;
  BlockConstructionStage stage = BlockConstructionStage::kPipelineSetupCreate;
  uint32_t pipeline_size = 0;  // Datanodes in the pipeline, the receiver among them.
  uint64_t min_bytes_received = 0;
  uint64_t max_bytes_received = 0;
  GenerationStamp latest_generation_stamp;
  ChecksumSpec checksum;
  CachingStrategy caching;
  StorageType storage_type = StorageType::kDisk;
  std::string storage_uuid;  // Empty: any volume of that type.
  std::vector<StorageType> target_storage_types;
  std::vector<std::string> target_storage_uuids;
  bool allow_lazy_persist = false;
  bool pinning = false;
  std::vector<bool> target_pinnings;
};

struct TransferBlockOp {
  ExtendedBlock block;
  std::string client_name;
  std::vector<DatanodeInfo> targets;
  std::vector<StorageType> target_storage_types;
  std::vector<std::string> target_storage_uuids;
};

struct ReplaceBlockOp {
  ExtendedBlock block;
  std::string delete_hint;  // Uuid of the datanode whose replica may go.
  DatanodeInfo source;      // Where the replica is copied from.
  StorageType storage_type = StorageType::kDisk;
  std::string storage_uuid;
};

struct CopyBlockOp {
  ExtendedBlock block;
};

// With the numbers of the protocol.
enum class BlockChecksumKind : uint8_t { kMd5OfCrcs = 1, kCompositeCrc = 2 };

struct BlockChecksumOp {
  ExtendedBlock block;
  BlockChecksumKind kind = BlockChecksumKind::kMd5OfCrcs;
  uint64_t stripe_length = 0;
};

// A place in the memory that a client and a datanode share.
struct ShortCircuitSlot {
  int64_t shm_id_high = 0;
  int64_t shm_id_low = 0;
  int32_t slot = 0;
};

struct RequestShortCircuitFdsOp {
  ExtendedBlock block;
  uint32_t max_version = 1;
  std::optional<ShortCircuitSlot> slot;
  bool supports_receipt_verification = false;
};

struct ReleaseShortCircuitFdsOp {
  ShortCircuitSlot slot;
};

struct RequestShortCircuitShmOp {
  std::string client_name;
};

std::string Encode(const ReadBlockOp& op);
std::string Encode(const WriteBlockOp& op);
std::string Encode(const TransferBlockOp& op);
std::string Encode(const ReplaceBlockOp& op);
std::string Encode(const CopyBlockOp& op);
std::string Encode(const BlockChecksumOp& op);
std::string Encode(const RequestShortCircuitFdsOp& op);
std::string Encode(const ReleaseShortCircuitFdsOp& op);
std::string Encode(const RequestShortCircuitShmOp& op);

Result<ReadBlockOp> ParseReadBlock(std::string_view bytes);
Result<WriteBlockOp> ParseWriteBlock(std::string_view bytes);
Result<TransferBlockOp> ParseTransferBlock(std::string_view bytes);
Result<ReplaceBlockOp> ParseReplaceBlock(std::string_view bytes);
Result<CopyBlockOp> ParseCopyBlock(std::string_view bytes);
Result<BlockChecksumOp> ParseBlockChecksum(std::string_view bytes);
Result<RequestShortCircuitFdsOp> ParseRequestShortCircuitFds(std::string_view bytes);
Result<ReleaseShortCircuitFdsOp> ParseReleaseShortCircuitFds(std::string_view bytes);
Result<RequestShortCircuitShmOp> ParseRequestShortCircuitShm(std::string_view bytes);

// ---- Answers.

struct BlockChecksumAnswer {
  uint32_t bytes_per_crc = 0;
  uint64_t crcs_per_block = 0;
  std::string checksum;  // 16 bytes of MD5, or 4 of the composite CRC.
  ChecksumType crc_type = ChecksumType::kCrc32c;
  BlockChecksumKind kind = BlockChecksumKind::kMd5OfCrcs;
};

// How the data of a read will come.
struct ReadAnswer {
  ChecksumSpec checksum;
  uint64_t chunk_offset = 0;  // Where the first chunk begins: at or before the asked offset.
};

// BlockOpResponseProto: the first answer to every operation on a block.
struct OpAnswer {
  OpStatus status = OpStatus::kSuccess;
  std::string message;
  std::string first_bad_link;  // "ip:port" of the datanode where a pipeline could not be set up.
  std::optional<ReadAnswer> read;
  std::optional<BlockChecksumAnswer> block_checksum;
  std::optional<uint32_t> short_circuit_version;
};

std::string Encode(const OpAnswer& answer);
Result<OpAnswer> ParseOpAnswer(std::string_view bytes);
// Ok for kSuccess; else what the datanode says: kChecksum, kInvalidToken, kUnsupported,
// kAlreadyExists, or kIoError.
Status StatusOf(const OpAnswer& answer);

// What a client says at the end of a read.
std::string EncodeClientReadStatus(OpStatus status);
Result<OpStatus> ParseClientReadStatus(std::string_view bytes);

struct ShmAnswer {
  OpStatus status = OpStatus::kSuccess;
  std::string error;
  std::optional<ShortCircuitSlot> shm;  // The id only; `slot` is not used.
};
std::string Encode(const ShmAnswer& answer);
Result<ShmAnswer> ParseShmAnswer(std::string_view bytes);

struct ReleaseAnswer {
  OpStatus status = OpStatus::kSuccess;
  std::string error;
};
std::string Encode(const ReleaseAnswer& answer);
Result<ReleaseAnswer> ParseReleaseAnswer(std::string_view bytes);

}  // namespace cairn::wire
