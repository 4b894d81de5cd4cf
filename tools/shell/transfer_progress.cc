// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/transfer_progress.h"

#include <algorithm>
#include <chrono>

#include "tools/shell/java_format.h"

namespace cairn::shell {
namespace {

using namespace std::chrono_literals;

constexpr auto kQuietTime = 1s;
constexpr auto kInterval = 200ms;

std::string Duration(uint64_t seconds) {
  const std::string rest = std::to_string(seconds % 60);
  const std::string minutes = std::to_string(seconds / 60 % 60);
  const std::string tail = (rest.size() < 2 ? "0" : "") + rest;
  if (seconds < 3600) return minutes + ":" + tail;
  return std::to_string(seconds / 3600) + ":" + (minutes.size() < 2 ? "0" : "") + minutes + ":" +
         tail;
}

}  // namespace

TransferProgress::TransferProgress(Console& console, const Clock& clock)
    : console_(console),
      clock_(clock),
      visible_(console.error_is_terminal()),
      start_(clock.Now()),
      shown_(start_ + kQuietTime) {}

void TransferProgress::Expect(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  expected_ += bytes;
}

void TransferProgress::Add(uint64_t bytes) {
  if (!visible_) return;
  const std::lock_guard lock(mutex_);
  done_ += bytes;
  const Clock::TimePoint now = clock_.Now();
  if (now < shown_ + kInterval) return;
  shown_ = now;
  const std::chrono::duration<double> elapsed = now - start_;
  console_.ShowProgress(Line(done_, expected_, elapsed.count()));
}

void TransferProgress::Finish() { console_.ClearProgress(); }

std::string TransferProgress::Line(uint64_t done, uint64_t expected, double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string line = HumanSize(static_cast<int64_t>(done));
  if (expected > 0) {
    const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(expected));
    line += " of " + HumanSize(static_cast<int64_t>(expected)) + "   " + FormatPercent(part, 0);
  }
  line += "   " + HumanSize(static_cast<int64_t>(rate)) + "/s";
  if (expected > done && rate > 0) {
    line += "   " + Duration(static_cast<uint64_t>(static_cast<double>(expected - done) / rate)) +
            " left";
  }
  return line;
}

}  // namespace cairn::shell
