// SPDX-License-Identifier: Apache-2.0
// The replicas of a block report, in both forms. Input: a byte that chooses the form and how the
// buffers are cut, a byte with the number of replicas that the report claims, the bytes.
#include "common/wire/block_list.h"

#include <algorithm>
#include <cstring>

#include "tests/fuzz/targets.h"

namespace cairn::fuzz {
namespace {

constexpr size_t kCutBytes = 7;

void ReadAll(Result<wire::BlockListReader> reader) {
  if (!reader.ok()) return;
  const uint64_t count = reader->count();
  for (uint64_t read = 0;; ++read) {
    const auto replica = reader->Next();
    if (!replica.ok()) return;
    if (!*replica) {
      Require(read == count, "a list has as many replicas as it counts");
      return;
    }
    Require(read < count, "a list ends when its count is reached");
  }
}

}  // namespace

void RunBlockList(Input input) {
  const uint8_t form = TakeByte(input);
  const uint8_t count = TakeByte(input);
  if (form % 3 == 0) {
    std::vector<uint64_t> longs(input.size() / sizeof(uint64_t));
    if (!longs.empty()) std::memcpy(longs.data(), input.data(), longs.size() * sizeof(uint64_t));
    ReadAll(wire::BlockListReader::OfLongs(longs));
    return;
  }
  std::vector<std::string_view> buffers;
  const size_t cut = form % 3 == 1 ? std::max<size_t>(input.size(), 1) : kCutBytes;
  for (; !input.empty(); input.remove_prefix(std::min(cut, input.size()))) {
    buffers.push_back(input.substr(0, cut));
  }
  // A count over 250 stands for one that no memory could hold.
  ReadAll(wire::BlockListReader::OfBuffers(count > 250 ? UINT64_MAX - count : count, buffers));
}

Seeds BlockListSeeds() {
  wire::BlockListWriter writer;
  for (int64_t n = 1; n <= 5; ++n) {
    writer.Add({.block = {BlockId(kLastReservedBlockId.value + n), 1000 + static_cast<uint64_t>(n),
                          GenerationStamp(1001)},
                .state = n == 5 ? ReplicaState::kRbw : ReplicaState::kFinalized});
  }
  std::string bytes;
  for (const std::string& buffer : writer.Take()) bytes += buffer;
  const uint64_t longs[] = {1, 1, 1073741825, 5, 1001, UINT64_MAX, UINT64_MAX, UINT64_MAX,
                            1073741826, 6, 1002, 1};
  std::string old_form("\x00\x00", 2);
  old_form.append(reinterpret_cast<const char*>(longs), sizeof longs);
  return {"\x01\x05" + bytes, "\x02\x05" + bytes, old_form};
}

}  // namespace cairn::fuzz
