// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/string_table.h"

#include <algorithm>

namespace cairn::namenode {

namespace {

constexpr uint32_t kMaskBits = 3;
constexpr int32_t kFirstLayoutWithMask = -65;

uint32_t KeyOf(StringKind kind, uint32_t number, uint32_t mask_bits) {
  if (mask_bits == 0) return number;
  return number | (static_cast<uint32_t>(kind) << (32 - mask_bits));
}

}  // namespace

StringReader::StringReader(const CarriedSections::StringTable& table) : table_(table) {}

Result<std::string> StringReader::Get(StringKind kind, uint32_t number) const {
  if (number == 0) return std::string();
  const auto it = table_.strings.find(KeyOf(kind, number, table_.mask_bits));
  if (it == table_.strings.end()) {
    return Status(Code::kCorrupt, "string " + std::to_string(number) + " of kind " +
                                      std::to_string(static_cast<uint32_t>(kind)) +
                                      " is not in the string table");
  }
  return it->second;
}

Result<const PermissionStatus*> StringReader::Permission(uint64_t bits) {
  if (last_ != nullptr && bits == last_bits_) return last_;
  auto it = permissions_.find(bits);
  if (it == permissions_.end()) {
    PermissionStatus permission;
    CAIRN_ASSIGN(permission.owner, Get(StringKind::kUser, (bits >> 40) & kStringNumberMax));
    CAIRN_ASSIGN(permission.group, Get(StringKind::kGroup, (bits >> 16) & kStringNumberMax));
    permission.mode = static_cast<uint16_t>(bits);
    it = permissions_.emplace(bits, std::move(permission)).first;
  }
  last_bits_ = bits;
  last_ = &it->second;
  return last_;
}

StringWriter::StringWriter(const CarriedSections::StringTable& carried, int32_t layout_version)
    : table_(carried) {
  if (table_.strings.empty()) {
    table_.mask_bits = layout_version <= kFirstLayoutWithMask ? kMaskBits : 0;
  }
  for (const auto& [key, text] : table_.strings) {
    uint32_t kind = 0, number = key;
    if (table_.mask_bits > 0) {
      kind = key >> (32 - table_.mask_bits);
      number = key & ((1u << (32 - table_.mask_bits)) - 1);
      if (kind >= numbers_.size()) continue;
    }
    numbers_[kind].emplace(text, number);
    last_[kind] = std::max(last_[kind], number);
  }
}

uint32_t StringWriter::Key(StringKind kind, uint32_t number) const {
  return KeyOf(kind, number, table_.mask_bits);
}

Result<uint32_t> StringWriter::Number(StringKind kind, std::string_view text) {
  const size_t index = table_.mask_bits == 0 ? 0 : static_cast<size_t>(kind);
  const auto [it, added] = numbers_[index].try_emplace(std::string(text), 0);
  if (added) {
    if (last_[index] == kStringNumberMax) {
      return Status(Code::kTooManyItems, "the string table of the image is full");
    }
    it->second = ++last_[index];
    table_.strings.emplace(Key(kind, it->second), text);
  }
  return it->second;
}

Result<uint64_t> StringWriter::PermissionBits(const PermissionStatus& permission) {
  const auto it = permissions_.find(&permission);
  if (it != permissions_.end()) return it->second;
  CAIRN_ASSIGN(const uint64_t user, Number(StringKind::kUser, permission.owner));
  CAIRN_ASSIGN(const uint64_t group, Number(StringKind::kGroup, permission.group));
  const uint64_t bits = user << 40 | group << 16 | permission.mode;
  permissions_.emplace(&permission, bits);
  return bits;
}

}  // namespace cairn::namenode
