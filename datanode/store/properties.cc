// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/properties.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace cairn::datanode {
namespace {

constexpr size_t kPropertiesMax = 1000;

std::string DateLine(int64_t wall_ms) {
  const std::time_t seconds = static_cast<std::time_t>(wall_ms / 1000);
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  // Java prints English names in any locale.
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];
  std::snprintf(text, sizeof text, "#%s %s %02d %02d:%02d:%02d UTC %d\n",
                kDays.at(static_cast<size_t>(tm.tm_wday)),
                kMonths.at(static_cast<size_t>(tm.tm_mon)), tm.tm_mday, tm.tm_hour, tm.tm_min,
                tm.tm_sec, tm.tm_year + 1900);
  return text;
}

void AppendEscaped(std::string& out, const std::string& text, bool is_key) {
  bool first = true;
  for (char c : text) {
    if (c == '\\' || c == ':' || c == '=' || c == '#' || c == '!') {
      out += '\\';
    } else if (c == ' ' && (is_key || first)) {
      out += '\\';
    } else if (c == '\n') {
      out += "\\n";
      continue;
    } else if (c == '\r') {
      out += "\\r";
      continue;
    } else if (c == '\t') {
      out += "\\t";
      continue;
    } else if (c == '\f') {
      out += "\\f";
      continue;
    }
    out += c;
    first = false;
  }
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

// Appends a code point below 0x10000 as UTF-8.
void AppendUtf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xe0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

bool IsComment(std::string_view line) { return line.starts_with('#') || line.starts_with('!'); }

// One line with its continuations; consumed from `text`. The backslashes of escapes stay.
std::string TakeLogicalLine(std::string_view& text) {
  std::string line;
  for (bool more = true; more && !text.empty();) {
    const size_t end = text.find_first_of("\r\n");
    std::string_view part = text.substr(0, end);
    const bool carriage_return = end != std::string_view::npos && text[end] == '\r';
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (carriage_return && text.starts_with('\n')) text.remove_prefix(1);
    while (!part.empty() && IsBlank(part.front())) part.remove_prefix(1);
    size_t backslashes = 0;
    while (backslashes < part.size() && part[part.size() - 1 - backslashes] == '\\') ++backslashes;
    more = backslashes % 2 == 1 && !(line.empty() && IsComment(part));
    if (more) part.remove_suffix(1);
    line += part;
  }
  return line;
}

Result<std::string> Unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\' || text.empty()) {
      out += c;
      continue;
    }
    const char escaped = text.front();
    text.remove_prefix(1);
    if (escaped != 'u') {
      out += escaped == 'n'   ? '\n'
             : escaped == 'r' ? '\r'
             : escaped == 't' ? '\t'
             : escaped == 'f' ? '\f'
                              : escaped;
      continue;
    }
    unsigned code = 0;
    for (int i = 0; i < 4; ++i) {
      const char digit = text.empty() ? 'x' : text.front();
      const char* const found = std::char_traits<char>::find("0123456789abcdef", 16,
                                                             static_cast<char>(digit | 0x20));
      if (text.empty() || (digit < '0' || (digit > '9' && digit < 'A')) || found == nullptr) {
        return Status(Code::kCorrupt, "malformed \\u escape in properties");
      }
      constexpr int kTen = 10;
      code = code * 16 + static_cast<unsigned>(digit <= '9' ? digit - '0'
                                                            : (digit | 0x20) - 'a' + kTen);
      text.remove_prefix(1);
    }
    AppendUtf8(out, code);
  }
  return out;
}

// Where the key of a line ends: at the first separator that is not escaped.
size_t KeyEnd(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '=' || line[i] == ':' || IsBlank(line[i])) {
      return i;
    }
  }
  return line.size();
}

}  // namespace

std::string EncodeProperties(const Properties& properties, int64_t wall_ms) {
  std::string out = DateLine(wall_ms);
  for (const auto& [key, value] : properties) {
    AppendEscaped(out, key, true);
    out += '=';
    AppendEscaped(out, value, false);
    out += '\n';
  }
  return out;
}

Result<Properties> DecodeProperties(std::string_view text) {
  Properties properties;
  while (!text.empty()) {
    const std::string line = TakeLogicalLine(text);
    if (line.empty() || IsComment(line)) continue;
    std::string_view rest(line);
    const size_t key_end = KeyEnd(rest);
    CAIRN_ASSIGN(std::string key, Unescape(rest.substr(0, key_end)));
    rest.remove_prefix(key_end);
    while (!rest.empty() && IsBlank(rest.front())) rest.remove_prefix(1);
    if (!rest.empty() && (rest.front() == '=' || rest.front() == ':')) rest.remove_prefix(1);
    while (!rest.empty() && IsBlank(rest.front())) rest.remove_prefix(1);
    CAIRN_ASSIGN(std::string value, Unescape(rest));
    if (properties.size() >= kPropertiesMax) return Status(Code::kCorrupt, "too many properties");
    properties[std::move(key)] = std::move(value);
  }
  return properties;
}

}  // namespace cairn::datanode
