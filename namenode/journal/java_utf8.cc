// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "namenode/journal/codec.h"

namespace cairn::namenode {

namespace {

bool IsTail(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// The code point of a four-byte sequence at `p`, or 0 when it is none.
uint32_t FourByteCodePoint(const char* p, size_t available) {
  if (available < 4 || (static_cast<uint8_t>(p[0]) & 0xF8) != 0xF0) return 0;
  if (!IsTail(p[1]) || !IsTail(p[2]) || !IsTail(p[3])) return 0;
  const uint32_t code = (static_cast<uint32_t>(p[0] & 0x07) << 18) |
                        (static_cast<uint32_t>(p[1] & 0x3F) << 12) |
                        (static_cast<uint32_t>(p[2] & 0x3F) << 6) |
                        static_cast<uint32_t>(p[3] & 0x3F);
  return code >= 0x10000 && code <= 0x10FFFF ? code : 0;
}

// The UTF-16 unit of a three-byte sequence at `p`, or 0 when it is none.
uint32_t ThreeByteUnit(const char* p, size_t available) {
  if (available < 3 || (static_cast<uint8_t>(p[0]) & 0xF0) != 0xE0) return 0;
  if (!IsTail(p[1]) || !IsTail(p[2])) return 0;
  return (static_cast<uint32_t>(p[0] & 0x0F) << 12) | (static_cast<uint32_t>(p[1] & 0x3F) << 6) |
         static_cast<uint32_t>(p[2] & 0x3F);
}

void PutThreeBytes(std::string& out, uint32_t unit) {
  out.push_back(static_cast<char>(0xE0 | (unit >> 12)));
  out.push_back(static_cast<char>(0x80 | ((unit >> 6) & 0x3F)));
  out.push_back(static_cast<char>(0x80 | (unit & 0x3F)));
}

}  // namespace

std::string ToModifiedUtf8(std::string_view utf8) {
  const bool plain = std::none_of(utf8.begin(), utf8.end(),
                                  [](char c) { return static_cast<uint8_t>(c) >= 0xF0; });
  if (plain) return std::string(utf8);
  std::string out;
  out.reserve(utf8.size() + utf8.size() / 2);
  for (size_t i = 0; i < utf8.size();) {
    const uint32_t code = FourByteCodePoint(utf8.data() + i, utf8.size() - i);
    if (code == 0) {
      out.push_back(utf8[i++]);
      continue;
    }
    PutThreeBytes(out, 0xD800 + ((code - 0x10000) >> 10));
    PutThreeBytes(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
    i += 4;
  }
  return out;
}

std::string FromModifiedUtf8(std::string_view modified) {
  // 0xED opens every surrogate, and nothing else that differs from UTF-8.
  if (modified.find('\xED') == std::string_view::npos) return std::string(modified);
  std::string out;
  out.reserve(modified.size());
  for (size_t i = 0; i < modified.size();) {
    const uint32_t high = ThreeByteUnit(modified.data() + i, modified.size() - i);
    if (high >= 0xD800 && high < 0xDC00 && modified.size() - i >= 6) {
      const uint32_t low = ThreeByteUnit(modified.data() + i + 3, modified.size() - i - 3);
      if (low >= 0xDC00 && low < 0xE000) {
        const uint32_t code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        out.push_back(static_cast<char>(0xF0 | (code >> 18)));
        out.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
        i += 6;
        continue;
      }
    }
    out.push_back(modified[i++]);
  }
  return out;
}

}  // namespace cairn::namenode
