// SPDX-License-Identifier: Apache-2.0
#include "libclient/input_stream.h"

#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "libclient/datanode_stream.h"

namespace cairn::client {
namespace {

// A seek forward by less than this reads on: cheaper than another request.
constexpr uint64_t kSkipMax = 128 << 10;

Status CheckReplicated(const LocatedBlock& block, const std::string& path) {
  if (block.block.block.id.value >= 0) return Status();
  return Status(Code::kUnsupported, path + " is erasure-coded, which this client cannot read");
}

}  // namespace

Result<ReplicaChooser::Choice> ReplicaChooser::Choose(uint64_t offset, int& failures) {
  for (;; ++failures) {
    CAIRN_ASSIGN(LocatedBlock block, file_.BlockAt(offset));
    CAIRN_TRY(CheckReplicated(block, file_.path()));
    Status why;
    {
      const std::lock_guard lock(mutex_);
      for (const DatanodeTarget& target : block.locations) {
        if (!dead_.contains(target.node.id.uuid)) return Choice{block, target.node};
      }
      for (const DatanodeTarget& target : block.locations) dead_.erase(target.node.id.uuid);
      why = last_error_;
    }
    if (failures >= core_.config().read.acquire_failures_max) {
      const std::string name = BlockName(block.block) + " file=" + file_.path();
      return Status(why.code() == Code::kChecksum ? Code::kChecksum : Code::kIoError,
                    "Could not obtain block: " + name +
                        (block.locations.empty() ? ": no live datanode has it"
                                                 : ": last error: " + why.ToString()));
    }
    // The first time at random within one window; each further time one window more.
    const double window = static_cast<double>(core_.config().read.retry_window.count());
    const double chance = static_cast<double>(core_.random().Below(1024)) / 1024;
    const Milliseconds pause(
        static_cast<int64_t>(window * failures + window * (failures + 1) * chance));
    LOG(kInfo, "no replica can be read, asking the namenode again", {"block", block.block.block},
        {"file", file_.path()}, {"pause_ms", pause.count()}, {"error", why});
    if (!core_.pauser().Pause(pause)) return Status(Code::kCancelled, "the client is closed");
    CAIRN_TRY(file_.Refresh());
  }
}

void ReplicaChooser::MarkDead(const DatanodeInfo& node, const Status& why) {
  const std::lock_guard lock(mutex_);
  dead_.insert(node.id.uuid);
  last_error_ = why;
}

void CorruptReplicas::Add(const LocatedBlock& block, const DatanodeInfo& node) {
  Entry& entry = entries_[block.block.block.id];
  if (entry.replicas == 0) {
    entry.block = block;
    entry.block.locations.clear();
    entry.replicas = block.locations.size();
  }
  for (const DatanodeTarget& target : entry.block.locations) {
    if (target.node.id.uuid == node.id.uuid) return;
  }
  for (const DatanodeTarget& target : block.locations) {
    if (target.node.id.uuid == node.id.uuid) entry.block.locations.push_back(target);
  }
}

void CorruptReplicas::Report(BlockCalls& calls) {
  std::vector<LocatedBlock> blocks;
  for (const auto& [id, entry] : entries_) {
    const bool some = entry.block.locations.size() < entry.replicas;
    if (some || entry.replicas == 1) blocks.push_back(entry.block);
  }
  entries_.clear();
  if (blocks.empty()) return;
  const Status status = calls.ReportBadBlocks(blocks);
  if (!status.ok()) LOG(kWarn, "corrupt replicas were not reported", {"error", status});
}

Result<size_t> FileInputStream::Available(uint64_t position, size_t n) {
  if (position >= file_->length() && file_->growing()) CAIRN_TRY(file_->Refresh());
  const uint64_t length = file_->length();
  return position >= length ? size_t{0} : size_t{std::min<uint64_t>(n, length - position)};
}

Result<size_t> FileInputStream::Read(void* buffer, size_t n) {
  if (n == 0) return size_t{0};
  CAIRN_ASSIGN(const size_t wanted, Available(position_, n));
  if (wanted == 0) return size_t{0};
  CorruptReplicas corrupt;
  int failures = 0;
  auto got = ReadOnce(static_cast<char*>(buffer), wanted, failures, corrupt);
  corrupt.Report(core_.calls());
  return got;
}

Result<size_t> FileInputStream::ReadOnce(char* out, size_t n, int& failures,
                                         CorruptReplicas& corrupt) {
  for (;;) {
    if (!reader_) CAIRN_TRY(OpenReader(failures));
    auto got = reader_->Read(out, n);
    if (got.ok() && *got > 0) {
      position_ += *got;
      retried_node_.clear();
      if (reader_->position() == reader_->end()) reader_.reset();
      return got;
    }
    Status status = got.ok() ? Status(Code::kEndOfFile, "the replica is too short") : got.status();
    reader_.reset();
    LOG(kInfo, "reading a replica failed", {"file", file_->path()}, {"error", status});
    const bool corrupt_replica = status.code() == Code::kChecksum;
    if (corrupt_replica) corrupt.Add(source_.block, source_.node);
    // A connection may break for no fault of the datanode's: it gets another chance.
    if (!corrupt_replica && retried_node_ != source_.node.id.uuid) {
      retried_node_ = source_.node.id.uuid;
    } else {
      chooser_.MarkDead(source_.node, status);
    }
  }
}

Status FileInputStream::OpenReader(int& failures) {
  for (;;) {
    CAIRN_ASSIGN(source_, chooser_.Choose(position_, failures));
    const uint64_t offset = position_ - source_.block.offset;
    const BlockRange range{.block = source_.block.block,
                           .offset = offset,
                           .length = source_.block.block.block.length - offset,
                           .verify = options_.verify_checksums};
    auto reader = BlockReader::Open(core_.reader_context(), source_.node, range);
    if (reader.ok()) {
      reader_ = std::move(*reader);
      return Status();
    }
    LOG(kInfo, "opening a replica failed", {"file", file_->path()}, {"error", reader.status()});
    chooser_.MarkDead(source_.node, reader.status());
  }
}

Result<size_t> FileInputStream::PRead(uint64_t position, void* buffer, size_t n) {
  CAIRN_ASSIGN(const size_t wanted, Available(position, n));
  CorruptReplicas corrupt;
  size_t done = 0;
  Status failure;
  while (done < wanted && failure.ok()) {
    auto got = ReadPart(position + done, static_cast<char*>(buffer) + done, wanted - done, corrupt);
    if (got.ok()) {
      done += *got;
    } else {
      failure = got.status();
    }
  }
  corrupt.Report(core_.calls());
  if (!failure.ok()) return failure;
  return done;
}

Result<size_t> FileInputStream::ReadPart(uint64_t position, char* out, size_t n,
                                         CorruptReplicas& corrupt) {
  int failures = 0;
  for (;;) {
    CAIRN_ASSIGN(const ReplicaChooser::Choice source, chooser_.Choose(position, failures));
    const uint64_t offset = position - source.block.offset;
    const uint64_t left = source.block.block.block.length - offset;
    const BlockRange range{.block = source.block.block,
                           .offset = offset,
                           .length = std::min<uint64_t>(n, left),
                           .verify = options_.verify_checksums};
    const Status status = ReadRange(core_.reader_context(), source.node, range, out);
    if (status.ok()) return static_cast<size_t>(range.length);
    LOG(kInfo, "reading a replica failed", {"file", file_->path()}, {"error", status});
    if (status.code() == Code::kChecksum) corrupt.Add(source.block, source.node);
    chooser_.MarkDead(source.node, status);
  }
}

Status FileInputStream::ReadRange(const ReaderContext& context, const DatanodeInfo& node,
                                  const BlockRange& range, char* out) {
  CAIRN_ASSIGN(const std::unique_ptr<BlockReader> reader, BlockReader::Open(context, node, range));
  for (uint64_t done = 0; done < range.length;) {
    CAIRN_ASSIGN(const size_t got, reader->Read(out + done, range.length - done));
    if (got == 0) return Status(Code::kEndOfFile, "the replica is too short");
    done += got;
  }
  return Status();
}

Status FileInputStream::ReadFully(uint64_t position, void* buffer, size_t n) {
  CAIRN_ASSIGN(const size_t got, PRead(position, buffer, n));
  if (got == n) return Status();
  return Status(Code::kEndOfFile, "read " + std::to_string(n) + " bytes at " +
                                      std::to_string(position) + " of " + file_->path() +
                                      ", which has " + std::to_string(length()));
}

Status FileInputStream::Seek(uint64_t position) {
  if (position > length()) {
    CAIRN_ASSIGN(const size_t available, Available(position, 1));
    if (available == 0 && position > length()) {
      return Status(Code::kEndOfFile, "seek to " + std::to_string(position) + " in " +
                                          file_->path() + ", which has " +
                                          std::to_string(length()) + " bytes");
    }
  }
  if (position == position_) return Status();
  const bool near = reader_ && position > position_ && position - position_ <= kSkipMax &&
                    position - position_ < reader_->end() - reader_->position();
  // A skip that fails is as good as another reader.
  if (!near || !reader_->Skip(position - position_).ok()) reader_.reset();
  position_ = position;
  return Status();
}

Result<std::vector<LocatedBlock>> FileInputStream::Blocks() {
  std::vector<LocatedBlock> blocks;
  const uint64_t end = length();
  for (uint64_t offset = 0; offset < end;) {
    CAIRN_ASSIGN(LocatedBlock block, file_->BlockAt(offset));
    offset = block.offset + block.block.block.length;
    blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace cairn::client
