// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tools/shell/console.h"

namespace cairn::shell {

// Rows of text, columns two spaces apart and as wide as their widest cell.
//
// Not thread-safe.
class Table {
 public:
  // `right`: whether each column is set to the right. A header does not count as a row.
  explicit Table(std::vector<bool> right) : right_(std::move(right)) {}

  void SetHeader(std::vector<std::string> cells);
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // Nothing when there are no rows.
  void Print(Console& console) const;

 private:
  const std::vector<bool> right_;
  bool has_header_ = false;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace cairn::shell
