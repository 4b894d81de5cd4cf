// SPDX-License-Identifier: Apache-2.0
#include "common/util/crc.h"

#include <isa-l/crc.h>

namespace cairn {

uint32_t Crc32c(uint32_t crc, const void* data, size_t n) {
  // ISA-L takes and gives the register without the final inversion, and lacks const.
  auto* bytes = static_cast<unsigned char*>(const_cast<void*>(data));
  return ~crc32_iscsi(bytes, static_cast<int>(n), ~crc);
}

uint32_t Crc32(uint32_t crc, const void* data, size_t n) {
  return crc32_gzip_refl(crc, static_cast<const unsigned char*>(data), n);
}

}  // namespace cairn
