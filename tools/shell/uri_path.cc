// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/uri_path.h"

#include <algorithm>
#include <vector>

#include "tools/shell/errors.h"

namespace cairn::shell {
namespace {

// Takes "//authority" from the front of `rest`, as Path and PathData both do: an authority that
// nothing follows is left as a path.
std::optional<std::string> TakeAuthority(std::string_view& rest) {
  if (!rest.starts_with("//") || rest.size() <= 2) return std::nullopt;
  const size_t end = std::min(rest.find('/', 2), rest.size());
  std::string authority(rest.substr(2, end - 2));
  rest.remove_prefix(end);
  return authority;
}

bool IsUnescaped(unsigned char c) {
  return std::isalnum(c) || c >= 0x80 ||
         std::string_view("-_.!~*'():@&=+$,;/").find(static_cast<char>(c)) !=
             std::string_view::npos;
}

// Appends a byte as it stands in a URI.
void AppendEscaped(unsigned char c, std::string& out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  if (IsUnescaped(c)) {
    out += static_cast<char>(c);
  } else {
    out += {'%', kHex[c >> 4], kHex[c & 15]};
  }
}

// UTF-8 orders as code points do, but UTF-16 has the characters of four bytes before U+E000.
int Weight(unsigned char c) { return c == 0xee || c == 0xef ? c + 0x10 : c; }

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string UriPath::Text() const {
  std::string text = scheme.empty() ? "" : scheme + ":";
  if (authority) text += "//" + *authority;
  return text + path;
}

Result<UriPath> ParsePath(std::string_view text) {
  if (text.empty()) return UsageError("Can not create a Path from an empty string");
  UriPath result;
  std::string_view rest = text;
  const size_t colon = rest.find(':');
  if (colon != std::string_view::npos && colon < rest.find('/')) {
    if (colon == 0) {
      return UsageError("java.net.URISyntaxException: Expected scheme name at index 0: " +
                        std::string(text));
    }
    result.scheme = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  result.authority = TakeAuthority(rest);
  result.path = NormalizePath(rest);
  if (!result.scheme.empty() && !rest.starts_with('/') && !result.authority) {
    return UsageError("java.net.URISyntaxException: Relative path in absolute URI: " +
                      std::string(text));
  }
  return result;
}

UriPath SplitPath(std::string_view text) {
  UriPath result;
  const size_t colon = text.find(':');
  if (colon != std::string_view::npos && colon > 0 && text.find('/') == colon + 1) {
    result.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  result.authority = TakeAuthority(text);
  result.path = text;
  return result;
}

std::string NormalizePath(std::string_view path) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else {
      parts.push_back(part);
    }
  }
  std::string result = absolute ? "/" : "";
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) result += '/';
    result += parts[i];
  }
  return result;
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::optional<std::string> ParentOf(const std::string& path) {
  if (path.empty() || path == "/") return std::nullopt;
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return "";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string JoinPath(const std::string& parent, const std::string& name) {
  return parent.ends_with('/') ? parent + name : parent + "/" + name;
}

std::string RelativePath(const std::string& from, const std::string& path, bool is_directory) {
  if (from == path) return ".";
  const std::string base = JoinPath(from, "");
  const std::string whole = is_directory ? JoinPath(path, "") : path;
  // The last separator up to which both agree.
  size_t shared = std::string::npos;
  for (size_t i = 0; i < std::min(base.size(), whole.size()) && base[i] == whole[i]; ++i) {
    if (base[i] == '/') shared = i;
  }
  if (shared == std::string::npos) return path;
  std::string relative = shared < path.size() ? path.substr(shared + 1) : "";
  for (size_t slash = shared; slash < from.size() && slash != std::string::npos;
       slash = from.find('/', slash + 1)) {
    relative.insert(0, relative.empty() ? ".." : "../");
  }
  return relative;
}

std::string EscapePath(std::string_view path) {
  std::string escaped;
  for (const char c : path) AppendEscaped(static_cast<unsigned char>(c), escaped);
  return escaped;
}

int ComparePaths(std::string_view a, std::string_view b) {
  const std::string left = EscapePath(a);
  const std::string right = EscapePath(b);
  const auto [x, y] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  if (x == left.end() || y == right.end()) {
    return static_cast<int>(x != left.end()) - static_cast<int>(y != right.end());
  }
  return Weight(*x) - Weight(*y);
}

std::string PercentDecode(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? HexDigit(text[i + 2]) : -1;
    if (low < 0) return text;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace cairn::shell
