// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/edit_stream.h"

#include "common/log/log.h"

namespace cairn::namenode {

Result<std::optional<EditRecord>> EditStream::Next() {
  while (segment_ < segments_.size()) {
    if (segments_[segment_].last <= last_) {
      ++segment_;
      copy_ = 0;
      reader_.reset();
      continue;
    }
    Result<std::optional<EditRecord>> record = NextOfCopy();
    if (!record.ok()) {
      CAIRN_TRY(TryNextCopy(record.status()));
      continue;
    }
    if (!*record) {
      CAIRN_TRY(TryNextCopy(Status(Code::kCorrupt, segments_[segment_].paths[copy_] +
                                                       " ends at transaction " +
                                                       ToString(last_))));
      continue;
    }
    last_ = (*record)->txid;
    return record;
  }
  return std::optional<EditRecord>();
}

// The next record of the open copy that was not returned yet; nothing where the copy ends.
Result<std::optional<EditRecord>> EditStream::NextOfCopy() {
  const std::string& path = segments_[segment_].paths[copy_];
  if (reader_ == nullptr) {
    CAIRN_ASSIGN(reader_, SegmentReader::Open(disk_, path));
  }
  for (;;) {
    CAIRN_ASSIGN(std::optional<EditRecord> record, reader_->Next());
    if (!record) return std::optional<EditRecord>();
    if (record->txid <= last_) continue;
    if (record->txid.value != last_.value + 1) {
      return Status(Code::kCorrupt, path + " goes on with transaction " +
                                        ToString(record->txid) + " after transaction " +
                                        ToString(last_));
    }
    return record;
  }
}

Status EditStream::TryNextCopy(const Status& why) {
  reader_.reset();
  if (++copy_ >= segments_[segment_].paths.size()) return why;
  LOG(kError, "copy of an edit log segment is broken", {"reason", why},
      {"next", segments_[segment_].paths[copy_]});
  return Status();
}

}  // namespace cairn::namenode
