// SPDX-License-Identifier: Apache-2.0
#include "bench/process_usage.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace cairn::bench {

Result<ProcessUsage> UsageOf(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // The name of the program is in parentheses, and may have any characters in it.
  const size_t end_of_name = text.rfind(')');
  if (end_of_name == std::string::npos) return Status(Code::kNotFound, path);
  std::istringstream fields(text.substr(end_of_name + 1));
  constexpr int kUserTime = 14;
  constexpr int kSystemTime = 15;
  constexpr int kResidentPages = 24;
  double ticks = 0;
  ProcessUsage usage;
  std::string field;
  for (int number = 3; fields >> field; ++number) {
    if (number == kUserTime || number == kSystemTime) ticks += std::strtod(field.c_str(), nullptr);
    if (number == kResidentPages) {
      usage.resident_bytes = std::strtoull(field.c_str(), nullptr, 10) *
                             static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
    }
  }
  usage.cpu_seconds = ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return usage;
}

}  // namespace cairn::bench
