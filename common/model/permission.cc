// SPDX-License-Identifier: Apache-2.0
#include "common/model/permission.h"

#include <array>
#include <cstddef>

namespace cairn {

const char* AccessName(Access access) {
  static constexpr std::array kNames = {"NONE", "EXECUTE",      "WRITE",      "WRITE_EXECUTE",
                                        "READ", "READ_EXECUTE", "READ_WRITE", "ALL"};
  return kNames.at(static_cast<size_t>(access));
}

std::string ModeString(uint16_t mode) {
  std::string text;
  for (int shift = 6; shift >= 0; shift -= 3) {
    const int bits = mode >> shift;
    text += (bits & 4) != 0 ? 'r' : '-';
    text += (bits & 2) != 0 ? 'w' : '-';
    text += (bits & 1) != 0 ? 'x' : '-';
  }
  if ((mode & kStickyBit) != 0) text.back() = (mode & 1) != 0 ? 't' : 'T';
  return text;
}

}  // namespace cairn
