// SPDX-License-Identifier: Apache-2.0
#include "libclient/checksum.h"

#include <algorithm>

#include "common/util/bytes.h"
#include "common/util/crc.h"

namespace cairn::client {
namespace {

uint32_t ChecksumOf(ChecksumType type, const char* data, size_t n) {
  return type == ChecksumType::kCrc32c ? Crc32c(0, data, n) : Crc32(0, data, n);
}

}  // namespace

void ComputeChecksums(const ChecksumSpec& spec, const char* data, size_t n, char* out) {
  if (spec.type == ChecksumType::kNull) return;
  for (size_t at = 0; at < n; at += spec.bytes_per_checksum, out += kChecksumBytes) {
    const size_t chunk = std::min<size_t>(n - at, spec.bytes_per_checksum);
    StoreU32(out, ChecksumOf(spec.type, data + at, chunk));
  }
}

std::optional<size_t> FindMismatch(const ChecksumSpec& spec, const char* data, size_t n,
                                   const char* checksums) {
  if (spec.type == ChecksumType::kNull) return std::nullopt;
  for (size_t at = 0; at < n; at += spec.bytes_per_checksum, checksums += kChecksumBytes) {
    const size_t chunk = std::min<size_t>(n - at, spec.bytes_per_checksum);
    if (ChecksumOf(spec.type, data + at, chunk) != LoadU32(checksums)) return at;
  }
  return std::nullopt;
}

}  // namespace cairn::client
