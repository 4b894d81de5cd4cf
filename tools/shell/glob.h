// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/util/result.h"

namespace cairn::shell {

// A pattern for one name: `*`, `?`, `[a-c]`, `[^a]` or `[!a]`, `{a,b*}`, and `\` before a
// character that is meant as it is.
//
// Immutable.
class GlobPattern {
 public:
  // Fails with kIoError, in Apache's words, for a set or group that is not closed and for a `\` at
  // the end.
  static Result<GlobPattern> Parse(std::string_view pattern);

  // Whether it can match anything but one name.
  bool has_wildcard() const { return has_wildcard_; }
  bool Matches(std::string_view name) const;

  struct Node;

 private:
  GlobPattern() = default;

  std::shared_ptr<const Node> root_;  // Shared by copies; never changed.
  bool has_wildcard_ = false;
};

// Cuts groups that hold a separator into patterns of their own: "/{a,b/c}/d" is "/a/d" and
// "/b/c/d". Other groups stay.
Result<std::vector<std::string>> ExpandGroups(const std::string& pattern);

// Removes each `\` that quotes a character.
std::string Unescape(std::string_view pattern);

}  // namespace cairn::shell
