// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/console.h"

#include <unistd.h>

namespace cairn::shell {

void Console::Print(std::string_view text) {
  const std::lock_guard lock(mutex_);
  ClearProgressLocked();
  std::fwrite(text.data(), 1, text.size(), out_);
}

void Console::PrintLine(std::string_view text) {
  const std::lock_guard lock(mutex_);
  ClearProgressLocked();
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fputc('\n', out_);
}

Status Console::PrintBytes(const char* data, size_t n) {
  const std::lock_guard lock(mutex_);
  if (std::fwrite(data, 1, n, out_) == n) return Status();
  return Status(Code::kIoError, "Unable to write to output stream.");
}

void Console::Flush() {
  const std::lock_guard lock(mutex_);
  std::fflush(out_);
}

void Console::ErrorLine(std::string_view text) {
  const std::lock_guard lock(mutex_);
  ClearProgressLocked();
  std::fflush(out_);
  std::fwrite(text.data(), 1, text.size(), error_);
  std::fputc('\n', error_);
  std::fflush(error_);
}

void Console::ShowProgress(std::string_view text) {
  const std::lock_guard lock(mutex_);
  std::fputs("\r\033[K", error_);
  std::fwrite(text.data(), 1, text.size(), error_);
  std::fflush(error_);
  progress_shown_ = true;
}

void Console::ClearProgress() {
  const std::lock_guard lock(mutex_);
  ClearProgressLocked();
}

void Console::ClearProgressLocked() {
  if (!progress_shown_) return;
  std::fputs("\r\033[K", error_);
  std::fflush(error_);
  progress_shown_ = false;
}

bool Console::error_is_terminal() const { return isatty(fileno(error_)) == 1; }

std::optional<std::string> Console::Ask(std::string_view question) {
  {
    const std::lock_guard lock(mutex_);
    ClearProgressLocked();
    std::fflush(out_);
    std::fwrite(question.data(), 1, question.size(), error_);
    std::fflush(error_);
  }
  std::string answer;
  for (int c = std::fgetc(in_); c != '\n' && c != '\r'; c = std::fgetc(in_)) {
    if (c == EOF) return answer.empty() ? std::nullopt : std::optional<std::string>(answer);
    constexpr size_t kAnswerMax = 4096;
    if (answer.size() < kAnswerMax) answer += static_cast<char>(c);
  }
  return answer;
}

}  // namespace cairn::shell
