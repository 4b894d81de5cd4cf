// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/model/permission.h"
#include "common/util/result.h"
#include "namenode/image/carried.h"

// Users, groups and names of attributes are stored once, in the section STRING_TABLE, and named by
// number. Since layout -65 each kind has numbers of its own, and the table's keys have the kind in
// their highest bits; before, all kinds share one range (mask_bits 0).
//
// A permission is 64 bits: user (24), group (24), mode (16), from the highest.
namespace cairn::namenode {

enum class StringKind : uint32_t { kUser = 1, kGroup = 2, kXattr = 3 };

inline constexpr uint32_t kStringNumberMax = (1 << 24) - 1;

// Numbers to strings, for reading. Not thread-safe.
class StringReader {
 public:
  explicit StringReader(const CarriedSections::StringTable& table);

  // kCorrupt when there is no such string. The number 0 is the empty string.
  Result<std::string> Get(StringKind kind, uint32_t number) const;
  // Remembers what it was asked before: images repeat few permissions.
  Result<const PermissionStatus*> Permission(uint64_t bits);

 private:
  const CarriedSections::StringTable& table_;
  std::unordered_map<uint64_t, PermissionStatus> permissions_;
  uint64_t last_bits_ = 0;
  const PermissionStatus* last_ = nullptr;
};

// Strings to numbers, for writing. Goes on with a table that was read, when there is one: bytes
// that are carried use its numbers.
class StringWriter {
 public:
  StringWriter(const CarriedSections::StringTable& carried, int32_t layout_version);

  // kTooManyItems when the 24 bits are used up.
  Result<uint32_t> Number(StringKind kind, std::string_view text);
  // `permission` must stay where it is: it is known by its address from then on.
  Result<uint64_t> PermissionBits(const PermissionStatus& permission);

  const CarriedSections::StringTable& table() const { return table_; }

 private:
  uint32_t Key(StringKind kind, uint32_t number) const;

  CarriedSections::StringTable table_;
  std::array<std::unordered_map<std::string, uint32_t>, 4> numbers_;  // By kind; 0: shared.
  std::array<uint32_t, 4> last_{};
  std::unordered_map<const PermissionStatus*, uint64_t> permissions_;
};

}  // namespace cairn::namenode
