// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/store_config.h"

#include <utility>

#include "common/config/datanode_keys.h"

namespace cairn::datanode {

Result<StoreOptions> ReadStoreOptions(const config::Configuration& configuration) {
  StoreOptions options;
  CAIRN_ASSIGN(const std::vector<std::string> directories, configuration.Get(config::kDataDirs));
  for (const std::string& text : directories) {
    Result<DataDirectory> directory = ParseDataDirectory(text);
    if (!directory.ok()) return directory.status().WithContext(config::kDataDirs.name);
    options.directories.push_back(std::move(directory).value());
  }
  if (options.directories.empty()) {
    return Status(Code::kInvalidArgument, std::string(config::kDataDirs.name) + " is empty");
  }
  CAIRN_ASSIGN(const int64_t reserved, configuration.Get(config::kReservedSpace));
  CAIRN_ASSIGN(const double percent, configuration.Get(config::kReservedSpacePercent));
  CAIRN_ASSIGN(const int64_t tolerated, configuration.Get(config::kFailedVolumesTolerated));
  CAIRN_ASSIGN(const int64_t spare, configuration.Get(config::kVolumeSpareBytes));
  CAIRN_ASSIGN(const int64_t stop_ms, configuration.Get(config::kWriterStopTimeout));
  constexpr double kPercent = 100;
  options.volume.reserved_bytes = static_cast<uint64_t>(reserved);
  options.volume.reserved_fraction = percent / kPercent;
  options.failed_volumes_tolerated = static_cast<int>(tolerated);
  options.spare_bytes = static_cast<uint64_t>(spare);
  options.writer_stop_limit = std::chrono::milliseconds(stop_ms);
  return options;
}

Result<ScannerOptions> ReadScannerOptions(const config::Configuration& configuration) {
  ScannerOptions options;
  CAIRN_ASSIGN(const int64_t hours, configuration.Get(config::kScanPeriodHours));
  CAIRN_ASSIGN(const int64_t rate, configuration.Get(config::kScanBytesPerSecond));
  CAIRN_ASSIGN(const int64_t directory_ms, configuration.Get(config::kDirectoryScanInterval));
  // As Apache reads it: negative switches the scanner off, 0 means the default.
  options.bytes_per_second = hours < 0 ? 0 : static_cast<uint64_t>(rate);
  if (hours > 0) options.period = std::chrono::hours(hours);
  options.directory_interval = std::chrono::milliseconds(directory_ms);
  return options;
}

}  // namespace cairn::datanode
