// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "common/model/ids.h"
#include "common/util/random.h"
#include "common/util/result.h"
#include "namenode/ha/durable_state.h"
#include "namenode/journal/storage.h"

// current/cairn-ha: what a namenode of the pair must not forget beside its log. One text file in
// every name directory, replaced as a whole; Apache's namenode does not know it and lets it be.
//
//   cairn-ha 1
//   sequence 17                     rises with each replacement: the highest copy counts
//   cuts 0                          how often the log was cut
//   newest-segment 1201             first id of the newest segment that this software began
//   promised 7
//   log 6f1c9a3e-…
//   term 5 1                        epoch and first id of each term, rising
//   term 7 1201
//   config cairn-ha-config 1        the last configuration, line by line (config_text.h)
//   config epoch 7
//   …
//   crc32c 0a1b2c3d                 of everything before this line
namespace cairn::namenode::ha {

inline constexpr size_t kStateBytesMax = 1 << 20;
// Of the oldest terms nobody needs to know any more: their records are in images.
inline constexpr size_t kStateTermsMax = 4096;

struct StoredState {
  uint64_t sequence = 0;
  uint64_t cuts = 0;
  TxId newest_segment;  // 0: none yet.
  DurableState state;

  bool operator==(const StoredState&) const = default;
};

std::string FormatState(const StoredState& state);
// kChecksum or kCorrupt for what FormatState does not write, kIncorrectVersion for another version.
Result<StoredState> ParseState(std::string_view text);

// A new identity for a log: a random UUID.
LogId NewLogId(Random& random);

// The file in all name directories.
//
// Thread-safe.
class StateFile {
 public:
  // Reads the copies; the newest counts. A directory that missed a cut of the log still has what
  // was cut off: its segments are set aside. Without any copy a first one is written, for a log
  // with a new identity. Call it before storage.RecoverSegments(). `storage` must outlive this.
  // kChecksum or kCorrupt when there are copies but none is whole.
  static Result<std::unique_ptr<StateFile>> Open(NameStorage& storage, Random& random);

  // Takes the segments of the recovered log to account: where another software has written (an
  // Apache namenode ran here), the log gets a new identity and forgets its terms, because neither
  // this file nor the peer can vouch for it.
  Status Account(Random& random);

  DurableState state() const;

  // Replaces the state, durably in every directory that works. A failure means that nothing is
  // durable any more.
  Status Save(const DurableState& state);
  // To be called before a segment's files are made (EditLog::Options::before_segment).
  Status NoteSegment(TxId first);
  // NameStorage::CutAfter, such that a directory that misses it is known by that.
  Status CutLog(TxId last);
  // The log begins anew behind image `image`, which is in the image directories: all segments are
  // set aside.
  Status ReplaceLog(TxId image);

  // For a namenode that is no pair any more: what it writes is not accounted for.
  static Status Remove(NameStorage& storage);

 private:
  explicit StateFile(NameStorage& storage) : storage_(storage) {}

  Status ReadCopies();
  Status WriteLocked();

  NameStorage& storage_;
  mutable std::mutex mutex_;
  StoredState stored_;  // Guarded by mutex_.
};

}  // namespace cairn::namenode::ha
