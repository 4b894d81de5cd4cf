// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "libclient/block_writer.h"
#include "libclient/client_core.h"
#include "libclient/dfs.h"
#include "libclient/packet.h"
#include "libclient/stream_keeper.h"

namespace cairn::client {

// The OutputStream of dfs.h: cuts bytes into packets and blocks.
//
// A chunk that a flush found unfinished is sent as it is, and again, from its first byte, with what
// follows: its checksum covers all of it then.
//
// The keeper's thread may call KeepAlive at any time; all else is not thread-safe.
class FileOutputStream final : public OutputStream, public KeptStream {
 public:
  struct Options {
    bool sync_block = false;
    uint64_t length = 0;  // Of the file that is appended to.
  };

  // `core` must outlive this object.
  FileOutputStream(ClientCore& core, WrittenFile file, Options options);
  ~FileOutputStream() override;

  // For a file that is appended to. Before anything is written.
  void Resume(const LocatedBlock& last_block);
  void SetPrevious(const ExtendedBlock& block) { writer_.SetPrevious(block); }

  Status Write(const void* data, size_t n) override;
  Status Hflush() override;
  Status Hsync(const SyncOptions& options) override;
  Status Close() override;
  void Abort() override;
  uint64_t position() const override { return position_; }
  int CurrentReplicas() const override;

  void KeepAlive() override;

 private:
  Status WriteLocked(const char* data, size_t n);
  Status Flush(bool sync, const SyncOptions& options);
  // Sends what was not flushed yet and leaves an unfinished chunk in the next packet.
  Status SendUnflushed(bool sync, bool keep_chunk);
  Status EndBlock(bool sync);
  Status Finish();
  Status Complete();
  // An empty packet for bytes from `offset` of the block on.
  void StartPacket(uint64_t offset);
  // Lets go of the pipeline; remembers that the stream is of no use any more.
  void Release(Status why);
  // Passes `status` on, after making it the answer to all later calls.
  Status Keep(const Status& status);

  ClientCore& core_;
  const WrittenFile file_;
  const Options options_;

  mutable std::mutex mutex_;  // Guards all below.
  PacketPool packets_;
  BlockWriter writer_;
  PacketPtr packet_;              // Being filled, up to block_offset_.
  uint64_t block_offset_ = 0;     // Bytes of the current block so far.
  uint64_t flushed_offset_ = 0;   // Of these, sent by a flush.
  uint64_t position_;
  bool closed_ = false;
  Status error_;
};

}  // namespace cairn::client
