// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cairn {

// Bits of an access check, as in a Unix mode.
enum class Access : uint8_t {
  kNone = 0,
  kExecute = 1,
  kWrite = 2,
  kWriteExecute = 3,
  kRead = 4,
  kReadExecute = 5,
  kReadWrite = 6,
  kAll = 7,
};

// "READ_EXECUTE": Apache's word in a message.
const char* AccessName(Access access);

// In a directory with this bit, entries belong to their owners.
inline constexpr uint16_t kStickyBit = 01000;

// "rwxr-xr-t": the low ten bits of a mode, as Apache shows them.
std::string ModeString(uint16_t mode);

// Who asks. `groups` is resolved before the namesystem is entered.
struct Caller {
  std::string user;
  std::vector<std::string> groups;
  bool superuser = false;
};

// Owner, group and mode of a file or directory.
struct PermissionStatus {
  std::string owner;
  std::string group;
  uint16_t mode = 0;  // The low twelve bits of a Unix mode.

  bool operator==(const PermissionStatus&) const = default;
};

}  // namespace cairn
