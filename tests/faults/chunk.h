// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::faults {

// What one writer writes at a time: bytes and their number follow from the chunk's id, which they
// begin with, so that any reader can tell whose they are and whether they are whole.
std::string ChunkBytes(uint64_t id);

// A file's content, taken apart.
struct Content {
  std::vector<uint64_t> whole;
  uint64_t last = 0;     // The chunk of which only a beginning is there; 0: none, or unknown.
  size_t last_bytes = 0;  // So many of it; less than an id's bytes leave `last` unknown.
  bool right = true;      // False: bytes that nobody wrote.
};

Content TakeApart(std::string_view bytes);

}  // namespace cairn::faults
