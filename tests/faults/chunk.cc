// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/chunk.h"

#include <algorithm>

#include "common/util/random.h"

namespace cairn::faults {
namespace {

constexpr size_t kWordBytes = 8;
constexpr uint64_t kWordsMax = 6000;

void PutWord(uint64_t word, std::string& bytes) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(word >> shift));
}

uint64_t WordOf(std::string_view bytes) {
  uint64_t word = 0;
  for (size_t i = 0; i < kWordBytes; ++i) word = word << 8 | static_cast<uint8_t>(bytes[i]);
  return word;
}

}  // namespace

std::string ChunkBytes(uint64_t id) {
  SeededRandom random(id);
  // Most are small: the namenodes are what is tested.
  const uint64_t words = 1 + random.Below(1 + random.Below(1 + random.Below(kWordsMax)));
  std::string bytes;
  PutWord(id, bytes);
  for (uint64_t i = 0; i < words; ++i) PutWord(random.Next(), bytes);
  return bytes;
}

Content TakeApart(std::string_view bytes) {
  Content content;
  while (!bytes.empty()) {
    if (bytes.size() < kWordBytes) {
      content.last_bytes = bytes.size();
      break;
    }
    const uint64_t id = WordOf(bytes);
    const std::string chunk = ChunkBytes(id);
    const size_t size = std::min(chunk.size(), bytes.size());
    content.right = bytes.substr(0, size) == std::string_view(chunk).substr(0, size);
    if (!content.right) break;
    if (size < chunk.size()) {
      content.last = id;
      content.last_bytes = size;
    } else {
      content.whole.push_back(id);
    }
    bytes.remove_prefix(size);
  }
  return content;
}

}  // namespace cairn::faults
