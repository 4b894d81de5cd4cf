// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/io/disk.h"
#include "common/util/result.h"

namespace cairn::namenode {

// Where a section lies in an image file.
struct SectionExtent {
  std::string name;
  uint64_t offset = 0;
  uint64_t length = 0;
  bool compressed = false;  // One or more zlib or gzip streams, end to end.
};

// Reads the length-prefixed messages of one section, a window at a time.
//
// Not thread-safe.
class SectionReader {
 public:
  // `file` must outlive the reader.
  SectionReader(io::File& file, SectionExtent extent);
  ~SectionReader();
  SectionReader(const SectionReader&) = delete;
  SectionReader& operator=(const SectionReader&) = delete;

  // The next message, valid until the next call; false at the end. kCorrupt for one that is cut
  // off or over the limit of 1 GiB.
  Result<bool> Next(std::string_view* message);
  // All bytes that are left.
  Result<std::string> Rest();

 private:
  struct Inflater;

  // Makes `n` bytes available behind begin_, fewer only at the end of the section.
  Status FillTo(size_t n);
  Status ReadMore();
  Status Inflate(std::string_view input);
  size_t available() const { return window_.size() - begin_; }
  Status Corrupt(const std::string& why) const;

  io::File& file_;
  const SectionExtent extent_;
  uint64_t read_ = 0;  // Bytes of the section that were taken from the file.
  std::string window_;
  size_t begin_ = 0;
  bool at_end_ = false;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace cairn::namenode
