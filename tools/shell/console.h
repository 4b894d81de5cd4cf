// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/util/status.h"

namespace cairn::shell {

// Where a command reads and writes. What is printed comes out before what is printed later on the
// other stream.
//
// Thread-safe.
class Console {
 public:
  Console(FILE* in, FILE* out, FILE* error) : in_(in), out_(out), error_(error) {}

  void Print(std::string_view text);
  void PrintLine(std::string_view text);
  // Bytes of a file; fails when nobody reads them any more.
  Status PrintBytes(const char* data, size_t n);
  void Flush();
  void ErrorLine(std::string_view text);
  // A line that a later one, or an error, takes the place of; only seen on a terminal.
  void ShowProgress(std::string_view text);
  void ClearProgress();

  FILE* in() const { return in_; }
  // Whether somebody watches the errors.
  bool error_is_terminal() const;
  // The answer to a question, which goes where errors go; nothing at the end of the input.
  std::optional<std::string> Ask(std::string_view question);

 private:
  void ClearProgressLocked();

  FILE* const in_;
  FILE* const out_;
  FILE* const error_;
  std::mutex mutex_;
  bool progress_shown_ = false;  // Guarded by mutex_.
};

}  // namespace cairn::shell
