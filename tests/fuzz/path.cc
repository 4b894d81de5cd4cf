// SPDX-License-Identifier: Apache-2.0
// Paths as clients send them.
#include "common/util/path.h"

#include "tests/fuzz/targets.h"

namespace cairn::fuzz {

void RunPath(Input input) {
  (void)IsValidPathName(input);
  (void)CheckPathLength("mkdirs", input);
  const auto path = Path::Parse(input);
  if (!path.ok()) return;
  Require(IsUtf8(path->text()), "a path is UTF-8");
  const auto again = Path::Parse(path->text());
  Require(again.ok() && *again == *path, "a path's text is the same path");
  std::vector<std::string_view> components;
  for (size_t i = 0; i < path->size(); ++i) {
    components.push_back((*path)[i]);
    Require(!components.back().empty(), "a component is not empty");
    (void)path->Prefix(i);
    (void)path->Tail(i);
    if (i > 0) {
      const int order = CompareNames(components[i - 1], components[i]);
      const int reverse = CompareNames(components[i], components[i - 1]);
      Require((order < 0) == (reverse > 0) && (order == 0) == (reverse == 0),
              "names have an order");
    }
  }
  Require(Path::FromComponents(components) == *path, "components make the path again");
}

Seeds PathSeeds() {
  return {"/", "/a//b/", "/\xC3\xA9/\xE6\x97\xA5/\xF0\x9F\x98\x80", "/.reserved/.inodes/16385/..",
          "/.reserved/raw/a", "a/b", "/a/../b", "/a:b"};
}

}  // namespace cairn::fuzz
