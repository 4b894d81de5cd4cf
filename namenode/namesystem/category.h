// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace cairn::namenode {

// What an operation is to Apache: only kUnchecked ones are served by others than the active, and
// the name stands in the refusal.
enum class Category : uint8_t { kUnchecked, kRead, kWrite, kJournal };

}  // namespace cairn::namenode
