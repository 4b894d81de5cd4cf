// SPDX-License-Identifier: Apache-2.0
#include "common/util/path.h"

#include <algorithm>
#include <cstring>

#include "common/util/utf8.h"

namespace cairn {
namespace {

constexpr size_t kPathBytesMax = 64 << 10;

size_t Utf16Units(std::string_view utf8) {
  size_t units = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

size_t Depth(std::string_view path) {
  size_t depth = 0;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '/' && (i == 0 || path[i - 1] == '/')) ++depth;
  }
  return depth;
}

// Most names are nothing else.
bool StartsWithEightAscii(std::string_view bytes) {
  uint64_t word;
  if (bytes.size() < sizeof word) return false;
  std::memcpy(&word, bytes.data(), sizeof word);
  return (word & 0x8080808080808080) == 0;
}

// No piece is empty, and none begins with a dot.
bool IsPlain(std::string_view path) {
  for (size_t i = 1; i < path.size(); ++i) {
    if (path[i - 1] == '/' && (path[i] == '/' || path[i] == '.')) return false;
  }
  return true;
}

// Cuts at every separator, keeping empty pieces but those at the end.
std::vector<std::string_view> Split(std::string_view path) {
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  std::vector<std::string_view> pieces;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    pieces.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return pieces;
}

}  // namespace

bool IsUtf8(std::string_view bytes) {
  while (!bytes.empty()) {
    if (StartsWithEightAscii(bytes)) {
      bytes.remove_prefix(8);
      continue;
    }
    const size_t length = Utf8Length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

Result<Path> Path::Parse(std::string_view bytes) {
  if (bytes.size() > kPathBytesMax) {
    return Status(Code::kInvalidPath,
                  "path of " + std::to_string(bytes.size()) + " bytes is too long");
  }
  if (bytes.empty() || bytes.front() != '/') {
    return Status(Code::kNotAbsolute,
                  "Absolute path required, but got '" + std::string(bytes) + "'");
  }
  if (!IsUtf8(bytes)) return Status(Code::kInvalidPath, "path is not UTF-8");

  Path path;
  path.text_.clear();
  path.text_.reserve(bytes.size());
  for (size_t begin = 0; begin < bytes.size();) {
    const size_t end = std::min(bytes.find('/', begin), bytes.size());
    if (end > begin) {
      path.text_ += '/';
      path.text_ += bytes.substr(begin, end - begin);
      path.ends_.push_back(static_cast<uint32_t>(path.text_.size()));
    }
    begin = end + 1;
  }
  if (path.ends_.empty()) path.text_ = "/";
  return path;
}

Path Path::FromComponents(const std::vector<std::string_view>& components) {
  Path path;
  if (components.empty()) return path;
  path.text_.clear();
  for (const std::string_view component : components) {
    path.text_ += '/';
    path.text_ += component;
    path.ends_.push_back(static_cast<uint32_t>(path.text_.size()));
  }
  return path;
}

std::string_view Path::operator[](size_t i) const {
  const size_t begin = (i == 0 ? 0 : ends_[i - 1]) + 1;
  return std::string_view(text_).substr(begin, ends_[i] - begin);
}

std::string_view Path::Prefix(size_t n) const {
  return n == 0 ? std::string_view("/") : std::string_view(text_).substr(0, ends_[n - 1]);
}

std::string_view Path::Tail(size_t from) const {
  if (from >= size()) return {};
  return std::string_view(text_).substr((from == 0 ? 0 : ends_[from - 1]) + 1);
}

bool IsValidPathName(std::string_view path) {
  if (path.empty() || path.front() != '/') return false;
  if (path.find_first_of(std::string_view(":\0", 2)) != std::string_view::npos) return false;
  if (IsPlain(path)) return true;
  const std::vector<std::string_view> pieces = Split(path);
  const bool by_inode = pieces.size() > 4 && pieces[1] == ".reserved" && pieces[2] == ".inodes";
  for (size_t i = 1; i < pieces.size(); ++i) {
    if (pieces[i] == "." || (pieces[i] == ".." && !by_inode)) return false;
    if (pieces[i].empty() && i + 1 != pieces.size()) return false;
  }
  return true;
}

Status CheckPathLength(std::string_view operation, std::string_view path) {
  static_assert(kPathDepthMax <= kPathCharactersMax);
  if (path.size() <= kPathDepthMax) return Status();
  if (Utf16Units(path) <= kPathCharactersMax && Depth(path) <= kPathDepthMax) return Status();
  return Status(Code::kIoError, std::string(operation) +
                                    ": Pathname too long.  Limit 8000 characters, 1000 levels.");
}

int CompareNames(std::string_view a, std::string_view b) {
  const size_t n = std::min(a.size(), b.size());
  size_t i = 0;
  // Names of one directory often begin alike: skips that by eight bytes at a time.
  for (uint64_t x, y; i + 8 <= n; i += 8) {
    std::memcpy(&x, a.data() + i, 8);
    std::memcpy(&y, b.data() + i, 8);
    if (x != y) break;
  }
  for (; i < n; ++i) {
    if (a[i] != b[i]) return static_cast<int8_t>(a[i]) < static_cast<int8_t>(b[i]) ? -1 : 1;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

}  // namespace cairn
