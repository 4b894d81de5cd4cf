// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/model/ids.h"

namespace cairn {

// A block as every part of the system names it.
struct Block {
  BlockId id;
  uint64_t length = 0;  // Bytes.
  GenerationStamp generation_stamp;

  bool operator==(const Block&) const = default;
};

// A block together with the namespace that it belongs to.
struct ExtendedBlock {
  std::string pool_id;
  Block block;

  bool operator==(const ExtendedBlock&) const = default;
};

// "blk_1073741825_1001", the form of logs and file names.
std::string ToString(const Block& block);

// States of a replica on a datanode, with the numbers of Apache's protocol.
enum class ReplicaState : uint8_t {
  kFinalized = 0,  // Complete; no writer.
  kRbw = 1,        // Being written by a pipeline.
  kRwr = 2,        // Was being written when the datanode stopped; waits for recovery.
  kRur = 3,        // Under recovery.
  kTemporary = 4,  // Being received from another datanode; invisible until finalized.
};

// A chunk checksum, with the numbers of Apache's protocol and meta files.
enum class ChecksumType : uint8_t { kNull = 0, kCrc32 = 1, kCrc32c = 2 };

// How the bytes of a block are checksummed.
struct ChecksumSpec {
  ChecksumType type = ChecksumType::kCrc32c;
  uint32_t bytes_per_checksum = 512;

  bool operator==(const ChecksumSpec&) const = default;
};

// Bytes of one stored checksum.
inline constexpr uint32_t kChecksumBytes = 4;

// With the numbers of Apache's protocol.
enum class StorageType : uint8_t {
  kDisk = 1,
  kSsd = 2,
  kArchive = 3,
  kRamDisk = 4,
  kProvided = 5,
  kNvdimm = 6,
};

// "DISK", "RAM_DISK".
const char* StorageTypeName(StorageType type);

}  // namespace cairn
