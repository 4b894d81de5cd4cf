// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/segment_reader.h"

#include <gtest/gtest.h>

#include "tests/fakes/fault_disk.h"

namespace cairn::namenode {
namespace {

constexpr uint64_t kBatch = 1 << 20;

std::string Records(int64_t first, int64_t last, size_t name_bytes = 10) {
  std::string out;
  for (int64_t id = first; id <= last; ++id) {
    op::Delete del{"/" + std::string(name_bytes, 'x') + std::to_string(id), id, {}};
    EXPECT_TRUE(EncodeRecord({TxId(id), del}, -67, out).ok());
  }
  return out;
}

std::string Segment(int64_t first, int64_t last) {
  return SegmentHeader(-67) + Records(first, last);
}

// Ids up to the end, or the failure.
Result<std::vector<int64_t>> Ids(const std::string& bytes) {
  CAIRN_ASSIGN(std::unique_ptr<SegmentReader> reader, SegmentReader::OnBytes(bytes, "segment"));
  std::vector<int64_t> ids;
  for (;;) {
    CAIRN_ASSIGN(const std::optional<EditRecord> record, reader->Next());
    if (!record) return ids;
    ids.push_back(record->txid.value);
  }
}

Result<SegmentScan> Scan(const std::string& bytes) {
  io::FaultDisk disk;
  std::unique_ptr<io::File> file = disk.Open("/s", io::OpenMode::kCreateNew).value();
  EXPECT_TRUE(file->Append(bytes).ok());
  return ScanUnfinishedSegment(disk, "/s", kBatch);
}

TEST(SegmentReaderTest, TailOfOnesOrZerosIsTheEnd) {
  const std::string good = Segment(5, 8);
  const std::vector<int64_t> ids = {5, 6, 7, 8};
  EXPECT_EQ(*Ids(good), ids);
  EXPECT_EQ(*Ids(good + std::string(5000, '\xFF')), ids);
  EXPECT_EQ(*Ids(good + std::string(5000, '\0')), ids);
  for (size_t n = 1; n < 40; ++n) EXPECT_EQ(*Ids(good + std::string(n, '\0')), ids) << n;
  EXPECT_EQ(*Ids(good + std::string(100, '\0') + std::string(100, '\xFF')), ids);
}

TEST(SegmentReaderTest, BytesBehindTheTerminatorAreNamedWithTheirOffset) {
  const std::string good = Segment(5, 8);
  const Result<std::vector<int64_t>> ids = Ids(good + std::string(100, '\xFF') + "x");
  EXPECT_EQ(ids.status().code(), Code::kCorrupt);
  EXPECT_NE(ids.status().message().find(std::to_string(good.size() + 100)), std::string::npos)
      << ids.status().message();
}

TEST(SegmentReaderTest, GarbageAndGapsAreCorrupt) {
  EXPECT_EQ(Ids(Segment(5, 8) + "garbage that is long enough to be a record").status().code(),
            Code::kCorrupt);
  EXPECT_EQ(Ids(Segment(5, 8) + Records(10, 11)).status().code(), Code::kCorrupt);
  EXPECT_EQ(Ids("").status().code(), Code::kEndOfFile);
}

// An OP_ADD begins with zeros: its code, and the high bytes of its length. Where the window of the
// reader ends among them, they must not be taken for the end of the log.
TEST(SegmentReaderTest, AWindowEndsAnywhereInAnAddRecord) {
  for (size_t inside = 0; inside <= 20; ++inside) {
    std::string bytes = SegmentHeader(-67);
    const auto append = [&](const EditOp& operation, int64_t id) {
      EXPECT_TRUE(EncodeRecord({TxId(id), operation}, -67, bytes).ok());
    };
    op::Add add{};
    add.path = "/f";
    // Deletions up to the last byte before the place, the last of which has the length to fit.
    constexpr size_t kWindow = 1 << 20;
    const size_t place = kWindow - inside;
    int64_t id = 1;
    while (bytes.size() + 16384 < place) append(op::Delete{std::string(8000, 'x'), 0, {}}, id++);
    const size_t empty = [&] {
      std::string one;
      EXPECT_TRUE(EncodeRecord({TxId(id), op::Delete{"", 0, {}}}, -67, one).ok());
      return one.size();
    }();
    append(op::Delete{std::string(place - bytes.size() - empty, 'y'), 0, {}}, id++);
    ASSERT_EQ(bytes.size(), place);
    append(add, id++);
    append(add, id);
    io::FaultDisk disk;
    std::unique_ptr<io::File> file = disk.Open("/s", io::OpenMode::kCreateNew).value();
    ASSERT_TRUE(file->Append(bytes + std::string(100, '\xFF')).ok());
    const Result<SegmentScan> scan = ScanUnfinishedSegment(disk, "/s", kBatch);
    ASSERT_TRUE(scan.ok()) << inside << ": " << scan.status().ToString();
    EXPECT_EQ(scan->last.value, id) << inside;
  }
}

TEST(SegmentReaderTest, LargeFileIsReadThroughAWindow) {
  io::FaultDisk disk;
  std::unique_ptr<io::File> file = disk.Open("/s", io::OpenMode::kCreateNew).value();
  ASSERT_TRUE(file->Append(SegmentHeader(-67) + Records(1, 200, 30000)).ok());
  std::unique_ptr<SegmentReader> reader = SegmentReader::Open(disk, "/s").value();
  int64_t last = 0;
  for (;;) {
    Result<std::optional<EditRecord>> record = reader->Next();
    ASSERT_TRUE(record.ok()) << record.status().ToString();
    if (!*record) break;
    last = (*record)->txid.value;
  }
  EXPECT_EQ(last, 200);
  EXPECT_EQ(reader->offset(), *file->Size());
}

TEST(ScanTest, EveryPrefixKeepsItsWholeRecords) {
  const std::string bytes = Segment(1, 6);
  const size_t record = Records(1, 1).size();
  for (size_t n = 0; n <= bytes.size(); ++n) {
    for (const char filler : {'\0', '\xFF'}) {
      const Result<SegmentScan> scan = Scan(bytes.substr(0, n) + std::string(3000, filler));
      ASSERT_TRUE(scan.ok()) << n << " " << scan.status().ToString();
      const int64_t whole = n < 8 ? 0 : static_cast<int64_t>((n - 8) / record);
      // A record whose missing bytes are those of the filler is whole.
      EXPECT_GE(scan->last.value, whole) << n;
      EXPECT_LE(scan->last.value, whole + 1) << n;
      const uint64_t records_end = 8 + record * scan->last.value;
      EXPECT_TRUE(scan->valid_bytes == records_end || (n < 8 && scan->valid_bytes == 0)) << n;
    }
  }
}

TEST(ScanTest, BadRecordWithGoodOnesFarBehindIsCorruption) {
  std::string bytes = Segment(1, 3);
  const size_t bad = bytes.size();
  bytes += Records(4, 80, 30000);
  bytes[bad + 20] ^= 1;
  EXPECT_EQ(Scan(bytes).status().code(), Code::kCorrupt);
  // Within one batch it may have been torn.
  std::string near = Segment(1, 3);
  near += Records(4, 6);
  near[bad + 20] ^= 1;
  const Result<SegmentScan> scan = Scan(near);
  ASSERT_TRUE(scan.ok());
  EXPECT_EQ(scan->last, TxId(3));
  EXPECT_FALSE(scan->torn.empty());
}

}  // namespace
}  // namespace cairn::namenode
