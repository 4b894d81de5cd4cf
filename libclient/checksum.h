// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/model/block.h"

namespace cairn::client {

// Chunk checksums of a run of bytes that begins at a chunk's first byte; the last chunk may be
// short. All functions are thread-safe.

inline size_t ChunkCount(const ChecksumSpec& spec, size_t bytes) {
  return (bytes + spec.bytes_per_checksum - 1) / spec.bytes_per_checksum;
}
// Bytes of the stored checksums of `bytes` bytes.
inline size_t ChecksumBytes(const ChecksumSpec& spec, size_t bytes) {
  return spec.type == ChecksumType::kNull ? 0 : ChunkCount(spec, bytes) * kChecksumBytes;
}

// Writes ChecksumBytes(spec, n) bytes to `out`.
void ComputeChecksums(const ChecksumSpec& spec, const char* data, size_t n, char* out);

// The offset of the first chunk that does not match; nothing when all do.
std::optional<size_t> FindMismatch(const ChecksumSpec& spec, const char* data, size_t n,
                                   const char* checksums);

}  // namespace cairn::client
