// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/util/result.h"

namespace cairn::tools {

inline constexpr char kMiniUsage[] =
    "usage: cairn mini --dir D [--datanodes N] [--port P] [--http-port Q]\n"
    "  A namenode and N datanodes (1) in this process, until it is told to end. Its files are\n"
    "  kept in D; D/conf is the configuration for clients. Port 0 is any free one (8020, 9870).\n";

struct MiniOptions {
  std::string directory;
  int datanodes = 1;
  uint16_t port = 8020;
  uint16_t http_port = 9870;
};

Result<MiniOptions> ParseMiniOptions(const std::vector<std::string>& arguments);

// The text with what means something to XML escaped.
std::string XmlEscaped(std::string_view text);

}  // namespace cairn::tools
