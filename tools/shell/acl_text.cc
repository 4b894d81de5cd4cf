// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/acl_text.h"

#include <algorithm>
#include <array>
#include <optional>

#include "tools/shell/errors.h"
#include "tools/shell/utf8.h"

namespace cairn::shell {
namespace {

constexpr std::array kTypeNames = {"user", "group", "mask", "other"};

// Java's split: empty parts at the end are dropped.
std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(separator, start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  return parts;
}

std::optional<uint8_t> ParseAccess(const std::string& text) {
  for (uint8_t bits = 0; bits < 8; ++bits) {
    if (AccessText(bits) == text) return bits;
  }
  return std::nullopt;
}

Result<AclEntry> ParseEntry(const std::string& text, bool with_permissions) {
  const Status invalid = UsageError("Invalid <aclSpec> : " + text);
  const std::vector<std::string> parts = Split(text, ':');
  size_t next = 0;
  AclEntry entry;
  if (!parts.empty() && parts[0] == "default") {
    entry.scope = AclScope::kDefault;
    ++next;
  }
  if (parts.size() <= next) return invalid;
  const std::string type = ToLower(parts[next++]);
  const auto found = std::find(kTypeNames.begin(), kTypeNames.end(), type);
  if (found == kTypeNames.end()) return UsageError("Invalid type of acl in <aclSpec> :" + text);
  entry.type = static_cast<AclType>(found - kTypeNames.begin());
  if (parts.size() > next) entry.name = parts[next++];
  if (with_permissions) {
    if (parts.size() <= next) return invalid;
    const std::optional<uint8_t> bits = ParseAccess(parts[next++]);
    if (!bits) return UsageError("Invalid permission in <aclSpec> : " + text);
    entry.permission = *bits;
  }
  if (parts.size() > next) return invalid;
  return entry;
}

}  // namespace

Result<std::vector<AclEntry>> ParseAclSpec(const std::string& text, bool with_permissions) {
  std::vector<AclEntry> entries;
  for (const std::string& part : Split(text, ',')) {
    if (part.empty()) continue;
    CAIRN_ASSIGN(AclEntry entry, ParseEntry(part, with_permissions));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace cairn::shell
