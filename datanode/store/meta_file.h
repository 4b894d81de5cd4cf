// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/io/disk.h"
#include "common/model/block.h"
#include "common/util/result.h"

namespace cairn::datanode {

// A meta file, big-endian:
//
//   offset 0   u16  version, 1
//   offset 2   u8   checksum type: 0 none, 1 CRC-32, 2 CRC-32C
//   offset 3   u32  bytes per checksum
//   offset 7   u32  checksum of each chunk of the block, in order; none with type 0
//
// The last chunk may be shorter than the others.

inline constexpr uint16_t kMetaVersion = 1;
inline constexpr size_t kMetaHeaderBytes = 7;
// Larger chunks than this are refused, in files and in requests.
inline constexpr uint32_t kBytesPerChecksumMax = 64u << 20;

// Fails with kInvalidArgument for a chunk size of 0 or over the maximum.
Status CheckChecksumSpec(const ChecksumSpec& spec);

std::string EncodeMetaHeader(const ChecksumSpec& spec);
// kCorrupt for anything but a header of version 1 with a known type and a usable chunk size.
Result<ChecksumSpec> DecodeMetaHeader(std::string_view bytes);
Result<ChecksumSpec> ReadMetaHeader(io::File& meta);

// 4, or 0 where there are no checksums.
uint32_t ChecksumSize(const ChecksumSpec& spec);
// Chunks that `length` bytes of a block have.
uint64_t ChunkCount(const ChecksumSpec& spec, uint64_t length);
// Bytes of the meta file of a block of `length` bytes, header included.
uint64_t MetaFileSize(const ChecksumSpec& spec, uint64_t length);
// Where in the meta file the checksum of the chunk is that holds byte `offset`.
uint64_t ChecksumOffset(const ChecksumSpec& spec, uint64_t offset);

// One checksum, going on from `sum` (0 to start); 0 for type kNull.
uint32_t UpdateChecksum(ChecksumType type, uint32_t sum, std::string_view data);

// The checksums of the chunks of `data`, big-endian, one after the other. `data` begins at the
// beginning of a chunk.
std::string ComputeChecksums(const ChecksumSpec& spec, std::string_view data);

// Compares the chunks of `data` with `sums`. `first_byte` is where `data` begins in its block; when
// that is within a chunk, the first checksum is of the rest of that chunk only, as in a packet.
// kChecksum names `what` and the offset in the block of the first bad chunk; kInvalidArgument when
// `sums` has the wrong size.
Status VerifyChecksums(const ChecksumSpec& spec, uint64_t first_byte, std::string_view data,
                       std::string_view sums, std::string_view what);

// Compares the whole chunks [offset, offset + length) of a block's file with its meta file, reading
// at most 1 MiB at a time. `offset` is the beginning of a chunk. `last_checksum`, when not empty,
// is used for the last chunk instead of the one on disk.
Status VerifyFiles(io::File& data, io::File& meta, const ChecksumSpec& spec, uint64_t offset,
                   uint64_t length, std::string_view last_checksum, std::string_view what);

}  // namespace cairn::datanode
