// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace cairn {

// With the numbers of Apache's protocol, edit log and image.
enum class AclScope : uint8_t { kAccess = 0, kDefault = 1 };
enum class AclType : uint8_t { kUser = 0, kGroup = 1, kMask = 2, kOther = 3 };

// One entry of an access control list.
struct AclEntry {
  AclScope scope = AclScope::kAccess;
  AclType type = AclType::kUser;
  uint8_t permission = 0;  // Bits of `Access`.
  std::string name;        // Empty: the owner, the owning group, the mask or the others.

  bool operator==(const AclEntry&) const = default;
};

// "r-x".
std::string AccessText(uint8_t bits);
// "default:user:bob:r-x", as Apache prints it.
std::string ToString(const AclEntry& entry);

}  // namespace cairn
