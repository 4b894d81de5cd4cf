// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/block.h"
#include "common/util/result.h"

namespace cairn::wire {

// The list of replicas in a block report.
//
// New form (blocksBuffers): for each replica four varints: block id (zigzag), length (low 48 bits),
// generation stamp, state (low 4 bits). The bytes are cut into buffers of 64 KiB anywhere, also
// inside a number.
// Old form (blocks): finalized count, other count, then three numbers for each finalized replica,
// -1 -1 -1, and four numbers for each other one.

struct ReportedReplica {
  Block block;
  ReplicaState state = ReplicaState::kFinalized;

  bool operator==(const ReportedReplica&) const = default;
};

// Builds the new form. Not thread-safe.
class BlockListWriter {
 public:
  void Add(const ReportedReplica& replica);

  uint64_t count() const { return count_; }
  // The value of blocksBuffers. The writer is empty afterwards.
  std::vector<std::string> Take();

 private:
  std::vector<std::string> full_;
  std::string last_;
  uint64_t count_ = 0;
};

// Reads either form one replica at a time, without a copy of the list. The bytes must outlive the
// reader. Not thread-safe.
class BlockListReader {
 public:
  // `count` is numberOfBlocks. Fails when so many replicas cannot be in the buffers.
  static Result<BlockListReader> OfBuffers(uint64_t count, std::vector<std::string_view> buffers);
  // The old form; no numbers at all is an empty list.
  static Result<BlockListReader> OfLongs(std::span<const uint64_t> longs);

  uint64_t count() const { return count_; }
  // The next replica; nothing at the end. Fails with kCorrupt; the reader is of no use then.
  Result<std::optional<ReportedReplica>> Next();

 private:
  BlockListReader() = default;

  Result<uint64_t> Varint();
  Result<uint64_t> Long();
  Result<ReportedReplica> NextOfBuffers();
  Result<ReportedReplica> NextOfLongs();
  Status CheckEnd() const;

  std::vector<std::string_view> buffers_;
  size_t buffer_ = 0;     // The buffer that is being read,
  size_t in_buffer_ = 0;  // and the next byte in it.
  std::span<const uint64_t> longs_;
  size_t in_longs_ = 0;
  uint64_t finalized_ = 0;  // Of the old form.
  uint64_t count_ = 0;
  uint64_t read_ = 0;
  bool old_form_ = false;
};

}  // namespace cairn::wire
