// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "common/util/result.h"

namespace cairn::namenode::ha {

inline constexpr size_t kSecretBytesMin = 16;
inline constexpr size_t kSecretBytesMax = 4096;

// The secret that both namenodes share, without white space at its end. kAccessDenied when anybody
// but the owner may read or write the file, or when it belongs to another user (not root);
// kInvalidArgument when it is too short or too long. No message tells anything of the content.
Result<std::string> ReadSecretFile(const std::string& path);

}  // namespace cairn::namenode::ha
