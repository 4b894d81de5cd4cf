// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/io/disk.h"
#include "common/util/md5.h"
#include "common/util/result.h"
#include "namenode/image/image_writer.h"

namespace cairn::namenode {

// Writes an image file, section by section, to several places at once:
//
//   "HDFSIMG1" | sections | FileSummary, with a varint length | i32 bytes of summary and varint
//
// A place that fails is left out from then on. Not thread-safe.
class SectionWriter {
 public:
  // `disk` must outlive the writer.
  static Result<std::unique_ptr<SectionWriter>> Create(io::Disk& disk,
                                                       const std::vector<std::string>& paths);

  // Appends a message with its length in front, or bytes as they are.
  void PutMessage(std::string_view message);
  void PutRaw(std::string_view bytes);
  // Everything since the last section is a section of that name. Fails when no place is left.
  Status EndSection(const std::string& name);
  // Writes the summary and makes the files durable.
  Result<WrittenImage> Finish(int32_t layout_version);

 private:
  struct Output {
    std::string path;
    std::unique_ptr<io::File> file;
  };

  SectionWriter() = default;
  void FlushWhenFull();
  void Flush();
  Status CheckOutputs() const;
  template <typename Step>
  void OnEveryOutput(Step step);

  std::vector<Output> outputs_;
  std::vector<std::pair<std::string, Status>> failures_;
  std::string buffer_;
  Md5 md5_;
  uint64_t flushed_ = 0;
  uint64_t section_start_ = 0;
  std::string summary_sections_;  // The summary's repeated field, encoded.
};

}  // namespace cairn::namenode
