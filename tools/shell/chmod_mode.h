// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/config/configuration.h"
#include "common/util/result.h"

namespace cairn::shell {

// A change of permissions: "755", "1777", "u+x,go-w", "a=rX", "+t".
//
// Immutable.
class ChmodMode {
 public:
  // Fails with a usage error that only holds `text`.
  static Result<ChmodMode> Parse(const std::string& text);

  // The new mode of a file with `mode`.
  uint16_t Apply(uint16_t mode, bool is_directory) const;

 private:
  struct Part {
    char type = '+';
    uint8_t bits = 0;  // rwx as usual, and 8 for X.
  };

  Status ParseOctal(const std::string& text);
  Status ParseSymbolic(const std::string& text);

  Part sticky_, user_, group_, others_;
};

// fs.permissions.umask-mode, octal or symbolic.
Result<uint16_t> ConfiguredUmask(const config::Configuration& configuration);

}  // namespace cairn::shell
