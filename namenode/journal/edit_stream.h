// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "common/io/disk.h"
#include "common/util/result.h"
#include "namenode/journal/segment_reader.h"
#include "namenode/journal/storage.h"

namespace cairn::namenode {

// The records of several finalized segments, as one stream: what a start replays. A copy that
// turns out to be broken is logged, and the next copy goes on where it stopped.
//
// Not thread-safe.
class EditStream {
 public:
  // Skips records up to `after`. `disk` must outlive the stream.
  EditStream(io::Disk& disk, std::vector<Segment> segments, TxId after)
      : disk_(disk), segments_(std::move(segments)), last_(after) {}

  // The next record, or nothing behind the last one. Ids have no gap.
  Result<std::optional<EditRecord>> Next();

  TxId last() const { return last_; }

 private:
  Result<std::optional<EditRecord>> NextOfCopy();
  Status TryNextCopy(const Status& why);

  io::Disk& disk_;
  const std::vector<Segment> segments_;
  size_t segment_ = 0;
  size_t copy_ = 0;
  std::unique_ptr<SegmentReader> reader_;
  TxId last_;
};

}  // namespace cairn::namenode
