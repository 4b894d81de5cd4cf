// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/util/result.h"

namespace cairn {

// Limits of a path that an operation may create.
inline constexpr size_t kPathCharactersMax = 8000;  // UTF-16 units, as Java counts.
inline constexpr size_t kPathDepthMax = 1000;

// An absolute path, cut into its components: "/a//b/" is "a", "b", and the root has none.
//
// Immutable.
class Path {
 public:
  // The root.
  Path() : text_("/") {}

  // Reads a path as Apache's namenode does: repeated and trailing separators are dropped, "." and
  // ".." are names like others. Fails with kNotAbsolute when it does not begin with a
  // separator, with kInvalidPath when it is not UTF-8 or has more than 64 KiB.
  static Result<Path> Parse(std::string_view bytes);

  // Puts components together; they are taken as they are.
  static Path FromComponents(const std::vector<std::string_view>& components);

  size_t size() const { return ends_.size(); }
  bool is_root() const { return ends_.empty(); }
  // Component `i`, from 0; a view into this object.
  std::string_view operator[](size_t i) const;
  // The last component; empty for the root.
  std::string_view name() const { return is_root() ? std::string_view() : (*this)[size() - 1]; }

  // "/a/b"; "/" for the root.
  const std::string& text() const { return text_; }
  // The first `n` components as a path.
  std::string_view Prefix(size_t n) const;
  // Components [from, size()) joined by "/", without one in front.
  std::string_view Tail(size_t from) const;

  bool operator==(const Path& other) const { return text_ == other.text_; }

 private:
  std::string text_;
  std::vector<uint32_t> ends_;  // ends_[i]: offset behind component i.
};

// Whether Apache's namenode lets a client create `path`: absolute, without empty, "." or ".."
// components (but ".." may follow "/.reserved/.inodes/<id>"), colons or NUL.
bool IsValidPathName(std::string_view path);

// Fails with kIoError, in Apache's words for `operation` ("mkdirs"), when `path` is longer or
// deeper than an operation may create.
Status CheckPathLength(std::string_view operation, std::string_view path);

// Whether `bytes` are UTF-8 without surrogates or overlong forms.
bool IsUtf8(std::string_view bytes);

// Compares names as Apache orders the children of a directory: as strings of *signed* bytes, so
// that all names beyond ASCII come first. Negative, zero or positive.
int CompareNames(std::string_view a, std::string_view b);

}  // namespace cairn
