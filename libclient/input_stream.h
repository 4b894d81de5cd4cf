// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "libclient/block_reader.h"
#include "libclient/client_core.h"
#include "libclient/dfs.h"
#include "libclient/located_file.h"

namespace cairn::client {

// Which replica is read next: the nearest one that has not failed. When all have failed, waits,
// asks the namenode again and begins anew, a bounded number of times.
//
// Thread-safe.
class ReplicaChooser {
 public:
  // Both must outlive this object.
  ReplicaChooser(ClientCore& core, LocatedFile& file) : core_(core), file_(file) {}

  struct Choice {
    LocatedBlock block;
    DatanodeInfo node;
  };

  // `failures` counts, for one read, the times that all replicas had failed.
  Result<Choice> Choose(uint64_t offset, int& failures);
  // `why` is for the message when all have failed.
  void MarkDead(const DatanodeInfo& node, const Status& why);

 private:
  ClientCore& core_;
  LocatedFile& file_;
  std::mutex mutex_;
  std::set<std::string> dead_;  // Uuids.
  Status last_error_;
};

// The replicas that were found corrupt during one read, for the namenode.
class CorruptReplicas {
 public:
  void Add(const LocatedBlock& block, const DatanodeInfo& node);
  // Tells the namenode. When all of several replicas seem corrupt, it is rather this client that
  // cannot read, and nothing is told.
  void Report(BlockCalls& calls);

 private:
  struct Entry {
    LocatedBlock block;  // With the corrupt locations only.
    size_t replicas = 0;
  };
  std::map<BlockId, Entry> entries_;
};

// The InputStream of dfs.h.
class FileInputStream final : public InputStream {
 public:
  FileInputStream(ClientCore& core, std::unique_ptr<LocatedFile> file, OpenOptions options)
      : core_(core), file_(std::move(file)), options_(options), chooser_(core, *file_) {}

  Result<size_t> Read(void* buffer, size_t n) override;
  Result<size_t> PRead(uint64_t position, void* buffer, size_t n) override;
  Status ReadFully(uint64_t position, void* buffer, size_t n) override;
  Status Seek(uint64_t position) override;
  uint64_t position() const override { return position_; }
  uint64_t length() const override { return file_->length(); }
  Result<std::vector<LocatedBlock>> Blocks() override;

 private:
  // Bytes at `position`, at most `n`; looks for more when it is at the end of a growing file.
  Result<size_t> Available(uint64_t position, size_t n);
  Status OpenReader(int& failures);
  Result<size_t> ReadOnce(char* out, size_t n, int& failures, CorruptReplicas& corrupt);
  // A part of one block, from one replica after the other.
  Result<size_t> ReadPart(uint64_t position, char* out, size_t n, CorruptReplicas& corrupt);
  static Status ReadRange(const ReaderContext& context, const DatanodeInfo& node,
                          const BlockRange& range, char* out);

  ClientCore& core_;
  const std::unique_ptr<LocatedFile> file_;
  const OpenOptions options_;
  ReplicaChooser chooser_;

  uint64_t position_ = 0;
  std::unique_ptr<BlockReader> reader_;
  ReplicaChooser::Choice source_;  // Of reader_.
  std::string retried_node_;       // Failed once since the last byte; may be asked once more.
};

}  // namespace cairn::client
