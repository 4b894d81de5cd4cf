// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/util/result.h"

namespace cairn::shell {

// A path as users write it: [scheme:][//authority]path.
//
// A value; not thread-safe.
struct UriPath {
  std::string scheme;  // Empty when there is none.
  std::optional<std::string> authority;
  std::string path;

  bool is_absolute() const { return path.starts_with('/'); }
  // All of it put together again.
  std::string Text() const;
};

// Reads a path by the rules of org.apache.hadoop.fs.Path; the path part is normalized. Fails with
// a usage error for an empty one, and for one with a scheme that is relative.
Result<UriPath> ParsePath(std::string_view text);

// Cuts a path into its parts and leaves them as they are; a colon begins a scheme only where a
// separator follows.
UriPath SplitPath(std::string_view text);

// Drops repeated and trailing separators, "." and what ".." takes back.
std::string NormalizePath(std::string_view path);

// "/a/b": "b" and "/a"; the root has no parent.
std::string BaseName(const std::string& path);
std::optional<std::string> ParentOf(const std::string& path);
// `name` in the directory `parent`.
std::string JoinPath(const std::string& parent, const std::string& name);

// `path` seen from the directory `from`: "." for itself, "../b" for a sibling.
std::string RelativePath(const std::string& from, const std::string& path, bool is_directory);

// The order of Apache's listings: as escaped URIs, by UTF-16 units.
int ComparePaths(std::string_view a, std::string_view b);

// A path as it stands in a URI.
std::string EscapePath(std::string_view path);

// "%41" as "A"; text that is not escaped properly is left alone.
std::string PercentDecode(const std::string& text);

}  // namespace cairn::shell
