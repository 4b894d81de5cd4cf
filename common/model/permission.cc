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

}  // namespace cairn
