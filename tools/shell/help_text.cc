// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/help_text.h"

#include <algorithm>

#include "tools/shell/java_format.h"

namespace cairn::shell {
namespace {

constexpr char kPrefix[] = "Usage: hadoop fs [generic options]";
constexpr size_t kLineWidth = 80;

struct OptionLine {
  std::string option;
  std::string text;
};

// "-f: overwrite" as an option and what it does.
bool ParseOption(const std::string& line, OptionLine& out) {
  if (!line.starts_with('-') && !line.starts_with('<') && !line.starts_with('%')) return false;
  const size_t colon = line.find(':');
  if (colon == std::string::npos) return false;
  const size_t text = line.find_first_not_of(' ', colon + 1);
  out = {line.substr(0, colon), text == std::string::npos ? "" : line.substr(text)};
  return true;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

std::string OptionTable(const std::vector<OptionLine>& options) {
  size_t width = 0;
  for (const OptionLine& option : options) width = std::max(width, option.option.size());
  const size_t rest = width + 20 < kLineWidth ? kLineWidth - width - 1 : 20;
  std::string out;
  for (const OptionLine& option : options) {
    std::string left = option.option;
    for (const std::string& line : Wrap(option.text, rest)) {
      out += "  " + PadRight(left, width) + "  " + line + "\n";
      left.clear();
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> Wrap(const std::string& text, size_t width) {
  std::vector<std::string> lines;
  std::string rest = text;
  while (rest.size() > width) {
    const size_t blank = rest.rfind(' ', width);
    const size_t cut = blank == std::string::npos || blank == 0 ? width : blank;
    lines.push_back(rest.substr(0, cut));
    rest.erase(0, std::min(rest.find_first_not_of(' ', cut), rest.size()));
  }
  lines.push_back(rest);
  return lines;
}

std::string UsageOf(const CommandRow& row) {
  const std::string name = std::string("-") + row.name;
  return *row.usage == '\0' ? name : name + " " + row.usage;
}

std::string UsageLine(const CommandRow& row) {
  return std::string(kPrefix) + " " + UsageOf(row) + "\n";
}

std::string Explanation(const CommandRow& row) {
  std::string out = UsageOf(row) + " :\n";
  const std::string description =
      row.replacement == nullptr
          ? row.description
          : "(DEPRECATED) Same as '" + std::string(row.replacement) + "'";
  std::vector<OptionLine> options;
  for (const std::string& line : Lines(description)) {
    OptionLine option;
    if (ParseOption(line, option)) {
      options.push_back(option);
      continue;
    }
    out += OptionTable(options);
    options.clear();
    for (const std::string& part : Wrap(line, kLineWidth)) out += "  " + part + "\n";
  }
  return out + OptionTable(options);
}

std::string AllUsages(bool explained) {
  std::string out = std::string(kPrefix) + "\n";
  for (const CommandRow& row : AllCommands()) {
    if (row.replacement == nullptr) out += "\t[" + UsageOf(row) + "]\n";
  }
  for (const CommandRow& row : AllCommands()) {
    if (explained && row.replacement == nullptr) out += "\n" + Explanation(row);
  }
  return out + "\n" + GenericOptionsUsage();
}

std::string GenericOptionsUsage() {
  return
      "Generic options supported are:\n"
      "-conf <configuration file>        specify an application configuration file\n"
      "-D <property=value>               define a value for a given property\n"
      "-fs <file:///|hdfs://namenode:port> specify default filesystem URL to use, overrides "
      "'fs.defaultFS' property from configurations.\n"
      "-jt <local|resourcemanager:port>  specify a ResourceManager\n"
      "-files <file1,...>                specify a comma-separated list of files to be copied to "
      "the map reduce cluster\n"
      "-libjars <jar1,...>               specify a comma-separated list of jar files to be "
      "included in the classpath\n"
      "-archives <archive1,...>          specify a comma-separated list of archives to be "
      "unarchived on the compute machines\n"
      "\n"
      "The general command line syntax is:\n"
      "command [genericOptions] [commandOptions]\n"
      "\n";
}

}  // namespace cairn::shell
