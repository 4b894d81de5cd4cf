// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/io/disk.h"
#include "common/util/result.h"
#include "namenode/journal/record.h"
#include "namenode/journal/storage.h"

namespace cairn::namenode {

// The log that makes the namespace's changes durable.
//
// Append() runs under the namesystem's lock: it gives the record its transaction id and encodes
// it into a buffer. One thread of the log takes everything that has gathered (one group), writes
// it to the open segment in every edits directory, makes it durable and tells the subscribers.
// Each group is at most kGroupBytesMax (or a single record), and the next is written only after it
// is durable everywhere: recovery relies on it (segment_reader.h).
//
// A log either gives out the ids itself, or follows: then a peer gives them, and its records are
// appended as they are (the standby of a pair). BeginSegment ends following.
//
// A directory whose disk fails is dropped by the storage. When none is left, or an fsync fails in
// the last one, `on_fatal` is called once: the daemon must end, because what the disk holds is
// not known. From then on every call fails, and Durable() stays where it was.
//
// Thread-safe.
class EditLog {
 public:
  static constexpr size_t kGroupBytesMax = 1 << 20;

  // Records that are written together, with the chain's values (log_chain.h) around them. The bytes
  // are valid during the call.
  struct Batch {
    TxId first;
    TxId last;
    std::string_view bytes;
    uint32_t crc_before = 0;
    uint32_t crc_after = 0;
  };

  struct Options {
    // Bytes that may wait; Append blocks beyond them.
    size_t buffer_bytes_max = 16 << 20;
    // Step of the 0xFF-filled space ahead of the records; 0: none.
    size_t preallocate_bytes = 1 << 20;
    // Runs on the log's thread.
    std::function<void(const Status&)> on_fatal;
    // The chain's value at the last transaction before this log; 0: not known.
    uint32_t chain_crc = 0;
    // Runs on the log's thread with each batch before it is written, so that a peer can write it at
    // the same time. Must not wait.
    std::function<void(const Batch&)> on_batch;
    // Runs on the log's thread before the files of a segment are made. A failure is fatal to the
    // log.
    std::function<Status(TxId first)> before_segment;
  };

  struct Counters {
    uint64_t transactions = 0;  // Appended.
    uint64_t groups = 0;        // Made durable; one sync in each directory.
    uint64_t sync_ns = 0;       // Spent writing and syncing them.
  };

  // Opens a segment at last + 1 and waits until its first record is durable. `storage` must
  // outlive the log, and its unfinished segments must have been recovered.
  static Result<std::unique_ptr<EditLog>> Start(NameStorage& storage, TxId last, Options options);

  // Opens a log that follows. It makes no record and no file before the first AppendRecords.
  static Result<std::unique_ptr<EditLog>> Follow(NameStorage& storage, TxId last,
                                                 Options options);

  // Drains what is queued without finalizing the segment.
  ~EditLog();
  EditLog(const EditLog&) = delete;
  EditLog& operator=(const EditLog&) = delete;

  // Gives the operation its transaction id and queues it. kInvalidArgument, with nothing queued,
  // when it cannot be encoded (a string over 65,535 bytes): append before applying, and such a
  // call simply fails.
  Result<TxId> Append(EditOp op);

  // Queues whole records of a peer, the first of which follows LastAppended(); each
  // OP_START_LOG_SEGMENT among them begins a segment here too. kCorrupt or kChecksum, with nothing
  // queued, for bytes that are anything else; kFenced when the log does not follow.
  Status AppendRecords(std::string_view records);

  // Begins a segment, with OP_START_LOG_SEGMENT as its first record, whose id is returned. The one
  // before is finalized where it ends. From then on the log gives out the ids itself.
  Result<TxId> BeginSegment();

  // From now on the log follows: the next records are a peer's. The open segment is finalized when
  // they begin another. Nothing is written.
  Status BeginFollowing();

  // Ends the segment and begins another: two records, the ids of which are returned. Returns at
  // once; the files change when the second id becomes durable.
  struct Rolled {
    TxId end;    // Last record of the old segment.
    TxId start;  // First record of the new one.
  };
  Result<Rolled> Roll();

  // The last id that was given out.
  TxId LastAppended() const { return TxId(last_appended_.load(std::memory_order_acquire)); }
  // Every record up to this id is on every directory's disk.
  TxId Durable() const { return TxId(durable_.load(std::memory_order_acquire)); }
  // Blocks until `txid` is durable; the reason when it never will be.
  Status WaitDurable(TxId txid);
  // Calls `callback` on the log's thread whenever Durable() has grown. It must not block, nor
  // call back into Append.
  void Subscribe(std::function<void(TxId)> callback);

  // First id of the open segment.
  TxId SegmentStart() const { return TxId(segment_start_.load(std::memory_order_acquire)); }
  Counters counters() const;

  // Writes the segment's last record (not while following), waits, finalizes the files and stops
  // the thread. Later calls of Append fail with kCancelled.
  Status Close();

 private:
  // Records of one segment that are written together.
  struct Group {
    std::string bytes;
    TxId first;
    TxId last;
    bool opens_segment = false;
    bool closes_segment = false;
  };
  // The open segment's file in one directory.
  struct Output {
    std::string current;  // The directory.
    std::string path;
    std::unique_ptr<io::File> file;
  };

  EditLog(NameStorage& storage, TxId last, Options options);

  // Queues the operation as the next record, in a group of its own when it opens a segment. The
  // caller wakes the thread of the log.
  Result<TxId> AppendLocked(EditOp op, bool opens_segment);
  void QueueLocked(TxId txid, std::string_view record, bool opens_segment);
  void WaitForRoomLocked(std::unique_lock<std::mutex>& lock);
  Status CheckOpenLocked() const;
  void Run();
  Status WriteGroup(const Group& group);
  Status OpenSegment(TxId first);
  Status FinalizeSegment(TxId last);
  Status WriteRecords(const std::string& bytes);
  template <typename Step>
  Status OnEveryOutput(Step step);
  void Die(const Status& why);

  NameStorage& storage_;
  const Options options_;
  const int32_t layout_version_;

  std::mutex mutex_;
  std::condition_variable work_;      // For the log's thread.
  std::condition_variable progress_;  // For those who wait for it.
  std::string scratch_;
  std::deque<Group> queue_;
  size_t queued_bytes_ = 0;
  bool following_ = false;
  bool segment_queued_ = false;  // A segment is open, or will be by what is queued.
  bool closing_ = false;
  bool stopped_ = false;
  Status fatal_;
  std::vector<std::function<void(TxId)>> subscribers_;
  std::atomic<int64_t> last_appended_;
  std::atomic<int64_t> durable_;
  std::atomic<int64_t> segment_start_{0};
  std::atomic<uint64_t> transactions_{0};
  std::atomic<uint64_t> groups_{0};
  std::atomic<uint64_t> sync_ns_{0};

  // Of the log's thread only.
  std::vector<Output> outputs_;
  TxId segment_first_;
  uint32_t crc_;  // The chain's value at the end of what was written.
  uint64_t written_ = 0;    // Bytes of the open segment, the same in every directory.
  uint64_t allocated_ = 0;  // Bytes of its files with the filled tail.

  std::thread thread_;
};

}  // namespace cairn::namenode
