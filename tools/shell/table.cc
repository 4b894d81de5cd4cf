// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/table.h"

#include <algorithm>

#include "tools/shell/java_format.h"

namespace cairn::shell {

void Table::SetHeader(std::vector<std::string> cells) {
  rows_.insert(rows_.begin(), std::move(cells));
  has_header_ = true;
}

void Table::Print(Console& console) const {
  if (rows_.size() <= (has_header_ ? 1 : 0)) return;
  std::vector<size_t> widths(right_.size(), 0);
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], Utf16Length(row[i]));
    }
  }
  for (const std::vector<std::string>& row : rows_) {
    std::string line;
    for (size_t i = 0; i < widths.size(); ++i) {
      if (i > 0) line += "  ";
      if (right_[i]) {
        line += PadLeft(row[i], widths[i]);
      } else {
        line += i + 1 == widths.size() ? row[i] : PadRight(row[i], widths[i]);
      }
    }
    console.PrintLine(line);
  }
}

}  // namespace cairn::shell
