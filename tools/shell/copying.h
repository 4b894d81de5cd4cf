// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tools/shell/console.h"
#include "tools/shell/file_system.h"
#include "tools/shell/transfer_progress.h"

namespace cairn::shell {

// Fills `buffer`, less only at the end.
Result<size_t> ReadFull(Source& source, char* buffer, size_t n);

// Everything from `source` into `sink`, which stays open. `progress` may be null.
Status CopyAll(Source& source, Sink& sink, TransferProgress* progress);
// The same to the standard output, at most `limit` bytes. Gives back how many.
Result<uint64_t> PrintSome(Source& source, Console& console, uint64_t limit);
Status PrintAll(Source& source, Console& console);

// What the command reads as its input.
std::unique_ptr<Source> StandardInput(Console& console);

}  // namespace cairn::shell
