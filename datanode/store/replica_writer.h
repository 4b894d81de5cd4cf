// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "common/io/disk.h"
#include "common/model/block.h"
#include "common/util/result.h"
#include "datanode/store/replica.h"

namespace cairn::datanode {

class ReplicaStore;
class StoreCore;

// What one packet has for a replica: bytes that begin at `offset` in the block, and one checksum
// for each chunk; when `offset` is within a chunk, the first is of the rest of that chunk only.
// Empty `checksums`, with `data` not empty, means: to be computed here.
struct PacketContent {
  uint64_t offset = 0;
  std::string_view data;
  std::string_view checksums;
};

// The right to write one replica, and its two open files. Destroying it gives the right back; the
// replica stays as it is (rbw and temporary), for recovery, unless it was finalized before.
//
// A recovery that wants the replica calls the stopper that the writer was made with, and waits for
// the destruction: whoever owns the writer must let go of it soon after the stopper was called.
// From then on all writes fail with kCancelled.
//
// WritePacket, WritePackets and Flush are for one thread at a time. SetAcked and the queries may be
// called from another thread. ReplicaStore::Finalize may be called by any thread after the last
// write.
class ReplicaWriter {
 public:
  ~ReplicaWriter();
  ReplicaWriter(const ReplicaWriter&) = delete;
  ReplicaWriter& operator=(const ReplicaWriter&) = delete;

  const std::string& pool_id() const { return pool_id_; }
  // With the generation stamp of now, and the bytes received as length.
  Block block() const;
  ReplicaState state() const;
  std::string storage_uuid() const;
  StorageType storage_type() const;
  // How the replica's bytes are checksummed: of an old replica its own, whatever was asked for.
  const ChecksumSpec& checksum() const { return checksum_; }

  // Writes packets. Those of which each goes on where the one before it ends, at the end of a
  // chunk, are written by one call of the system for the data and one for the checksums: several
  // packets at once cost much less than one after the other.
  //
  // Bytes that are on disk already are not written again. No packet may begin beyond the bytes on
  // disk (kInvalidArgument). Where a packet begins within a chunk of which a part is on disk, that
  // chunk's checksum is computed anew, after the bytes on disk and those of the packet have been
  // verified (kChecksum).
  //
  // After a failure the files end with one of the packets before the bad one (as far as the disk
  // allows), and the writer can only be destroyed.
  Status WritePackets(std::span<const PacketContent> packets);
  Status WritePacket(uint64_t offset, std::string_view data, std::string_view checksums) {
    const PacketContent packet{offset, data, checksums};
    return WritePackets({&packet, 1});
  }

  // Hands all bytes to the operating system: they are there already, so this only reports an
  // earlier failure. With `to_disk`, data and meta file are synced (hsync).
  Status Flush(bool to_disk);
  // Starts write-out of what has been written since the last call, and drops it from the cache when
  // asked to; both are hints, failures are ignored.
  void StartWriteOut(bool drop_behind);

  // The block length that all datanodes downstream have confirmed.
  void SetAcked(uint64_t length) { progress_->SetAcked(length); }
  // The block length that has come in; WritePacket raises it too.
  void SetReceived(uint64_t length) { progress_->SetReceived(length); }
  WriteProgress::Lengths lengths() const { return progress_->lengths(); }

 private:
  friend class ReplicaStore;

  struct Setup {
    StoreCore* core;
    Volume* volume;
    std::string pool_id;
    Block block;
    ReplicaState state;
    ChecksumSpec checksum;
    std::unique_ptr<io::File> data;
    std::unique_ptr<io::File> meta;
    std::shared_ptr<WriteProgress> progress;  // Attached.
  };
  struct Plan;

  explicit ReplicaWriter(Setup setup);

  Status Usable() const;
  void Fail(const Status& why);
  // The replica is another's from now on: in `state`, or gone.
  void Close(const Block& block, ReplicaState state);
  // Writes as many of the first packets as one call can, and takes them away.
  Status WriteRun(std::span<const PacketContent>& packets);
  Result<Plan> MakePlan(const PacketContent& packet);
  // Adds a packet to the plan if it goes on where that ends.
  bool Extend(Plan& plan, const PacketContent& packet) const;
  // Checksum of the bytes [from, to) on disk, once they match the one in the meta file.
  Result<uint32_t> PartialChunkChecksum(uint64_t from, uint64_t to);
  Status WriteFiles(const Plan& plan);
  // Cuts both files back.
  Status Restore(const WriteProgress::Lengths& before);

  StoreCore& core_;
  Volume& volume_;
  const std::string pool_id_;
  const ChecksumSpec checksum_;
  std::unique_ptr<io::File> data_;
  std::unique_ptr<io::File> meta_;
  // Shared with the store's map, and with readers that wait.
  const std::shared_ptr<WriteProgress> progress_;

  mutable std::mutex mutex_;  // Guards the following four.
  Block block_;
  ReplicaState state_;
  Status failure_;
  bool closed_ = false;

  bool dirty_ = false;        // Something was written since the last sync.
  uint64_t written_out_ = 0;  // Up to where StartWriteOut has been.
};

}  // namespace cairn::datanode
