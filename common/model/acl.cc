// SPDX-License-Identifier: Apache-2.0
#include "common/model/acl.h"

#include <array>

namespace cairn {
namespace {

constexpr std::array kTypeNames = {"user", "group", "mask", "other"};

}  // namespace

std::string AccessText(uint8_t bits) {
  return {(bits & 4) != 0 ? 'r' : '-', (bits & 2) != 0 ? 'w' : '-', (bits & 1) != 0 ? 'x' : '-'};
}

std::string ToString(const AclEntry& entry) {
  return std::string(entry.scope == AclScope::kDefault ? "default:" : "") +
         kTypeNames[static_cast<size_t>(entry.type)] + ":" + entry.name + ":" +
         AccessText(entry.permission);
}

}  // namespace cairn
