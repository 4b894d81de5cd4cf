// SPDX-License-Identifier: Apache-2.0
#include "libclient/output_stream.h"

#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "libclient/report_patience.h"

namespace cairn::client {

FileOutputStream::FileOutputStream(ClientCore& core, WrittenFile file, Options options)
    : core_(core),
      file_(std::move(file)),
      options_(options),
      packets_(file_.checksum, PacketDataBytes(file_.checksum, core.config().write.packet_bytes)),
      writer_(core, file_, packets_),
      position_(options.length) {
  core_.keeper().Add(this);
}

FileOutputStream::~FileOutputStream() {
  const Status status = Close();
  if (!status.ok()) {
    LOG(kWarn, "file was not closed", {"file", file_.path}, {"error", status});
  }
}

void FileOutputStream::Resume(const LocatedBlock& last_block) {
  const std::lock_guard lock(mutex_);
  writer_.Resume(last_block);
  block_offset_ = flushed_offset_ = last_block.block.block.length;
}

Status FileOutputStream::Write(const void* data, size_t n) {
  const std::lock_guard lock(mutex_);
  CAIRN_TRY(error_);
  if (closed_) return Status(Code::kIoError, "write to " + file_.path + ": the stream is closed");
  return Keep(WriteLocked(static_cast<const char*>(data), n));
}

Status FileOutputStream::WriteLocked(const char* data, size_t n) {
  while (n > 0) {
    if (!packet_) StartPacket(block_offset_);
    const size_t taken = packet_->Append(data, n);
    data += taken;
    n -= taken;
    block_offset_ += taken;
    position_ += taken;
    if (packet_->full()) CAIRN_TRY(writer_.Send(std::exchange(packet_, nullptr), {}));
    if (block_offset_ == file_.block_size) CAIRN_TRY(EndBlock(false));
  }
  return Status();
}

void FileOutputStream::StartPacket(uint64_t offset) {
  const uint64_t chunk = file_.checksum.bytes_per_checksum;
  // Behind the unfinished chunk of a file that is appended to, the datanodes take the rest of that
  // chunk first, and alone.
  const uint64_t in_chunk = offset % chunk;
  const uint64_t room = in_chunk != 0 ? chunk - in_chunk : packets_.data_bytes_max();
  packet_ = packets_.Take();
  packet_->Reset(offset, std::min(room, file_.block_size - offset));
}

Status FileOutputStream::Hflush() {
  const std::lock_guard lock(mutex_);
  return Flush(false, {});
}

Status FileOutputStream::Hsync(const SyncOptions& options) {
  const std::lock_guard lock(mutex_);
  return Flush(true, options);
}

Status FileOutputStream::Flush(bool sync, const SyncOptions& options) {
  CAIRN_TRY(error_);
  if (closed_) return Status(Code::kIoError, "flush " + file_.path + ": the stream is closed");
  CAIRN_TRY(Keep(SendUnflushed(sync && !options.end_block, !options.end_block)));
  if (options.end_block && block_offset_ > 0) {
    CAIRN_TRY(Keep(EndBlock(sync)));
  } else {
    CAIRN_TRY(Keep(writer_.WaitForAll()));
    writer_.MarkFlushed();
  }
  const bool persist = writer_.TakePersist();
  if (!persist && !options.update_length) return Status();
  const auto block = writer_.block();
  const int64_t length = block ? static_cast<int64_t>(block->block.length) : -1;
  return Keep(core_.calls().Fsync(file_.path, file_.id, length));
}

Status FileOutputStream::SendUnflushed(bool sync, bool keep_chunk) {
  if (block_offset_ == flushed_offset_) {
    // All has been sent, but perhaps by a flush that did not ask for the disks.
    if (!sync || block_offset_ == 0) return Status();
    PacketPtr empty = packets_.Take();
    empty->Reset(block_offset_, 0);
    return writer_.Send(std::move(empty), {.sync_block = true});
  }
  if (!packet_) {
    flushed_offset_ = block_offset_;
    // Full packets went out without the mark.
    return sync ? SendUnflushed(true, keep_chunk) : Status();
  }
  flushed_offset_ = block_offset_;
  PacketPtr next;
  const uint64_t in_chunk = block_offset_ % file_.checksum.bytes_per_checksum;
  if (keep_chunk && in_chunk != 0) {
    const size_t kept = std::min<uint64_t>(in_chunk, packet_->data().size());
    PacketPtr sent = std::move(packet_);
    StartPacket(block_offset_ - kept);
    packet_->Append(sent->data().data() + sent->data().size() - kept, kept);
    next = std::exchange(packet_, std::move(sent));
  }
  return writer_.Send(std::exchange(packet_, std::move(next)), {.sync_block = sync});
}

Status FileOutputStream::EndBlock(bool sync) {
  if (packet_) {
    // A packet that has nothing but an unfinished chunk that was flushed need not go again.
    if (block_offset_ > flushed_offset_) {
      CAIRN_TRY(writer_.Send(std::exchange(packet_, nullptr), {}));
    } else {
      packets_.Put(std::exchange(packet_, nullptr));
    }
  }
  CAIRN_TRY(writer_.EndBlock(block_offset_, sync || options_.sync_block));
  block_offset_ = flushed_offset_ = 0;
  return Status();
}

Status FileOutputStream::Close() {
  Status status;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Status();
    status = error_;
    if (status.ok()) {
      status = Finish();
    } else if (status.code() == Code::kSpaceQuota || status.code() == Code::kTypeQuota) {
      // What was written before the quota was reached stays, in a file that is closed.
      (void)Complete().ok();
    }
    closed_ = true;
    Release(status);
  }
  core_.keeper().Remove(this);
  return status;
}

Status FileOutputStream::Finish() {
  if (block_offset_ > 0) CAIRN_TRY(EndBlock(false));
  return Complete();
}

Status FileOutputStream::Complete() {
  ReportPatience patience(core_.config().write);
  for (;;) {
    CAIRN_ASSIGN(const bool done,
                 core_.calls().Complete(file_.path, file_.id, writer_.block()));
    if (done) return Status();
    const auto pause = patience.NextPause();
    if (!pause) {
      return Status(Code::kIoError, "Unable to close file " + file_.path +
                                        " because the last block does not have enough number of "
                                        "replicas.");
    }
    if (!core_.pauser().Pause(*pause)) return Status(Code::kCancelled, "the client is closed");
  }
}

void FileOutputStream::Abort() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
    Release(Status(Code::kCancelled, "the stream of " + file_.path + " was aborted"));
  }
  core_.keeper().Remove(this);
}

void FileOutputStream::Release(Status why) {
  if (error_.ok()) error_ = std::move(why);
  writer_.Abandon();
  packet_.reset();
}

Status FileOutputStream::Keep(const Status& status) {
  if (!status.ok()) Release(status);
  return status;
}

int FileOutputStream::CurrentReplicas() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(writer_.datanodes());
}

void FileOutputStream::KeepAlive() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock.owns_lock() && !closed_ && error_.ok()) writer_.KeepAlive();
}

}  // namespace cairn::client
