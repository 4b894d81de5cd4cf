// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/xattr_text.h"

#include <algorithm>
#include <array>

#include "common/util/bytes.h"
#include "tools/shell/errors.h"
#include "tools/shell/utf8.h"

namespace cairn::shell {
namespace {

constexpr std::array kNamespaces = {"user", "trusted", "security", "system", "raw"};
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string EncodeBase64(const std::string& bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t n = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < n ? static_cast<unsigned char>(bytes[i + j]) : 0);
    }
    for (size_t j = 0; j < 4; ++j) out += j <= n ? kBase64[group >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

// Characters that are no digits are passed over.
std::string DecodeBase64(std::string_view text) {
  std::string out;
  uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    const size_t digit = kBase64.find(c);
    if (digit == std::string_view::npos) continue;
    group = (group << 6 | static_cast<uint32_t>(digit)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(group >> bits & 0xff);
  }
  return out;
}

Result<std::string> DecodeHex(const std::string& text) {
  if (text.size() % 2 != 0) {
    return Status(Code::kIoError,
                  "org.apache.commons.codec.DecoderException: Odd number of characters.");
  }
  const std::string lower = ToLower(text);
  const size_t bad = lower.find_first_not_of("0123456789abcdef");
  if (bad != std::string::npos) {
    return Status(Code::kIoError,
                  "org.apache.commons.codec.DecoderException: Illegal hexadecimal character " +
                      text.substr(bad, 1) + " at index " + std::to_string(bad));
  }
  std::string out;
  for (size_t i = 0; i < lower.size(); i += 2) {
    out += static_cast<char>(std::stoi(lower.substr(i, 2), nullptr, 16));
  }
  return out;
}

}  // namespace

Result<XattrCodec> ParseXattrCodec(const std::string& name) {
  const std::string lower = ToLower(name);
  if (lower == "text") return XattrCodec::kText;
  if (lower == "hex") return XattrCodec::kHex;
  if (lower == "base64") return XattrCodec::kBase64;
  return UsageError("Invalid/unsupported encoding option specified: " + name);
}

Result<Xattr> ParseXattrName(const std::string& text) {
  const size_t dot = text.find('.');
  const std::string prefix = ToLower(text.substr(0, std::min(dot, text.size())));
  const auto found = std::find(kNamespaces.begin(), kNamespaces.end(), prefix);
  if (dot == std::string::npos || found == kNamespaces.end()) {
    return UsageError(
        "An XAttr name must be prefixed with user/trusted/security/system/raw, followed by a '.'");
  }
  if (dot + 1 == text.size()) return UsageError("XAttr name cannot be empty.");
  return Xattr{.name_space = static_cast<XattrNamespace>(found - kNamespaces.begin()),
               .name = text.substr(dot + 1),
               .value = {}};
}

std::string XattrNameText(const Xattr& attribute) {
  return std::string(kNamespaces[static_cast<size_t>(attribute.name_space)]) + "." +
         attribute.name;
}

Result<std::string> DecodeXattrValue(const std::string& text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
    return text.substr(1, text.size() - 2);
  }
  const std::string prefix = ToLower(text.substr(0, 2));
  if (prefix == "0x") return DecodeHex(text.substr(2));
  if (prefix == "0s") return DecodeBase64(std::string_view(text).substr(2));
  return text;
}

std::string EncodeXattrValue(const std::string& value, XattrCodec codec) {
  if (codec == XattrCodec::kHex) return "0x" + ToHex(value);
  if (codec == XattrCodec::kBase64) return "0s" + EncodeBase64(value);
  return "\"" + value + "\"";
}

}  // namespace cairn::shell
