// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "namenode/journal/edit_log.h"
#include "namenode/journal/edit_stream.h"
#include "namenode/journal/storage.h"
#include "tests/fakes/fault_disk.h"

namespace cairn::namenode {

inline std::vector<NameStorage::Directory> TwoDirectories() {
  return {{"/name1", true, true}, {"/name2", true, true}};
}

inline NamespaceInfo TestNamespace() {
  return NameStorage::NewNamespace("CID-test", "127.0.0.1", 1795499597232, 0x123456789ABCDEF);
}

// Formats, with a file in the place of the first image: the journal never reads one.
inline Status FormatForTest(io::Disk& disk, const std::vector<NameStorage::Directory>& dirs) {
  CAIRN_ASSIGN(std::unique_ptr<NameStorage> storage,
               NameStorage::StartFormat(disk, dirs, TestNamespace()));
  for (const std::string& current : storage->ImageDirectories()) {
    CAIRN_TRY(io::WriteFileAtomically(disk, current + "/" + ImageName(TxId(0)), "image"));
  }
  return storage->MarkFormatted();
}

inline op::Delete TestOp(int64_t number) {
  return op::Delete{"/file" + std::to_string(number), number, {}};
}

// Recovers and replays. Checks that ids have no gap and that operations are TestOps in order;
// returns the number of the last TestOp.
struct Replayed {
  TxId last;
  int64_t test_ops = 0;
};

inline Result<Replayed> RecoverAndReplay(NameStorage& storage) {
  CAIRN_TRY(storage.RecoverSegments());
  CAIRN_ASSIGN(const LoadPlan plan, storage.Plan());
  const TxId image = plan.images.front().txid;
  CAIRN_ASSIGN(std::vector<Segment> segments, plan.SegmentsAfter(image));
  EditStream stream(storage.disk(), std::move(segments), image);
  Replayed replayed;
  for (;;) {
    CAIRN_ASSIGN(const std::optional<EditRecord> record, stream.Next());
    if (!record) break;
    if (const auto* del = std::get_if<op::Delete>(&record->op)) {
      ++replayed.test_ops;
      EXPECT_EQ(del->path, TestOp(replayed.test_ops).path);
    }
  }
  replayed.last = stream.last();
  EXPECT_EQ(replayed.last, plan.last);
  return replayed;
}

}  // namespace cairn::namenode
