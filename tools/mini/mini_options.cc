// SPDX-License-Identifier: Apache-2.0
#include "tools/mini/mini_options.h"

#include <charconv>

namespace cairn::tools {
namespace {

constexpr int kDatanodesMax = 100;

Result<int> NumberOf(const std::string& option, const std::string& text, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > max) {
    return Status(Code::kInvalidArgument, option + " takes a number from 0 to " +
                                              std::to_string(max) + ", not \"" + text + "\"");
  }
  return value;
}

}  // namespace

Result<MiniOptions> ParseMiniOptions(const std::vector<std::string>& arguments) {
  MiniOptions options;
  for (size_t i = 0; i < arguments.size(); i += 2) {
    const std::string& option = arguments[i];
    if (option != "--dir" && option != "--datanodes" && option != "--port" &&
        option != "--http-port") {
      return Status(Code::kInvalidArgument, "there is no option " + option);
    }
    if (i + 1 == arguments.size()) {
      return Status(Code::kInvalidArgument, option + " needs a value");
    }
    const std::string& value = arguments[i + 1];
    if (option == "--dir") {
      options.directory = value;
    } else if (option == "--datanodes") {
      CAIRN_ASSIGN(options.datanodes, NumberOf(option, value, kDatanodesMax));
    } else {
      CAIRN_ASSIGN(const int port, NumberOf(option, value, 65535));
      (option == "--port" ? options.port : options.http_port) = static_cast<uint16_t>(port);
    }
  }
  if (options.directory.empty()) return Status(Code::kInvalidArgument, "--dir is needed");
  return options;
}

std::string XmlEscaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

}  // namespace cairn::tools
