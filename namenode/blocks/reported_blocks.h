// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "common/util/status.h"
#include "namenode/blocks/types.h"

namespace cairn::namenode {

// The lines of a full block report of one volume, one after the other: the front-end implements it
// over the bytes of the wire, so that a report is never unpacked as a whole.
//
// Not thread-safe: one reader.
class ReportedBlocks {
 public:
  virtual ~ReportedBlocks() = default;

  // False at the end, and at bytes that do not decode: then status() is not ok.
  virtual bool Next(ReportedBlock* block) = 0;
  virtual Status status() const { return Status(); }
};

// Lines in memory.
class ReportedBlockList final : public ReportedBlocks {
 public:
  explicit ReportedBlockList(std::vector<ReportedBlock> blocks) : blocks_(std::move(blocks)) {}

  bool Next(ReportedBlock* block) override {
    if (next_ == blocks_.size()) return false;
    *block = blocks_[next_++];
    return true;
  }

 private:
  const std::vector<ReportedBlock> blocks_;
  size_t next_ = 0;
};

}  // namespace cairn::namenode
