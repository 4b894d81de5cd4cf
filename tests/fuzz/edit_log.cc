// SPDX-License-Identifier: Apache-2.0
// Segments of the edit log. A record's checksum would keep a fuzzer out, so that there are two ways
// in. Input: a byte; 0: the bytes of a segment; 1: the body of one record behind its opcode, to
// which length, id and checksum are added here.
#include "common/util/bytes.h"
#include "common/util/crc.h"
#include "namenode/journal/codec.h"
#include "namenode/journal/segment_reader.h"
#include "tests/fuzz/targets.h"

namespace cairn::fuzz {
namespace {

using namenode::EditRecord;

void ReadSegment(std::string bytes) {
  auto reader = namenode::SegmentReader::OnBytes(std::move(bytes), "fuzz");
  if (!reader.ok()) return;
  for (;;) {
    const auto record = (*reader)->Next();
    if (!record.ok() || !*record) return;
    std::string again;
    (void)namenode::EncodeRecord(**record, (*reader)->layout_version(), again);
  }
}

std::string Record(uint8_t opcode, std::string_view body) {
  std::string record;
  PutU8(record, opcode);
  PutU32(record, static_cast<uint32_t>(4 + 8 + body.size()));
  PutU64(record, 1);
  record.append(body);
  PutU32(record, Crc32(0, record.data(), record.size()));
  return record;
}

}  // namespace

void RunEditLog(Input input) {
  if (TakeByte(input) % 2 == 0) {
    ReadSegment(std::string(input));
    return;
  }
  const uint8_t newer = TakeByte(input);
  const uint8_t opcode = TakeByte(input);
  constexpr int32_t kLayouts = namenode::kOldestEditLayout - namenode::kNewestEditLayout + 1;
  const int32_t layout = namenode::kOldestEditLayout - newer % kLayouts;
  const std::string record = Record(opcode, input);
  const auto decoded = namenode::DecodeRecord(record, layout);
  if (!decoded.ok()) return;
  std::string again;
  if (!namenode::EncodeRecord(*decoded, layout, again).ok()) return;
  Require(namenode::DecodeRecord(again, layout).ok(), "a record that was written can be read");
}

Seeds EditLogSeeds() {
  const std::string log = "golden/image/nn/current/edits_";
  Seeds seeds = {
      std::string(1, '\0') + ReadTestFile(log + "0000000000000000027-0000000000000000075"),
      std::string(1, '\0') + ReadTestFile(log + "0000000000000000078-0000000000000000124"),
      std::string(1, '\0') + ReadTestFile(log + "0000000000000000125-0000000000000000133"),
  };
  // The records one by one, as the second form has them.
  const size_t segments = seeds.size();
  for (size_t i = 0; i < segments; ++i) {
    Input rest = Input(seeds[i]).substr(1 + namenode::kSegmentHeaderBytes);
    for (;;) {
      const auto frame = namenode::PeekFrame(rest);
      if (!frame.ok() || frame->kind != namenode::Frame::Kind::kRecord) break;
      constexpr size_t kBodyOffset = 1 + 4 + 8;
      constexpr size_t kChecksumBytes = 4;
      std::string seed = "\x01\x07";
      seed += rest.front();
      seed += rest.substr(kBodyOffset, frame->size - kBodyOffset - kChecksumBytes);
      seeds.push_back(std::move(seed));
      rest.remove_prefix(frame->size);
    }
  }
  return seeds;
}

}  // namespace cairn::fuzz
