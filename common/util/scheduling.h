// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace cairn {

// The shortest slice that Linux gives.
inline constexpr uint64_t kShortSliceNs = 100'000;

// Asks the scheduler to give the calling thread short slices of a processor, one soon after it
// wakes up: on a busy machine it would wait for the end of another's slice, some milliseconds each
// time. Its share of the processor stays what it is. For threads that mostly wait and then have
// little to do for somebody who waits for them.
//
// A hint: ignored where the kernel (before Linux 6.12) or the scheduling policy has no such thing.
void AskForShortSlices();

// The slice of the calling thread; 0 where the kernel does not tell.
uint64_t SliceNs();

}  // namespace cairn
