// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cairn {

// With the numbers of Apache's protocol, edit log and image.
enum class XattrNamespace : uint8_t {
  kUser = 0,
  kTrusted = 1,
  kSecurity = 2,
  kSystem = 3,
  kRaw = 4,
};

// An extended attribute of a file or directory.
struct Xattr {
  XattrNamespace name_space = XattrNamespace::kUser;
  std::string name;                  // Without the namespace's prefix.
  std::optional<std::string> value;  // Absent and empty are told apart.

  bool operator==(const Xattr&) const = default;
};

}  // namespace cairn
