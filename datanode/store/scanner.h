// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/util/clock.h"
#include "datanode/store/replica_store.h"

namespace cairn::datanode {

struct ScannerOptions {
  uint64_t bytes_per_second = 1 << 20;  // dfs.block.scanner.volume.bytes.per.second; 0: off.
  Clock::Duration period = std::chrono::hours(504);  // dfs.datanode.scan.period.hours.
  Clock::Duration cursor_save_interval = std::chrono::minutes(10);
  // dfs.datanode.directoryscan.interval.
  Clock::Duration directory_interval = std::chrono::hours(6);
};

// Where a volume's scan of one pool is: scanner.cursor, in Apache's JSON.
struct ScanCursor {
  int64_t last_saved_ms = 0;  // Unix time.
  int64_t iteration_start_ms = 0;
  std::optional<std::string> directory;      // "subdir3"; the last one looked into.
  std::optional<std::string> subdirectory;   // "subdir17"
  std::optional<std::string> entry;          // "blk_1073741825"; the last one verified.
  bool at_end = false;

  bool operator==(const ScanCursor&) const = default;
};
std::string EncodeCursor(const ScanCursor& cursor);
Result<ScanCursor> DecodeCursor(std::string_view json);

// Compares a replica's files with its checksums, as a reader would read them: a replica that is
// appended to or deleted meanwhile is no failure. kChecksum or kCorrupt when the bytes are bad.
Status VerifyReplica(ReplicaStore& store, const ExtendedBlock& block);

// Verifies all finalized replicas of all volumes, one thread for each volume, within a byte rate,
// once a period; reports bad ones through StoreEvents::OnCorrupt.
//
// Thread-safe.
class BlockScanner {
 public:
  // `store`, `clock` and `events` must outlive the scanner.
  BlockScanner(ReplicaStore& store, const Clock& clock, StoreEvents& events,
               ScannerOptions options);
  ~BlockScanner();

  // Starts a thread for each volume; no-op when the rate is 0.
  void Start();
  void Stop();
  // A reader saw this replica fail: it is verified next. At most 1000 wait; one that was verified
  // within the last 10 minutes is not again.
  void MarkSuspect(const ExtendedBlock& block);

  // Verifies the next replica of a volume, a suspect first. Returns the bytes read; nothing when
  // there is nothing to do now. The threads call it; so do tests.
  std::optional<uint64_t> ScanOne(Volume& volume);

 private:
  struct VolumeScan;

  void Run(VolumeScan& scan);
  VolumeScan& ScanOf(Volume& volume);
  // What to verify now, if anything.
  std::optional<ExtendedBlock> Next(VolumeScan& scan);
  // Waits as long as so many bytes take; kCancelled when the scanner stops meanwhile.
  Status Pace(uint64_t bytes);

  ReplicaStore& store_;
  const Clock& clock_;
  StoreEvents& events_;
  const ScannerOptions options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool paced_ = false;  // Threads run, and keep to the rate; without them ScanOne does not wait.
  std::map<Volume*, std::unique_ptr<VolumeScan>> scans_;
  std::vector<std::thread> threads_;
};

// Compares memory with the directories, and repairs memory.
struct DirectoryScanResult {
  uint64_t found = 0;             // On disk only: added to memory.
  uint64_t missing = 0;           // In memory only: removed from memory.
  uint64_t mismatched = 0;        // Another length or stamp than in memory.
  uint64_t orphan_meta_files = 0; // Removed.
  uint64_t duplicates = 0;        // A second copy on another volume: the worse one removed.
};

// Runs ScanDirectories once an interval.
//
// Thread-safe.
class DirectoryScanner {
 public:
  // `store` must outlive the scanner.
  DirectoryScanner(ReplicaStore& store, ScannerOptions options);
  ~DirectoryScanner();

  void Start();
  void Stop();
  // One comparison of one pool, now.
  DirectoryScanResult ScanPool(const std::string& pool_id);

 private:
  class Comparison;

  void Run();

  ReplicaStore& store_;
  const ScannerOptions options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cairn::datanode
