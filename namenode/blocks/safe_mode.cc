// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/safe_mode.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "common/log/log.h"

namespace cairn::namenode {
namespace {

// Apache reads the threshold as a float and multiplies in float, then cuts: the same numbers must
// come out.
uint64_t Threshold(uint64_t total, double share) {
  const float product = static_cast<float>(total) * static_cast<float>(share);
  return product <= 0 ? 0 : static_cast<uint64_t>(product);
}

template <typename... Args>
std::string Format(const char* format, Args... args) {
  char text[256];
  const int n = std::snprintf(text, sizeof(text), format, args...);
  return std::string(text, std::clamp<size_t>(static_cast<size_t>(n), 0, sizeof(text) - 1));
}

}  // namespace

void SafeMode::Activate(uint64_t blocks_total) {
  started_at_ = clock_.Now();
  stage_ = Stage::kThreshold;
  total_ = blocks_total;
  safe_ = 0;
  future_bytes_ = 0;
  threshold_ = Threshold(total_, options_.safe_mode_threshold);
  if (AllMet()) {
    LeaveStartup();
    return;
  }
  LOG(kInfo, "safe mode is on", {"reason", Tip()});
}

void SafeMode::Enter(bool resources_low) {
  manual_ = manual_ || !resources_low;
  resources_low_ = resources_low;
  LOG(kInfo, "safe mode is on", {"reason", Tip()});
}

bool SafeMode::Leave(bool force) {
  if (!IsOn()) return true;
  if (future_bytes_ > 0) {
    if (!force) {
      LOG(kError, "refusing to leave safe mode without force: blocks would be deleted",
          {"bytes", future_bytes_});
      return false;
    }
    LOG(kWarn, "safe mode is left by force: blocks from the future will be lost",
        {"bytes", future_bytes_});
    future_bytes_ = 0;
  }
  manual_ = false;
  resources_low_ = false;
  if (IsStartup()) LeaveStartup();
  return true;
}

void SafeMode::LeaveStartup() {
  stage_ = Stage::kOff;
  const auto took = std::chrono::duration_cast<std::chrono::seconds>(clock_.Now() - started_at_);
  LOG(kInfo, "start-up safe mode is off", {"seconds", took.count()}, {"blocks", total_});
}

void SafeMode::AddTotal(int64_t delta) {
  if (!IsStartup()) return;
  total_ = static_cast<uint64_t>(std::max<int64_t>(0, static_cast<int64_t>(total_) + delta));
  threshold_ = Threshold(total_, options_.safe_mode_threshold);
}

void SafeMode::AddSafe(int64_t delta) {
  if (!IsStartup()) return;
  safe_ = static_cast<uint64_t>(std::max<int64_t>(0, static_cast<int64_t>(safe_) + delta));
}

bool SafeMode::AllMet() const {
  return ThresholdMet() && (options_.safe_mode_min_datanodes == 0 ||
                            live_datanodes_() >= options_.safe_mode_min_datanodes);
}

int64_t SafeMode::ExtensionLeftMs() const {
  // An empty namespace has nothing to wait for.
  if (total_ == 0) return 0;
  const auto passed =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock_.Now() - reached_at_);
  return options_.safe_mode_extension.count() - passed.count();
}

bool SafeMode::Check() {
  if (stage_ == Stage::kThreshold && AllMet()) {
    if (total_ > 0 && options_.safe_mode_extension.count() > 0) {
      stage_ = Stage::kExtension;
      reached_at_ = clock_.Now();
      LOG(kInfo, "safe mode extension entered", {"safe", safe_}, {"total", total_});
      return false;
    }
    if (future_bytes_ > 0) return false;
    LeaveStartup();
    return true;
  }
  if (stage_ != Stage::kExtension || ExtensionLeftMs() > 0 || !AllMet()) return false;
  if (future_bytes_ > 0) return false;
  LeaveStartup();
  return true;
}

std::string SafeMode::Tip() const {
  if (resources_low_) {
    return "Resources are low on NN. Please add or free up more resources. NOTE:  If you turn off "
           "safe mode before adding resources, the NN will immediately return to safe mode. ";
  }
  if (manual_) {
    return "It was turned on manually. Use \"hdfs dfsadmin -safemode leave\" to turn safe mode "
           "off.";
  }
  std::string text;
  const double share = static_cast<double>(static_cast<float>(options_.safe_mode_threshold));
  if (!ThresholdMet()) {
    text = Format("The reported blocks %" PRIu64 " needs additional %" PRIu64
                  " blocks to reach the threshold %.4f of total blocks %" PRIu64 ".\n",
                  safe_, threshold_ - safe_, share, total_);
  } else {
    text = Format("The reported blocks %" PRIu64
                  " has reached the threshold %.4f of total blocks %" PRIu64 ". ",
                  safe_, share, total_);
  }
  const uint32_t wanted = options_.safe_mode_min_datanodes;
  if (wanted == 0) {
    text += "The minimum number of live datanodes is not required. ";
  } else if (!ThresholdMet()) {
    text += "The number of live datanodes is not calculated since reported blocks hasn't reached "
            "the threshold. ";
  } else if (const uint32_t live = live_datanodes_(); live < wanted) {
    text += Format("The number of live datanodes %u needs an additional %u live datanodes to "
                   "reach the minimum number %u.\n",
                   live, wanted - live, wanted);
  } else {
    text += Format("The number of live datanodes %u has reached the minimum number %u. ", live,
                   wanted);
  }
  if (future_bytes_ > 0) {
    return text +
           "Name node detected blocks with generation stamps in future. This means that Name node "
           "metadata is inconsistent. This can happen if Name node metadata files have been "
           "manually replaced. Exiting safe mode will cause loss of " +
           std::to_string(future_bytes_) +
           " byte(s). Please restart name node with right metadata or use \"hdfs dfsadmin "
           "-safemode forceExit\" if you are certain that the NameNode was started with the "
           "correct FsImage and edit logs. If you encountered this during a rollback, it is safe "
           "to exit with -safemode forceExit.";
  }
  const std::string automatic = "Safe mode will be turned off automatically ";
  if (stage_ == Stage::kThreshold) {
    return text + automatic + "once the thresholds have been reached.";
  }
  if (stage_ == Stage::kExtension) {
    return text + "In safe mode extension. " + automatic + "in " +
           std::to_string(ExtensionLeftMs() / 1000) + " seconds.";
  }
  return text + automatic + "soon.";
}

}  // namespace cairn::namenode
